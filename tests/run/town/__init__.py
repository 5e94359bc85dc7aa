"""A small account that outlives processes, and control planes over it that can be killed."""
