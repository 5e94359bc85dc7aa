"""CloudWatch of the lab: metrics that are asked for, metric math, and alarms that evaluate."""
