"""The load balancer: a real proxy on loopback, with health checks and a tally."""
