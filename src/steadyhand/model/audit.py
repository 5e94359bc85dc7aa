"""What a person may say of the audit chain itself. It is written in the chain like all else."""

from msgspec import Struct


class HeadsRenewed(Struct, frozen=True):
    """The heads are to be written anew from here on; `were` is what each of them said before."""

    by: str
    reason: str
    were: tuple[str, ...]


AUDIT_EVENTS: dict[str, type] = {"HeadsRenewed": HeadsRenewed}
