# What of production is declared here. The network and the load balancer have folders of their own.

resource "aws_ecs_service" "backend" {
  name          = "conflicto-prod-svc"
  cluster       = "conflicto-prod-cluster"
  desired_count = var.desired_count
}

# Revisions come from the deployment workflow; only the size is declared.
resource "aws_ecs_task_definition" "backend" {
  family = "conflicto-prod"
  cpu    = var.cpu
  memory = var.memory
}

resource "aws_db_instance" "main" {
  identifier              = "conflicto-prod"
  instance_class          = var.instance_class
  backup_retention_period = var.backup_retention_days
}
