"""ECS's physics: services, deployments and tasks that are processes."""
