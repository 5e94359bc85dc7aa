"""`python -m steadyhand` is the command line."""

from steadyhand.main import main

main()
