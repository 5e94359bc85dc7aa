"""What a placeholder is, and what stands before one: the command and the option it is given to."""

import re
from enum import StrEnum

from msgspec import Struct

_FAR = 4000  # characters; no command is longer in front of its argument


class Form(StrEnum):
    """How a placeholder is spelled."""

    ANGLE = "angle"  # <task-id>
    CURLY = "curly"  # {env}
    TEMPLATE = "template"  # {{ env }}, ${{ env.NAME }}
    PERCENT = "percent"  # %ENV%
    UPPERCASE = "uppercase"  # TASK_ID
    STUB = "stub"  # sg-xxx, your-domain.com, new-key-here
    BRACKET = "bracket"  # [Insert contact], [cluster-name]
    VARIABLE = "variable"  # $DB_HOST, from outside
    SAMPLE = "sample"  # v1.2.3, my-bucket: it can be used as it stands, and is meant as another


class Found(Struct, frozen=True):
    """A placeholder at text[start:end]."""

    name: str
    spelling: str
    start: int
    end: int
    form: Form
    default: str | None = None


def command_before(text: str, at: int) -> str:
    """Name the command that the word at an offset is given to; "" when it is itself the command."""
    words = _words_before(text, at)
    return words[0].rpartition("/")[2] if words else ""


def option_before(text: str, at: int) -> str:
    """Give the option whose value the word at an offset is, with `=` where it is joined to it."""
    tail = re.sub(r"\\\n", "  ", text[max(0, at - _FAR) : at])
    start = max(tail.rfind("\n"), tail.rfind(";"), tail.rfind("|")) + 1
    options = re.findall(r"(?<!\S)(--?[A-Za-z][\w-]*)(=|\s+)", tail[start:])
    return options[-1][0] + options[-1][1].strip() if options else ""


def _words_before(text: str, at: int) -> list[str]:
    before = re.sub(r"\\\n", "  ", text[max(0, at - _FAR) : at])
    tail = re.split(r"[|;&\n]|\$\(", before)[-1].strip()
    return [w for w in tail.split() if not re.fullmatch(r"\w+=\S*", w)]


def named(text: str) -> str:
    """Make a name of a text: lower case, words joined by hyphens."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")
