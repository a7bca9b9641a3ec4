"""Work that nobody waits for: the nightly making of reminders by the leader, the sending of the outbox by workers."""
