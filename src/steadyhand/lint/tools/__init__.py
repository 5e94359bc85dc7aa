"""What other tools accept, offline: a command or a text in, what its own tool would refuse out."""
