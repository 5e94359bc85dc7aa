"""A web address: status, shape and words of its answer, redirects, the certificate's last days.

Knows no alarm.
"""

import json
from collections.abc import Iterator
from datetime import datetime

from steadyhand.model.change.deployment import read_time
from steadyhand.model.settings.probes import HttpProbe
from steadyhand.watch.sources.around import Around, Seen
from steadyhand.watch.sources.exchange import Request, Response, days_left, fetch


async def look(probe: HttpProbe, _name: str, around: Around) -> Seen:
    """Ask once."""
    secret = {key: around.variable(name) for key, name in probe.headers_env.items()}
    response = await fetch(
        Request(
            probe.url, probe.method, probe.headers, secret, probe.body,
            probe.redirects, probe.verify_tls, probe.authority,
        ),
        around,
    )  # fmt: skip
    return judged(probe, response, around.now())


def judged(probe: HttpProbe, response: Response, now: datetime) -> Seen:
    """Hold an answer against what is expected. Pure."""
    values = {"status": float(response.status), "redirects": float(response.redirects)}
    if response.certificate_until is not None:
        values["certificate_days"] = days_left(response.certificate_until, now.timestamp())
    good = response.status in probe.status if probe.status else 200 <= response.status < 300
    if not good:
        wanted = " or ".join(map(str, probe.status)) or "2xx"
        return Seen(values, f"status {response.status}, not {wanted}")
    if probe.contains and probe.contains not in response.body.decode("utf-8", "replace"):
        return Seen(values, f"the answer does not hold “{probe.contains}”")
    if not (probe.types or probe.fields or probe.age_of):
        return Seen(values)
    try:
        said = json.loads(response.body)
    except ValueError:
        return Seen(values, "the answer is not JSON")
    if problem := next(_wrong(probe, said), ""):
        return Seen(values, problem)
    if probe.age_of:
        ages = [_age(one, now) for one in found(said, probe.age_of)]
        known = [age for age in ages if age is not None]
        if not known or len(known) < len(ages):
            return Seen(values, f"no time at {probe.age_of}")
        values["age_seconds"] = max(known)
    return Seen(values)


def _wrong(probe: HttpProbe, said: object) -> Iterator[str]:
    for path, kind in probe.types.items():
        there = list(found(said, path))
        if not there and "[]" not in path:
            yield f"{path} is missing"
        for one in there:
            if type_of(one) != kind:
                yield f"{path} is {type_of(one)}, not {kind}"
    for path, wanted in probe.fields.items():
        there = list(found(said, path))
        if not there:
            yield f"{path} is missing"
        for one in there:
            written = one if isinstance(one, str) else json.dumps(one)
            if written != wanted:
                yield f"{path} is {written}, not {wanted}"


def found(said: object, path: str) -> Iterator[object]:
    """Give every value at a path like "checks[].name"; "" is the whole. Pure."""
    key, _, rest = path.partition(".")
    if not key:
        yield said
        return
    name, deep, _ = key.partition("[]")
    inner = said
    if name:
        if not isinstance(said, dict) or name not in said:
            return
        inner = said[name]
    if not deep:
        yield from found(inner, rest)
    elif isinstance(inner, list):
        for one in inner:
            yield from found(one, rest)


def type_of(value: object) -> str:
    """Name a JSON type."""
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case None:
            return "null"
        case list():
            return "array"
    return "object"


def _age(said: object, now: datetime) -> float | None:
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return None
    at = read_time(said)
    return None if at is None else (now - at).total_seconds()
