"""Everything is killed at random moments, again and again, and then the books are checked."""
