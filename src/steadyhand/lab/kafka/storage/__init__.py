"""What the broker keeps on disk: topics as logs of record batches, and committed offsets."""
