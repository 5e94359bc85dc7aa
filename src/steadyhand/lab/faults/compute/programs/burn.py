"""Run as `python -I -S burn.py CORES`: keep CORES cores busy, such as 0.5, until it is ended."""

import sys
import time

PERIOD = 0.05


def main(cores: float) -> None:
    began = time.monotonic()
    while True:
        # Held against its processor time, not the clock: on a busy machine it goes on wanting.
        if time.process_time() < cores * (time.monotonic() - began):
            ends = time.process_time() + PERIOD / 5
            while time.process_time() < ends:
                pass
        else:
            time.sleep(PERIOD / 5)


if __name__ == "__main__":
    main(float(sys.argv[1]))
