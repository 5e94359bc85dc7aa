"""Every channel against something real on loopback, and that no secret is in what is said of it."""

import json
import logging
import socketserver
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from steadyhand.lab.providers.account import Switches
from steadyhand.lab.providers.server import Providers
from steadyhand.model.incident.notice import Notice
from steadyhand.model.settings.reach import Contact, Notices, Person
from steadyhand.respond.notices import Channels, Delivered, Failed, deliver
from steadyhand.respond.notices.links import Bearer, check, sign
from steadyhand.respond.notices.slack import message
from steadyhand.respond.storm import Recent, digest_of, throttle
from tests.lab.providers.running import running

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PAGE = Notice(
    "i1/2/L1/ada/x", "i1", "L1", "On-call", "pagerduty", "shop: 5xx > 5%: page", "why <it> & how",
    person="ada", system="shop", severity="P1", rank=0, at=NOW.isoformat(),
)  # fmt: skip
SECRET = "hush-0123456789"


@pytest.fixture(scope="module")
def providers() -> Iterator[Providers]:
    with running() as made:
        yield made


def slack_key(providers: Providers) -> str:
    return providers.accounts["slack"].valid_key


def reached(one: Contact | Person | None) -> Channels:
    return Channels(lambda _: None, {}, lambda _: one)


