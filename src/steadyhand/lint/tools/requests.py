"""A document in, the HTTP requests it makes with curl out, each with the URL as it is written."""

from collections.abc import Iterator

from msgspec import Struct

from steadyhand.actions.curl import CurlCall, parse_curl
from steadyhand.actions.words import HOLE, as_argv
from steadyhand.lint.changes.calls import Call
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.named import calls_named
from steadyhand.model.document.runbook import Runbook, Step
from steadyhand.model.document.shell import Word


class Request(Struct, frozen=True):
    """One URL of one `curl`; what is filled in later stands in it as it is spelled."""

    path: str  # of the document
    step: Step
    curl: CurlCall
    url: str
    sure: bool  # no word of the command could be more options

    @property
    def place(self) -> str:
        """The URL without query and last slash, to tell whether two are one route."""
        bare = self.url.partition("#")[0].partition("?")[0]
        return bare.removeprefix("https://").removeprefix("http://").rstrip("/")

    def seen_from(self, path: str) -> str:
        """Say where it stands, for a reader of a document."""
        line = f"line {self.step.span.line}"
        return line if path == self.path else f"{self.path}, {line}"

    @property
    def authenticates(self) -> bool:
        query = self.url.partition("?")[2].lower()
        host = self.url.partition("://")[2].partition("/")[0]
        hidden = "@" in host or any(s in query for s in ("token", "key=", "secret", "sig="))
        return hidden or self.curl.authenticates


def requests(runbook: Runbook) -> tuple[Request, ...]:
    """Give the requests of a document, those inside of `watch '…'` and the like too. Pure."""
    calls = (call for call in calls_named(runbook, {"curl"}) if not call.fed)
    return tuple(request for call in calls for request in _of(runbook.path, call))


def own_requests(subject: Subject) -> tuple[Request, ...]:
    """Give the requests of the document that is checked. Pure."""
    return subject.derived(_own)


def _own(subject: Subject) -> tuple[Request, ...]:
    return requests(subject.runbook)


def _of(path: str, call: Call) -> Iterator[Request]:
    words = call.used.words
    spelled = call.argv == as_argv(call.used.command)
    curl = parse_curl(tuple(word.shown for word in words) if spelled else call.argv)
    for url in curl.urls:
        if HOLE not in url:
            yield Request(path, call.step, curl, url, spelled and _sure(words))


def _sure(words: tuple[Word, ...]) -> bool:
    """Tell whether every word that waits for bash is quoted or part of a longer one."""
    loose = [word for word in words if len(word.parts) == 1 and word.literal is None]
    return all(word.parts[0].quoted for word in loose)
