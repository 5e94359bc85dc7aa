"""The audit chain of the journal: written, headed, recomputed, exported."""
