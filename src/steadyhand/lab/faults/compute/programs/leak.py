"""Run as `python -I -S leak.py RATE`: take RATE MiB more each second, until it is ended."""

import sys
import time

PAUSE = 0.1


def main(rate: float) -> None:
    kept = []
    began, taken = time.monotonic(), 0.0
    while True:
        wanted = rate * (time.monotonic() - began) - taken
        # Written to, because a page that nobody has written to is not resident.
        kept.append(b"x" * int(wanted * 2**20))
        taken += wanted
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(float(sys.argv[1]))
