"""The journal as an auditor gets it: the chain's beginning, every event with its link, the heads.

With the key and these alone every link can be computed again (docs/audit.md has the program). What
commands printed is given by its hashes. Writes nothing.
"""

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import asdict

from steadyhand.store.audit import chain
from steadyhand.store.audit.chain import EVENT, LINK, Chain, Link
from steadyhand.store.audit.head import Head
from steadyhand.store.audit.verify import read_head
from steadyhand.store.database import Connection


def exported(audited: Chain) -> Iterator[dict[str, object]]:
    """Give one mapping a line. Events that no link holds have `number` null."""
    fields = (*EVENT, "number", "outputs", "printed", "link")
    columns = [f"{'events' if name in EVENT else 'links'}.{name}" for name in fields]
    query = (
        f"SELECT {', '.join(columns)} FROM events LEFT JOIN links"
        " ON links.position = events.position AND links.number > 0"
        " ORDER BY events.position, links.number"
    )
    beginning = f"SELECT {', '.join(LINK)} FROM links WHERE number = 0"
    heads = [(anchor.path, read_head(anchor, audited.key())) for anchor in audited.anchors]
    with audited.database.as_it_lies() as connection:
        upto: int | None = None
        if (row := connection.first(beginning)) is not None:
            first = Link(*row)
            yield {
                "format": chain.FORMAT,
                **asdict(first),
                "wrote": _wrote(connection, None, first.outputs),
            }
            upto = first.outputs
        for row in connection.stream(query):
            line = dict(zip(fields, row, strict=True))
            line["wrote"] = []
            if line["number"] is not None:
                line["wrote"], upto = _wrote(connection, upto, line["outputs"]), line["outputs"]
            yield line
    for path, head in heads:
        if isinstance(head, Head):
            yield {"head": str(path), "count": head.count, "link": head.link, "at": head.at}
        else:
            yield {"head": str(path), "wrong": head}


def _wrote(connection: Connection, after: int | None, upto: int) -> list[Any]:
    """List outputs as (run, step, number, stream, sha256)."""
    return [json.loads(line) for line in chain.printed_between(connection, after, upto)]
