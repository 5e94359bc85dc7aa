"""ElastiCache's operations, by what they are about; each takes and gives the API's own shapes."""
