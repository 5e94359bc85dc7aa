"""`python -m steadyhand.lab.tools TOOL WORD…` in, the tool's exit code out.

STEADYHAND_LAB names the file that holds the lab's contract; its folder is the lab's own.
"""

import json
import os
import sys
from pathlib import Path

from steadyhand.lab.tools import TOOLS
from steadyhand.lab.tools.call import Call, LabInfo


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in TOOLS:
        print(f"the lab has no such tool; it has {', '.join(TOOLS)}", file=sys.stderr)
        return 127
    contract = Path(os.environ.get("STEADYHAND_LAB", ""))
    if not contract.is_file():
        print("STEADYHAND_LAB does not name a lab's contract", file=sys.stderr)
        return 1
    lab = LabInfo.of(json.loads(contract.read_text()), contract.parent.resolve())
    call = Call(tuple(sys.argv[1:]), sys.stdin, sys.stdout, sys.stderr, Path.cwd(), os.environ, lab)
    return TOOLS[sys.argv[1]](call)


if __name__ == "__main__":
    sys.exit(main())
