"""`gh` as the lab has it: GitHub is a stand-in on loopback."""
