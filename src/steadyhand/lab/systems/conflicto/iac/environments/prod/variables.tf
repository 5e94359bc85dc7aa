variable "region" {
  description = "Where everything lives"
  type        = string
}

variable "desired_count" {
  description = "Tasks of the service"
  type        = number
}

variable "cpu" {
  description = "CPU units of a task; 1024 are one core"
  type        = number
}

variable "memory" {
  description = "MiB of a task"
  type        = number
}

variable "instance_class" {
  description = "Size of the database"
  type        = string
}

variable "backup_retention_days" {
  description = "Days that automated backups are kept"
  type        = number
}
