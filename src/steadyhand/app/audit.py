"""The audit chain: verify it, export it, write its heads anew."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from steadyhand.app.control import Control
from steadyhand.app.problem import Problem
from steadyhand.model.audit import HeadsRenewed
from steadyhand.store.audit import export
from steadyhand.store.audit import verify as audit
from steadyhand.store.audit.chain import Chain, Unkeyed
from steadyhand.store.audit.head import Anchor, Head
from steadyhand.store.audit.verify import Verdict
from steadyhand.store.database import Unavailable
from steadyhand.store.journal import Conflict

_JOURNAL = ("audit", "journal")  # where a person's word about the chain stands


def verify(control: Control, copies: Sequence[Path] = ()) -> Verdict:
    """Recompute every link and compare every head, and copies of heads kept elsewhere.

    Raises Problem when that cannot be done: no key, or a database that cannot be read.
    """
    try:
        return audit.verify(_chain(control), [Anchor(copy.absolute()) for copy in copies])
    except Unkeyed as error:
        raise Problem(str(error)) from None
    except Unavailable as error:
        raise Problem(str(error), 1) from None


def renewals(control: Control) -> list[str]:
    """List when the heads were written anew, by whom and why."""
    said = []
    for recorded in control.journal.read(*_JOURNAL):
        match recorded.event:
            case HeadsRenewed(by, reason):
                said.append(f"{recorded.at:%Y-%m-%d %H:%M:%S} by {by}: {reason}")
    return said


def lines(control: Control) -> Iterator[str]:
    """Give the journal as JSON Lines."""
    try:
        for line in export.exported(_chain(control)):
            yield json.dumps(line, default=repr)
    except Unkeyed as error:
        raise Problem(str(error)) from None
    except Unavailable as error:
        raise Problem(str(error), 1) from None


def renew_heads(control: Control, by: str, reason: str) -> None:
    """Write every head anew, after saying so in the journal. Links are never mended."""
    chain = _chain(control)
    try:
        were = tuple(_told(anchor, chain.key()) for anchor in chain.anchors)
        seq = len(control.journal.read(*_JOURNAL)) + 1
        now = control.clock.now()
        control.journal.append(*_JOURNAL, seq, HeadsRenewed(by, reason, were), now)
        chain.renew(now.isoformat())
    except Unkeyed as error:
        raise Problem(str(error)) from None
    except Conflict:
        raise Problem("somebody else has just done the same; look again", 1) from None


def _told(anchor: Anchor, key: bytes | None) -> str:
    head = audit.read_head(anchor, key)
    if isinstance(head, Head):
        return f"{anchor.path}: {head.count} entries, {head.link}, {head.at}"
    return head


def _chain(control: Control) -> Chain:
    chain = control.journal.chain
    if chain is None:
        raise Problem("this journal was opened without its chain")
    return chain
