"""The words of an alarm's action in, the kind of deed they ask for out. Pure.

The words stay the document's own; a deed only says which part of the program acts on them.
"""

from enum import StrEnum


class Deed(StrEnum):
    PAGE = "page"  # somebody is woken
    NOTIFY = "notify"  # somebody is told, and nobody is woken
    SCALE = "scale"  # capacity is changed, through the gate, as policy allows
    SECURITY = "security"  # its own procedure: evidence is kept, access frozen with approval only


_WORDS: tuple[tuple[Deed, tuple[str, ...]], ...] = (
    (Deed.SECURITY, ("security", "breach", "intrusion")),
    (Deed.SCALE, ("scale", "scaling", "capacity")),
    (Deed.PAGE, ("page", "pager", "call", "wake", "critical", "on-call", "phone", "sms")),
    (Deed.NOTIFY, ("notify", "notice", "mail", "email", "slack", "ticket", "warning", "inform")),
)


def deed_of(action: str, level: str = "") -> Deed:
    """Read the deed from an action's words, else from the level; what says nothing is a page."""
    for text in (action, level):
        words = {word.strip(".,;:()") for word in text.casefold().replace("/", " ").split()}
        parts = words | {part for word in words for part in word.split("-")}
        for deed, known in _WORDS:
            if parts & set(known):
                return deed
    return Deed.PAGE
