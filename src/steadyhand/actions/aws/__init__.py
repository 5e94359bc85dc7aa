"""What the AWS CLI's commands do, by service."""
