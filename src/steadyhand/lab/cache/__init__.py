"""ElastiCache: Valkey processes in, nodes that fill, evict, fail over and come back out."""
