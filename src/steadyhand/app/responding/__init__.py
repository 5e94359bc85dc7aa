"""What becomes of an alarm that has turned: its incident, who is told of it, what is learned."""