@pytest.fixture
def ways(providers: Providers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Channels:
    """Ada is reached by PagerDuty and Slack, as the lab has them; her keys are secrets."""
    base = f"http://127.0.0.1:{providers.port}"
    for name in ("pagerduty", "slack"):
        providers.accounts[name].received.clear()
        providers.accounts[name].store.clear()
        providers.accounts[name].switches = Switches()
    monkeypatch.setenv("ADAS_KEY", providers.accounts["pagerduty"].valid_key)
    (tmp_path / "slack").write_text(f"{base}/slack/services/T0/B0/{slack_key(providers)}\n")
    ada = Person(pagerduty="env:ADAS_KEY", slack=f"file:{tmp_path / 'slack'}")
    settings = Notices(pagerduty_url=f"{base}/pagerduty")
    return Channels(lambda _: None, {}, lambda _: ada, settings, lambda _: "https://x/ack?token=t")


def send(ways: Channels, channel: str, kind: str = "page") -> Delivered | Failed:
    return deliver(replace(PAGE, channel=channel, kind=kind), ways)


# --- PagerDuty -----------------------------------------------------------------------------------


def test_an_incident_is_one_alert_from_its_page_to_its_end(
    ways: Channels, providers: Providers
) -> None:
    account = providers.accounts["pagerduty"]
    seen = []
    for kind in ("page", "page", "news", "acknowledged", "resolved"):
        assert send(ways, "pagerduty", kind) == Delivered()
        seen.append(dict(account.store))
    key = "steadyhand/i1"
    assert [one.get(key) for one in seen] == [
        "triggered", "triggered", "triggered", "acknowledged", "resolved",
    ]  # fmt: skip
    assert len(account.received) == 4  # news are no event
    first = account.received[0]
    assert first["payload"]["severity"] == "critical"
    assert first["links"][0]["href"] == "https://x/ack?token=t"


def test_what_is_held_stops_ringing_there_and_rings_again(
    ways: Channels, providers: Providers
) -> None:
    for kind, state in (("page", "triggered"), ("held", "resolved"), ("page", "triggered")):
        assert send(ways, "pagerduty", kind) == Delivered()
        assert providers.accounts["pagerduty"].store["steadyhand/i1"] == state


# --- Slack ---------------------------------------------------------------------------------------


def test_a_page_in_slack_has_a_button(ways: Channels, providers: Providers) -> None:
    assert send(ways, "slack") == Delivered()
    [got] = providers.accounts["slack"].received
    assert got["text"] == "shop: 5xx &gt; 5%: page"
    assert "why &lt;it&gt; &amp; how" in got["blocks"][0]["text"]["text"]
    assert got["blocks"][1]["elements"][0]["url"] == "https://x/ack?token=t"
    over: Any = message(replace(PAGE, kind="resolved"), "https://x")
    assert len(over["blocks"]) == 1


# --- failures, and secrets ------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["pagerduty", "slack"])
@pytest.mark.parametrize(("status", "lasting"), [(429, False), (500, False), (403, True)])
def test_a_provider_that_refuses_is_said_without_the_secret(
    ways: Channels, providers: Providers, channel: str, status: int, lasting: bool
) -> None:
    providers.accounts[channel].switches = Switches(status=status)
    said = send(ways, channel)
    assert said == Failed(f"http://127.0.0.1:{providers.port} answered {status}", lasting)


@pytest.mark.parametrize("channel", ["pagerduty", "slack"])
def test_a_provider_that_is_away_is_said_without_the_secret(
    ways: Channels, providers: Providers, channel: str
) -> None:
    providers.accounts[channel].switches = Switches(down=True)
    said = send(ways, channel)
    assert isinstance(said, Failed)
    assert providers.accounts[channel].valid_key not in said.reason
    assert not said.lasting


@pytest.mark.parametrize("channel", ["webhook", "pagerduty", "slack", "mail", "apprise"])
def test_who_has_no_address_is_said(channel: str) -> None:
    for reach in (None, Person(), Contact()):
        said = deliver(replace(PAGE, channel=channel), reached(reach))
        assert isinstance(said, Failed)
        assert "is set" in said.reason


def test_a_secret_that_is_not_there_is_said_by_its_place(ways: Channels, tmp_path: Path) -> None:
    for place, why, lasting in (
        ("env:NO_SUCH_KEY", "NO_SUCH_KEY is not set in the environment", True),
        (f"file:{tmp_path}/no", f"{tmp_path}/no cannot be read: FileNotFoundError", False),
    ):
        bad = replace(ways, reach=reached(Person(pagerduty=place)).reach)
        assert send(bad, "pagerduty") == Failed(why, lasting)


def test_a_redirect_is_not_followed(ways: Channels, providers: Providers) -> None:
    providers.accounts["slack"].switches = Switches(status=302)
    assert send(ways, "slack") == Failed(f"http://127.0.0.1:{providers.port} answered 302", True)


# --- mail ----------------------------------------------------------------------------------------


class _Post(socketserver.ThreadingTCPServer):
    """Where letters come to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Office)
        self.letters: list[str] = []


class _Office(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as a letter needs."""

    server: "_Post"

    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += self.rfile.readline()
                self.server.letters.append(text.decode())
            refused = verb == "RCPT" and "nobody@" in line
            self._say("550 no such box" if refused else "221 bye" if verb == "QUIT" else "250 fine")
            if verb == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def office() -> Iterator[Any]:
    server = _Post()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def mailing(office: Any, to: str = "ada@example.org") -> Channels:
    port = office.server_address[1]
    settings = Notices(
        smtp_host="127.0.0.1", smtp_port=port, smtp_tls="none", smtp_from="s@example.org"
    )
    return Channels(
        lambda _: None, {}, lambda _: Person(mail=to), settings, lambda _: "https://x/a"
    )


def test_a_mail_has_a_subject_of_one_line_its_thread_and_a_link(office: Any) -> None:
    notice = replace(PAGE, channel="mail", title="shop: 5xx\r\nBcc: all@example.org")
    assert deliver(notice, mailing(office)) == Delivered()
    [letter] = office.letters
    assert "Subject: shop: 5xx Bcc: all@example.org\r\n" in letter
    assert "\r\nBcc:" not in letter
    assert "In-Reply-To: <" in letter
    assert "Acknowledge: https://x/a" in letter
    assert "why <it> & how" in letter


def test_mail_that_is_refused_or_has_no_office(office: Any) -> None:
    notice = replace(PAGE, channel="mail")
    refused = deliver(notice, mailing(office, "nobody@example.org"))
    assert refused == Failed("127.0.0.1 takes nothing for that address", lasting=True)
    away = replace(mailing(office), settings=Notices(smtp_host="127.0.0.1", smtp_port=1,
                                                     smtp_tls="none", smtp_from="s@x"))  # fmt: skip
    assert deliver(notice, away) == Failed("127.0.0.1: ConnectionRefusedError")


# --- Apprise -------------------------------------------------------------------------------------


# Importing all of Apprise's channels looks for a module that Python 3.13 has no more.
APPRISE = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@APPRISE
def test_another_channel_goes_through_apprise(
    providers: Providers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its own "json" channel, to something that takes no such thing: no secret is logged."""
    caplog.set_level(logging.DEBUG)
    address = f"json://127.0.0.1:{providers.port}/slack/services/T0/B0/{SECRET}"
    monkeypatch.setenv("ADAS_URL", address)
    ways = Channels(lambda _: None, {}, lambda _: Person(apprise="env:ADAS_URL"))
    assert send(ways, "apprise") == Failed("Apprise could not deliver it")
    assert SECRET not in caplog.text
    monkeypatch.setenv("ADAS_URL", "nonsense://x")
    assert send(ways, "apprise") == Failed("Apprise does not know such a URL", lasting=True)


@APPRISE
def test_and_is_delivered(providers: Providers, monkeypatch: pytest.MonkeyPatch) -> None:
    account = providers.accounts["slack"]
    account.received.clear()
    account.switches = Switches()
    path = f"slack/services/T0/B0/{slack_key(providers)}?:message=text"  # as that stand-in wants
    address = f"json://127.0.0.1:{providers.port}/{path}"
    monkeypatch.setenv("ADAS_URL", address)
    ways = Channels(lambda _: None, {}, lambda _: Person(apprise="env:ADAS_URL"))
    assert send(ways, "apprise") == Delivered()
    assert PAGE.title in json.dumps(list(account.received))


# --- links ---------------------------------------------------------------------------------------


def test_a_link_is_good_for_whom_and_as_long_as_it_was_made() -> None:
    key, bearer = b"k" * 32, Bearer("i1", "ada")
    token = sign(key, bearer, NOW)
    assert check(key, token, NOW - timedelta(seconds=1)) == bearer
    assert check(key, token, NOW) is None
    assert check(b"o" * 32, token, NOW - timedelta(days=1)) is None
    head, _, mac = sign(key, Bearer("i2", "ada"), NOW).partition(".")
    for other in (
        f"{token[:-2]}AA",
        f"{head}.{token.partition('.')[2]}",
        head,
        "",
        ".",
        "é.é",
        mac,
    ):
        assert check(key, other, NOW - timedelta(days=1)) is None


# --- storms --------------------------------------------------------------------------------------

SPAN = timedelta(minutes=5)


def pages(count: int) -> list[Notice]:
    return [replace(PAGE, id=f"i{n}/2/L1/ada/x", incident=f"i{n}") for n in range(count)]


def test_the_page_that_would_be_too_many_is_a_digest() -> None:
    said = throttle(pages(7), [Recent(NOW - SPAN / 2)] * 2, (5, SPAN), NOW)
    assert (len(said.send), len(said.digest), said.kept) == (3, 4, ())
    digest = digest_of(said.digest, NOW)
    assert digest.title == "4 more pages, of 4 incidents"
    assert all(f"i{n}: " in digest.body for n in range(3, 7))


def test_the_ids_of_two_digests_are_two_however_long_their_pages_are() -> None:
    level = "L" * 200
    first, second = (replace(PAGE, id=f"i1/2/{level}/{name}/x") for name in ("ada", "bob"))
    ids = [digest_of([page, *pages(1)], NOW).id for page in (first, second, first)]
    assert ids[0] == ids[2] != ids[1]
    assert all(one.startswith("i1/2/LLL") and len(one) <= 128 for one in ids)
    for length in (20, 100):
        page = replace(PAGE, id="i1/2/".ljust(length, "x"))
        assert digest_of([page], NOW).id == f"{page.id}+1/digest"


def test_more_of_them_wait_for_the_next_digest() -> None:
    recent = [*[Recent(NOW - SPAN / 2)] * 5, Recent(NOW - SPAN / 4, digest=True)]
    said = throttle(pages(2), recent, (5, SPAN), NOW)
    assert (said.send, said.digest, len(said.kept)) == ((), (), 2)
    assert said.until == NOW - SPAN / 4 + SPAN
    later = throttle(pages(2), recent, (5, SPAN), NOW + SPAN)
    assert len(later.send) == 2


def test_nothing_is_ever_lost_in_a_storm() -> None:
    for count in range(12):
        for before in range(8):
            said = throttle(pages(count), [Recent(NOW)] * before, (5, SPAN), NOW)
            assert (*said.send, *said.digest, *said.kept) == tuple(pages(count))
