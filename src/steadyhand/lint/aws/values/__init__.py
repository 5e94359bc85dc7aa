"""Values of options: the text on the command line in, what the model says against it out."""
