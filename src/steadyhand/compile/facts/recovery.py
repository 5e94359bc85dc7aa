"""Fields, items and cells in; recovery targets, retention, and how resources are set up out."""

import re
from collections.abc import Iterator

from steadyhand.compile.facts.quantities import duration
from steadyhand.compile.facts.said import Place, Said, sentences
from steadyhand.compile.facts.schedules import window
from steadyhand.model.document.facts import Objective, Retention, Trait
from steadyhand.model.document.span import Span

_OBJECTIVES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("RPO", r"\bRPO\b|\brecovery point objective"),
        ("RTO", r"\bRTO\b|\brecovery time objective"),
        ("MTTR", r"\bMTTR\b|\b(?:mean )?time to (?:recovery|resolve|restore|repair)\b"),
        ("MTTD", r"\bMTTD\b|\b(?:mean )?time to detect(?:ion)?\b"),
        ("availability", r"\bavailability\b|\buptime\b"),
    )
)
_ACTUAL = re.compile(
    r"\b(?:actual(?:ly)?|current(?:ly)?|measured|achieved|observed|last (?:test|drill))\b\W*",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\W*(?:0|zero)(?=\s*(?:\(|$|[,;.](?!\d)|data|loss))", re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%")
_AMOUNT = re.compile(
    r"(\d+(?:\.\d+)?)\s*[- ]?(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|"
    r"months?|years?|yrs?|y)\b",
    re.IGNORECASE,
)
_LONG = {"mo": 30 * 86400.0, "ye": 365 * 86400.0, "yr": 365 * 86400.0, "y": 365 * 86400.0}
_NUMBERS = {"one": "1", "two": "2", "three": "3", "five": "5", "seven": "7", "thirty": "30"}
_KEPT = re.compile(
    r"\b(?:retention|retained|retain|kept|keep|stored|expires?|deleted|purged)\b", re.IGNORECASE
)
_KEPT_FOR = re.compile(
    r"\b(?:(?:are|is)\s+)?(?:kept|retained|stored|retention(?: period)?|expires?|deleted|purged)\s+"
    r"(?:\w+\s+)?(?:for|after|of|is|:)\s*(?P<long>[^.;,()]*)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\b(?:are|is|was|were|will|runs?|and|that|which|get|gets)\b|[,:(]")
_EVER = re.compile(r"\b(?:indefinite(?:ly)?|forever|permanent(?:ly)?|unlimited)\b", re.IGNORECASE)
# What a heading or an item speaks of, and the kind of resource that is. The first that fits.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("cache", r"\b(?:elasticache|redis|valkey|memcached|cache)\b"),
        ("log group", r"\b(?:cloudwatch logs?|log groups?|logs?)\b"),
        ("bucket", r"\b(?:s3|buckets?)\b"),
        ("table", r"\bdynamodb\b"),
        ("database", r"\b(?:rds|aurora|databases?|db|postgres(?:ql)?|mysql|mariadb)\b"),
        ("service", r"\b(?:ecs|fargate|service)\b"),
    )
)
# What a field says, and what the resource's own API calls it.
# https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
# https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_ReplicationGroup.html
_ATTRIBUTES: tuple[tuple[str, re.Pattern[str], str, str], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE), attribute, form)
    for kind, pattern, attribute, form in (
        ("database", r"(?:backup )?retention(?: period)?", "BackupRetentionPeriod", "days"),
        ("database", r"(?:automated )?backup window", "PreferredBackupWindow", "window"),
        ("database", r"maintenance window", "PreferredMaintenanceWindow", "window"),
        ("database", r"multi-?az", "MultiAZ", "flag"),
        ("database", r"(?:storage )?encrypt(?:ion|ed)(?: at rest)?", "StorageEncrypted", "flag"),
        ("database", r"deletion protection", "DeletionProtection", "flag"),
        ("database", r"public(?:ly)? access(?:ible)?", "PubliclyAccessible", "flag"),
        ("database", r"instance (?:class|type|size)", "DBInstanceClass", "word"),
        ("database", r"(?:engine|postgres(?:ql)?|mysql) version", "EngineVersion", "word"),
        ("database", r"performance insights", "PerformanceInsightsEnabled", "flag"),
        ("cache", r"(?:snapshot |backup )?retention(?: period)?", "SnapshotRetentionLimit", "days"),
        ("cache", r"(?:snapshot|backup) window", "SnapshotWindow", "window"),
        ("cache", r"multi-?az", "MultiAZ", "flag"),
        ("cache", r"node (?:class|type|size)", "CacheNodeType", "word"),
        ("cache", r"automatic failover", "AutomaticFailover", "flag"),
        ("cache", r"encryption at rest", "AtRestEncryptionEnabled", "flag"),
        ("cache", r"encryption in transit", "TransitEncryptionEnabled", "flag"),
        ("log group", r"(?:log )?retention(?: period)?", "retentionInDays", "days"),
        ("bucket", r"versioning", "Versioning", "flag"),
        ("table", r"point-in-time recovery|pitr", "PointInTimeRecovery", "flag"),
        ("service", r"(?:desired )?(?:task )?count|desired tasks", "desiredCount", "number"),
        ("service", r"launch type", "launchType", "word"),
    )
)
_OF_ITS_KIND = re.compile(r"^(?:the |rds |database |redis |elasticache |log )", re.IGNORECASE)
_YES = re.compile(r"^(?:enabled|yes|on|true|active|always|required)\b", re.IGNORECASE)
_NO = re.compile(r"^(?:disabled|no|off|false|not enabled|none)\b", re.IGNORECASE)


