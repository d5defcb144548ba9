"""Mail: letters and their wording, the outbox they wait in, and delivery."""
