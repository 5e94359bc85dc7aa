"""`python -m steadyhand.lab`: up, status, down, fault list|inject|clear.

Exit codes: 0 done · 1 the lab could not start, or did not do what was asked · 2 wrong usage ·
3 a lab is up on that folder already · 4 refused: real AWS credentials are in the environment ·
5 no lab is up on that folder. A failure is one line on standard error.
"""

import sys

from steadyhand.lab.commands import cli

if __name__ == "__main__":
    sys.exit(cli())
