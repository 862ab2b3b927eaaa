"""Work that nobody waits for: scoring, the outbox and the clock."""
