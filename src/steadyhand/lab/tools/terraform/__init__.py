"""`terraform` as the lab has it: a folder of HCL in, a plan against the lab's AWS out."""
