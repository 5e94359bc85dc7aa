"""Code to carry out in, carried out by a child of a resident out, or here where there is none.

`python program.py serve` is the resident; `python program.py CODE WORD…` is a command.
"""

import sys

from steadyhand.resident.client import through


def serve() -> bool:
    from steadyhand.resident import door
    from steadyhand.resident.serve import Resident

    resident = Resident(door.folder())
    print("ready", flush=True)
    return resident.serve()


def main() -> None:
    if sys.argv[1] == "serve":
        if not serve():
            return
    elif (code := through(sys.argv)) is not None:
        sys.exit(code)
    exec(sys.argv[1], {"__name__": "__main__"})
    if "steadyhand.resident.become" in sys.modules:
        from steadyhand.resident.become import leave

        leave(0)


if __name__ == "__main__":
    main()
