"""CloudWatch's own alarms: the argv that asks for their states, and what it printed. Pure."""

import json
from collections.abc import Mapping, Sequence

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
MOST_NAMES = 100
_VALUES = {"ALARM": 1.0, "OK": 0.0}


def argv(names: Sequence[str]) -> tuple[str, ...]:
    """Write the read of up to `MOST_NAMES` alarms, composite ones too."""
    return (
        "aws", "cloudwatch", "describe-alarms", "--alarm-names", *names,
        "--alarm-types", "MetricAlarm", "CompositeAlarm", "--output", "json",
    )  # fmt: skip


def states(printed: str) -> Mapping[str, float | None]:
    """Read 1 for ALARM, 0 for OK, None for INSUFFICIENT_DATA; an alarm that is not there is absent.

    Raises ValueError for what is no answer.
    """
    try:
        said = json.loads(printed)
        alarms = [*said.get("MetricAlarms", []), *said.get("CompositeAlarms", [])]
        return {str(one["AlarmName"]): _VALUES.get(one["StateValue"]) for one in alarms}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not an answer of describe-alarms: {error!r}") from None
