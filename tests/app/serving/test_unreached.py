"""What is told and does not arrive: the next level is told, and it stands in the timeline."""

from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from pathlib import Path

import pytest

from steadyhand.app.responding import incident_list, incidents
from steadyhand.app.watching import alarms
from steadyhand.cli.responding.incident_lines import incident_lines
from tests.app.shop import DOCUMENT, Shop
from tests.respond.test_notices import receiver

PEOPLE = """
[people.ada]
notices = ["webhook", "slack"]
webhook = "{address}"
slack = "file:{folder}/slack"

[people.bob]
notices = ["{bob}"]
webhook = "{address}"

[contacts."On-call engineer"]
people = ["ada"]

[contacts."Engineering lead"]
people = ["bob"]
"""


@contextmanager
def shop(folder: Path, status: int, bob: str = "terminal", more: str = "") -> Iterator[Shop]:
    """A shop whose webhooks answer a status; the file with ada's other address is not there."""
    with receiver(status, []) as address:
        made = Shop(folder, PEOPLE.format(address=address, folder=folder, bob=bob) + more)
        yield made
        made.operator.courier.close(0)
        made.close()


def deliver(shop: Shop) -> None:
    """Try everything whose time has come, and do what follows."""
    for _ in range(3):
        wait(shop.operator.courier.once())
        shop.drive()


def test_what_is_refused_for_good_is_told_to_the_next_level_at_once(tmp_path: Path) -> None:
    with shop(tmp_path, 404) as one:
        (tmp_path / "slack").write_text("nonsense")
        one.turn("API 5xx Rate")
        assert one.told()[-1][:2] == ("L1", "ada")
        deliver(one)
        assert one.events()[-2:] == ["LevelUnreached", "Escalated"]
        assert one.told()[-1] == ("L2", "bob", "terminal")
        assert one.incident().paging.unreached == ("L1",)
        one.after(40)
        assert one.events().count("Escalated") == 1  # not again when its time comes


def test_it_is_shown(tmp_path: Path) -> None:
    with shop(tmp_path, 404) as one:
        (tmp_path / "slack").write_text("nonsense")
        one.turn("API 5xx Rate")
        deliver(one)
        lines = [
            line
            for recorded in incident_list.timeline(one.control, one.incidents()[0])
            for line in incident_lines(recorded)
        ]
        (said,) = [line for line in lines if "could not be reached" in line]
        assert "L1 On-call engineer" in said
        assert "ada by webhook: http://127.0.0.1" in said
        assert "answered 404" in said
        explained = alarms.explain(one.control, "API 5xx Rate")
        assert "LevelUnreached" in [type(one.event).__name__ for one in explained.told]


def test_what_keeps_failing_is_waited_for_two_minutes(tmp_path: Path) -> None:
    with shop(tmp_path, 503) as one:
        one.turn("API 5xx Rate")
        for seconds in (1, 2, 4, 8, 15, 30, 30, 29):
            one.clock.sleep(seconds)
            deliver(one)
        assert "LevelUnreached" not in one.events()
        one.clock.sleep(1)
        deliver(one)
        assert one.events()[-2:] == ["LevelUnreached", "Escalated"]


def test_for_ever_where_the_settings_say_so(tmp_path: Path) -> None:
    with shop(tmp_path, 503, more="[respond]\nundelivered_seconds = 0\n") as one:
        one.turn("API 5xx Rate")
        for _ in range(10):
            one.clock.sleep(60)
            deliver(one)
        assert "LevelUnreached" not in one.events()


def test_one_notice_that_arrives_is_enough(tmp_path: Path) -> None:
    with shop(tmp_path, 204) as one:
        one.turn("API 5xx Rate")  # by webhook it arrives, by Slack it never does
        for _ in range(10):
            one.clock.sleep(60)
            deliver(one)
        assert "LevelUnreached" not in one.events()


def test_whoever_took_it_up_knows(tmp_path: Path) -> None:
    with shop(tmp_path, 503) as one:
        one.turn("API 5xx Rate")
        incidents.acknowledge(one.control, one.incidents()[0], "cyd")
        one.clock.sleep(130)
        deliver(one)
        one.clock.sleep(1)
        deliver(one)
        assert "LevelUnreached" in one.events()
        assert "Escalated" not in one.events()
        assert "EveryonePaged" not in one.events()


def test_where_nothing_arrives_everybody_is_told(tmp_path: Path) -> None:
    reachable = '\n[people.eve]\nnotices = ["terminal"]\n'
    with shop(tmp_path, 404, "webhook", reachable) as one:
        (tmp_path / "slack").write_text("nonsense")
        one.turn("API 5xx Rate")
        deliver(one)
        deliver(one)
        deliver(one)
        assert one.incident().paging.unreached == ("L1", "L2")
        assert ("everyone", "eve", "terminal") in one.told()
        assert one.events().count("EveryonePaged") == 1


def test_after_a_restart_it_is_found_out_again(tmp_path: Path) -> None:
    with shop(tmp_path, 503) as one:
        one.turn("API 5xx Rate")
        deliver(one)
        one.operator.courier.close(0)
        one.restart()
        one.clock.sleep(121)
        deliver(one)
        assert one.events()[-2:] == ["LevelUnreached", "Escalated"]


@pytest.mark.parametrize("status", [204, 404])
def test_pages_in_a_digest_share_its_fate(tmp_path: Path, status: int) -> None:
    names = [f"Alarm {n}" for n in range(4)]
    document = DOCUMENT.replace(
        "| Disk |", "".join(f"| {name} | > 90% | Page on-call |\n" for name in names) + "| Disk |"
    )
    people = PEOPLE.replace('["webhook", "slack"]', '["webhook"]')
    bound = "".join(f'[alarms."{name}"]\nnamespace = "S"\nmetric = "M"\n' for name in names)
    storm = "[notices]\nstorm_pages = 1\nstorm_seconds = 600\n"
    with receiver(status, []) as address:
        more = people.format(address=address, folder=tmp_path, bob="terminal") + bound + storm
        one = Shop(tmp_path, more, document)
        for name in names:
            one.turn(name)
        deliver(one)
        unreached = [one.incident(key).paging.unreached for key in one.incidents()]
        assert unreached == [("L1",)] * 4 if status == 404 else [()] * 4
        one.operator.courier.close(0)
        one.close()
