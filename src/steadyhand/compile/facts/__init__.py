"""Tables and bullet lists in, the facts they state out. Knows no steps."""
