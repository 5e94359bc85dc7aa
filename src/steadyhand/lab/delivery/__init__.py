"""What happened, as compressed files in S3: access logs of load balancers, and trails of calls."""
