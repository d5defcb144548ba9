"""What is stored: tables, and queries named for what they answer. No rule lives here."""
