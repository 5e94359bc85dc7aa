"""Everything on disk: journal, outputs, sealed values, outbox. The only SQL of the project."""
