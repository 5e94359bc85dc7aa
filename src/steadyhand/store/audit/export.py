"""The journal as an auditor gets it: the chain's beginning, every event with its link, the heads.

With the key and these alone every link can be computed again (docs/audit.md has the program). What
commands printed is given by its hashes. Writes nothing.
"""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from steadyhand.store.audit import chain
from steadyhand.store.audit.chain import EVENT, Chain
from steadyhand.store.audit.head import Head
from steadyhand.store.audit.verify import read_head, snapshot
from steadyhand.store.schema import events, links


def exported(audited: Chain) -> Iterator[dict[str, object]]:
    """Give one mapping a line. Events that no link holds have `number` null."""
    columns = (events.c[name] for name in EVENT)
    of_event = (links.c.position == events.c.position) & (links.c.number > 0)
    query = (
        select(*columns, links.c.number, links.c.outputs, links.c.printed, links.c.link)
        .outerjoin_from(events, links, of_event)
        .order_by(events.c.position, links.c.number)
    )
    heads = [(anchor.path, read_head(anchor, audited.key())) for anchor in audited.anchors]
    with snapshot(audited) as connection:
        upto: int | None = None
        if (
            first := connection.execute(select(links).where(links.c.number == 0)).first()
        ) is not None:
            wrote = _wrote(connection, None, first.outputs)
            yield {"format": chain.FORMAT, **first._asdict(), "wrote": wrote}
            upto = first.outputs
        for row in connection.execute(query.execution_options(yield_per=200)):
            wrote = []
            if row.number is not None:
                wrote, upto = _wrote(connection, upto, row.outputs), row.outputs
            yield {**row._asdict(), "wrote": wrote}
    for path, head in heads:
        if isinstance(head, Head):
            yield {"head": str(path), "count": head.count, "link": head.link, "at": head.at}
        else:
            yield {"head": str(path), "wrong": head}


def _wrote(connection: Connection, after: int | None, upto: int) -> list[Any]:
    """List outputs as (run, step, number, stream, sha256)."""
    return [json.loads(line) for line in chain.printed_between(connection, after, upto)]
