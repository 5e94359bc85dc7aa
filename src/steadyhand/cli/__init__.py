"""The command line: words in, one call of `app`, text out. No rules here.

Exit codes, everywhere: 0 done · 1 it failed, or something was found · 2 the input cannot be used ·
3 a person has to answer first · 130 interrupted.
"""

from steadyhand.cli.program import run_program

__all__ = ["run_program"]
