"""The providers by name: the hosts they answer for, and how. To add one: a module and a line."""

from collections.abc import Callable
from dataclasses import dataclass

from steadyhand.lab.providers import firebase, github, pagerduty, slack
from steadyhand.lab.providers.account import Account
from steadyhand.lab.providers.messages import Call, Reply
from steadyhand.lab.providers.models import anthropic, gemini, openai, status_page


@dataclass(frozen=True)
class Kind:
    """`refusal` is the form a switched status is answered in. `watches` names the provider whose
    account is looked at, where it is not its own."""

    hosts: tuple[str, ...]
    answer: Callable[[Call, Account], Reply]
    refusal: Callable[[int], Reply]
    watches: str = ""


KINDS: dict[str, Kind] = {
    "gemini": Kind(("generativelanguage.googleapis.com",), gemini.answer, gemini.refusal),
    "openai": Kind(("api.openai.com",), openai.answer, openai.refusal),
    "anthropic": Kind(("api.anthropic.com",), anthropic.answer, anthropic.refusal),
    "openai-status": Kind(
        ("status.openai.com",), status_page.answer, status_page.refusal, watches="openai"
    ),
    "firebase": Kind(
        ("firebase.googleapis.com", "identitytoolkit.googleapis.com"),
        firebase.answer,
        firebase.refusal,
    ),
    "slack": Kind(("hooks.slack.com",), slack.answer, slack.refusal),
    "pagerduty": Kind(("events.pagerduty.com",), pagerduty.answer, pagerduty.refusal),
    "github": Kind(("api.github.com",), github.answer, github.refusal),
}
HOSTS: dict[str, str] = {host: name for name, kind in KINDS.items() for host in kind.hosts}


def address(host: str, port: int, provider: str) -> str:
    """Where a system finds a provider that is served at this host and port."""
    return f"http://{host}:{port}/{provider}"
