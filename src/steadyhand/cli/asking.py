"""What every question at a terminal begins with."""

import sys
from contextlib import suppress


def forget_typed() -> None:
    """Throw away what was typed before the question stood there: it was meant for something else.

    Does nothing where there is no terminal.
    """
    import termios

    with suppress(OSError, ValueError, termios.error):
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