def seconds_of(text: str) -> float | None:
    """Read a length of time, months and years too; None for none. Pure."""
    for word, digit in _NUMBERS.items():
        text = re.sub(rf"\b{word}\b", digit, text, flags=re.IGNORECASE)
    match = _AMOUNT.search(text)
    if match is None:
        return None
    unit = match.group(2).lower()
    factor = _LONG.get(unit[:2]) or (_LONG["y"] if unit == "y" else None)
    if factor is not None:
        return float(match.group(1)) * factor
    return duration(f"{match.group(1)} {unit}")


def objective_of(head: str) -> str:
    """Name the target that a header or a field is about; "" for none. Pure."""
    return next((name for name, pattern in _OBJECTIVES if pattern.search(head)), "")


def objective(head: str, target: str, actual: str, span: Span) -> Objective | None:
    """Read a recovery or service target; None where `head` names none. Pure."""
    name = objective_of(head)
    if not name:
        return None
    if not actual and (match := _ACTUAL.search(target)) is not None:
        target, actual = target[: match.start()], target[match.end() :].strip(" )")
    if name == "availability":
        found, unit = _PERCENT.search(target), "%"
        value = float(found.group(1)) if found else None
        measured = _PERCENT.search(actual)
        return Objective(
            name, target.strip(" ,;("), value, unit, float(measured.group(1)) if measured else None,
            actual, span,
        )  # fmt: skip
    value = 0.0 if _NOTHING.match(target) else seconds_of(target)
    return Objective(
        name, target.strip(" ,;("), value, "s", seconds_of(actual), actual, span,
    )  # fmt: skip


def objectives_in(said: Said) -> Iterator[Objective]:
    """Give the targets that a field, an item or a sentence states. Pure."""
    if said.place is Place.HEADING or not re.search(r"\d", said.text):
        return
    if said.label:
        one = objective(said.label, said.rest, "", said.span)
        if one is not None and one.value is not None:
            yield one
        return
    places = [
        (match.start(), match.end(), name)
        for name, pattern in _OBJECTIVES
        if name != "availability" and (match := pattern.search(said.text)) is not None
    ]
    places.sort()
    for index, (_, end, name) in enumerate(places):
        until = places[index + 1][0] if index + 1 < len(places) else len(said.text)
        one = objective(name, re.sub(r"^[\s)(:=]*(?:is|of|target)?\s*", "", said.text[end:until]),
                        "", said.span)  # fmt: skip
        if one is not None and one.value is not None:
            yield one


def retention(what: str, text: str, place: str, span: Span) -> Retention:
    """Read a cell or a field that says how long something is kept. Pure."""
    return Retention(what, text, None if _EVER.search(text) else seconds_of(text), place, span)


def retention_in(said: Said) -> Iterator[Retention]:
    """Give how long an item or a field says that something is kept. Pure."""
    if said.place is Place.HEADING or not _KEPT.search(said.text):
        return
    head, rest = (said.label, said.rest) if said.label else _field(said.text)
    if head and re.search(r"\bretention\b", head, re.IGNORECASE):
        what = re.sub(r"\s*\bretention\b(?: period| policy| time)?\s*", " ", head, flags=re.I)
        if seconds_of(rest) is not None or _EVER.search(rest):
            yield retention(what.strip() or said.nearest, rest, "", said.span)
        return
    for sentence in sentences(said.text):
        match = _KEPT_FOR.search(sentence)
        if match is None:
            continue
        lasting = match.group("long").strip(" .")
        if seconds_of(lasting) is not None or _EVER.search(lasting):
            what = _SUBJECT.split(sentence[: match.start()])[0].strip(" :-,")
            yield retention(what or said.nearest, lasting, "", said.span)


def traits_in(said: Said) -> Iterator[Trait]:
    """Give how a field says that a resource is set up, under a heading that names its kind."""
    if said.place is Place.HEADING:
        return
    head, rest = (said.label, said.rest) if said.label else _field(said.text)
    if not head or not rest:
        return
    bare = _OF_ITS_KIND.sub("", head)
    fitting = [one for one in _ATTRIBUTES if one[1].fullmatch(head) or one[1].fullmatch(bare)]
    if not fitting:
        return
    kind = next((k for k, p in _KINDS for text in (head, *said.above[:2]) if p.search(text)), "")
    for of, _, attribute, form in fitting:
        if of == kind:
            expected = _expected(rest, form, said.span)
            if expected:
                yield Trait(kind, "", attribute, expected, said.text, said.span)
            return


def _expected(text: str, form: str, span: Span) -> str:
    match form:
        case "days":
            seconds = seconds_of(text)
            return "" if seconds is None or seconds % 86400 else f"{seconds / 86400:g}"
        case "flag":
            return "true" if _YES.match(text) else "false" if _NO.match(text) else ""
        case "window":
            return _window(text, span)
        case "number":
            found = re.match(r"\d+\b", text)
            return found.group() if found else ""
        case _:
            found = re.match(r"[\w.]*\d[\w.-]*", text)
            return found.group() if found else ""


def _window(text: str, span: Span) -> str:
    """Write a window as the API does, in UTC: "03:00-04:00"; "" where the zone is another."""
    found = window("", text, span)
    if found is None or found.cron is None or found.seconds is None:
        return ""
    if found.zone not in {"", "UTC", "GMT"}:
        return ""
    minute, hour, _, _, day = found.cron.split()
    start = int(hour) * 60 + int(minute)
    end = start + int(found.seconds) // 60
    names = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
    if day == "*":
        return f"{_clock(start)}-{_clock(end)}"
    if not day.isdigit():
        return ""
    first, last = names[int(day)], names[(int(day) + end // 1440) % 7]
    return f"{first}:{_clock(start)}-{last}:{_clock(end)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _field(text: str) -> tuple[str, str]:
    head, colon, rest = text.partition(": ")
    return (head, rest) if colon and len(head.split()) <= 5 else ("", "")
