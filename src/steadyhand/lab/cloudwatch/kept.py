"""CloudWatch's alarms as a shelf: what each was made with, and the state that it is in."""

from collections.abc import Iterator
from dataclasses import replace

from steadyhand.lab.cloudwatch.alarm import read_alarm
from steadyhand.lab.cloudwatch.alarms import Alarms
from steadyhand.lab.cloudwatch.metrics_api import Metrics
from steadyhand.lab.kept.ledger import Row, Shelf
from steadyhand.model.alarm import AlarmState

TURNS = ("reason", "reason_data", "state_at", "transitioned_at")


def alarm_shelf(room: Alarms) -> Shelf:
    def rows(_: str) -> Iterator[Row]:
        for name, alarm in room.alarms.items():
            state = {key: getattr(alarm, key) for key in TURNS}
            content = {
                "given": dict(alarm.given),
                "updated_at": alarm.updated_at,
                "state": alarm.state.value,
                "turned": state,
                "tags": room.tags.get(alarm.arn, {}),
            }
            yield Row(name, content)

    def put(row: Row) -> None:
        kept = row.content
        period = Metrics(room.store, 1.0).check_period
        alarm = read_alarm(kept["given"], room.arn(row.key), kept["updated_at"], period)
        state = AlarmState(kept["state"])
        room.alarms[row.key] = replace(alarm, state=state, **kept["turned"])
        room.tags[alarm.arn] = kept["tags"]

    return Shelf("alarm", "cloudwatch", rows, put, stamp=lambda: list(room.alarms.values()))
