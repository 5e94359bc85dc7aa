"""Who may do what in S3: links that end, and the policies of buckets."""
