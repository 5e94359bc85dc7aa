"""What an alarm's own action asks for, beyond telling people: as the document carries it out.

Pure data. `respond.measures` makes one when an incident is opened.
"""

from msgspec import Struct

from steadyhand.model.alarm.deed import Deed


class Offer(Struct, frozen=True):
    """A procedure of the document that a person may have run because of it."""

    procedure: str  # its id
    title: str


class Measure(Struct, frozen=True):
    """`steps` of `procedure` carry the action out by themselves, as far as policy lets them; ()
    where none does. `assess` is the procedure whose reads come first; `offers` are what a person
    may choose, and each change of those is approved by a person, whatever policy says."""

    deed: Deed
    why: str
    procedure: str = ""
    steps: tuple[str, ...] = ()
    title: str = ""
    assess: str = ""
    log_groups: tuple[str, ...] = ()  # whose lines are evidence
    offers: tuple[Offer, ...] = ()


class Kept(Struct, frozen=True):
    """One piece of evidence. Its text is an output of the journal; `why` is set where it could not
    be read, or was too far from the onset; `cut` where there is more than was kept of it."""

    what: str
    command: str
    size: int = 0
    sha256: str = ""
    why: str = ""
    cut: str = ""
