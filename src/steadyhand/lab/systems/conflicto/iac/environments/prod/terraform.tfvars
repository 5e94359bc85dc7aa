region                = "us-east-1"
desired_count         = 2
cpu                   = 512
memory                = 1024
instance_class        = "db.t3.medium"
backup_retention_days = 7
