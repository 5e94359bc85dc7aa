"""`docker` as the lab has it: an image is a copy of a folder, named by what is in it."""
