"""An incident from its page to its end at PagerDuty and in Slack, as the lab stands in for them."""

from pathlib import Path

import pytest

from steadyhand.app.responding import incidents
from steadyhand.model.alarm import AlarmState
from tests.app.shop import Shop
from tests.lab.providers.running import running

SETTINGS = """
[people.ada]
notices = ["pagerduty", "slack"]
pagerduty = "env:ADAS_PAGER"
slack = "env:ADAS_SLACK"

[contacts."On-call engineer"]
people = ["ada"]

[notices]
link = "https://ops.example.org"
pagerduty_url = "{base}/pagerduty"
"""


def test_from_the_page_to_the_end_and_no_secret_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as providers:
        base = f"http://127.0.0.1:{providers.port}"
        pager, slack = providers.accounts["pagerduty"], providers.accounts["slack"]
        monkeypatch.setenv("ADAS_PAGER", pager.valid_key)
        monkeypatch.setenv("ADAS_SLACK", f"{base}/slack/services/T0/B0/{slack.valid_key}")
        shop = Shop(tmp_path, SETTINGS.format(base=base))

        def deliver() -> None:
            for one in shop.operator.courier.once():
                one.result(20)

        shop.turn("API 5xx Rate")
        deliver()
        [key] = shop.incidents()
        alert = f"steadyhand/{key}"
        assert pager.store[alert] == "triggered"
        assert "https://ops.example.org/acknowledge?token=" in str(slack.received[0])
        incidents.acknowledge(shop.control, key, "bob")
        deliver()
        assert pager.store[alert] == "acknowledged"
        shop.turn("API 5xx Rate", AlarmState.OK)
        shop.after(7)
        deliver()
        assert pager.store[alert] == "resolved"
        assert "resolved by itself" in str(slack.received[-1])
        shop.close()
        secrets = (pager.valid_key, slack.valid_key, "acknowledge?token")
    kept = b"".join(path.read_bytes() for path in (tmp_path / "state").glob("journal.db*"))
    assert kept
    for secret in secrets:
        assert secret.encode() not in kept
