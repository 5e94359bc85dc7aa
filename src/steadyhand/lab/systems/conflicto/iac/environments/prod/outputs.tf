output "service_name" {
  description = "The service that users reach"
  value       = aws_ecs_service.backend.name
}

output "desired_count" {
  value = aws_ecs_service.backend.desired_count
}

output "database" {
  value = aws_db_instance.main.identifier
}
