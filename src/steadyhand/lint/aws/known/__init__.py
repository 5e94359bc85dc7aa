"""What is known of AWS and its CLI: botocore's models, and stored facts taken from the CLI."""
