"""`[probes]`, `[watch]` and the sources of `[alarms]` in a steadyhand.toml."""

import tomllib

import pytest

from steadyhand.model.settings.probes import KINDS, MEASURES, HttpProbe, Watching, target_of
from steadyhand.model.settings.whole import BadSettings, Settings, read_settings

HTTP = '[probes.api]\nkind = "http"\nurl = "http://127.0.0.1:8000/health"\n'
BASE = '[alarms.Base]\nnamespace = "n"\nmetric = "m"\n'
PROBED = HTTP + '[alarms.A]\nsource = "probe"\nprobe = "api"\n'
CIRCLE = '[alarms.{}]\nsource = "composite"\nrule = "ALARM({})"\n'


def read(text: str) -> Settings:
    return read_settings(tomllib.loads(text), "steadyhand.toml")


def test_a_probe_and_an_alarm_on_it() -> None:
    settings = read(
        HTTP + '[watch]\nper_target = 3\n[alarms.Slow]\nsource = "probe"\nprobe = "api"\n'
        'measure = "latency_seconds"\noperator = ">"\nthreshold = 2\nwarning = 1\n'
    )
    assert settings.probes == {"api": HttpProbe("http", "http://127.0.0.1:8000/health")}
    assert settings.watch == Watching(per_target=3)
    binding = settings.alarms["Slow"]
    assert (binding.taken, binding.every(settings.probes)) == ("Average", 30.0)


def test_every_kind_has_measures_and_a_target() -> None:
    given = {
        "http": 'url = "http://h:1/"', "tcp": 'host = "h"\nport = 1', "certificate": 'host = "h"',
        "dns": 'name = "n"', "sql": 'url_env = "U"', "redis": 'url = "redis://h"',
        "kafka": 'brokers = "b:1"\ngroup = "g"\ntopic = "t"',
        "prometheus": 'url = "http://h/metrics"\nmetric = "m"', "heartbeat": "every_seconds = 60",
        "log-pattern": 'log_group = "g"\npattern = "ERROR"', "backup": 'database = "d"',
        "credential": 'secret = "s"', "workers": 'url_env = "U"\nkeys = "w:*"',
    }  # fmt: skip
    assert set(given) == set(KINDS)
    for kind, keys in given.items():
        probe = read(f'[probes.p]\nkind = "{kind}"\n{keys}\n').probes["p"]
        assert MEASURES[type(probe)]
        assert target_of(probe)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[probes.a]\nurl = "http://h"', "probes.a.kind: must be one of http, tcp"),
        ('[probes.a]\nkind = "smtp"', "probes.a.kind: must be one of http, tcp"),
        ('[probes.a]\nkind = "tcp"\nhost = "h"', "probes.a.port: missing"),
        ('[probes.a]\nkind = "http"\nurl = "h"', "url must be http(s)://HOST"),
        (HTTP + "colour = 1", "probes.api.colour: no such key; known here: age_of"),
        (HTTP + "interval_seconds = 0", "probes.api: interval_seconds must be more than 0"),
        ('[probes.a]\nkind = "http"\nurl = "http://u:p@h/"', "must not hold a password"),
        ('[probes.a]\nkind = "redis"', "give either url or url_env"),
        (
            '[probes.a]\nkind = "heartbeat"\ncron = "@daily"\nevery_seconds = 3',
            "give either every_seconds or cron",
        ),
        ('[probes.a]\nkind = "heartbeat"\ncron = "3"', "probes.a.cron: “3” is no cron line"),
        (
            '[probes.a]\nkind = "heartbeat"\ncron = "@daily"\nzone = "Mars"',
            "no time zone “Mars” is known",
        ),
        ('[probes.a]\nkind = "backup"', "give one of database, cache and bucket"),
        ('[probes.a]\nkind = "credential"', "give one of secret"),
        ('[alarms.A]\nsource = "probe"\nprobe = "x"', "alarms.A.probe: there is no [probes.x]"),
        (
            HTTP + '[alarms.A]\nsource = "probe"\nprobe = "api"\nmeasure = "lag"',
            "alarms.A.measure: http measures failed",
        ),
        ('[alarms.A]\nsource = "composite"\nrule = "cpu"', "alarms.A.rule: column 1: expected"),
        (
            '[alarms.A]\nsource = "composite"\nrule = "TRUE"\nsuppressor = "B"',
            "alarms.A.suppressor: there is no alarm “B”",
        ),
        (
            '[alarms.A]\nsource = "composite"\nrule = "ALARM(Bse)"\n' + BASE,
            "alarms.A.rule: there is no alarm “Bse” in [alarms]",
        ),
        (
            '[alarms.A]\nsource = "composite"\nrule = "OK(Base) OR NOT ALARM(a)"\n' + BASE,
            "alarms.A.rule: must not depend on its own alarm: A → A",
        ),
        (
            CIRCLE.format("A", "B") + CIRCLE.format("B", "C") + CIRCLE.format("C", "A"),
            "alarms.A.rule: must not depend on its own alarm: A → B → C → A",
        ),
        (
            '[alarms.A]\nsource = "composite"\nrule = "ALARM(Base)"\nsuppressor = "A"\n' + BASE,
            "alarms.A.suppressor: must not depend on its own alarm: A → A",
        ),
        (
            CIRCLE.format("A", "Base").replace("rule", 'suppressor = "B"\nrule')
            + CIRCLE.format("B", "Base").replace("rule", 'suppressor = "A"\nrule')
            + BASE,
            "alarms.A.suppressor: must not depend on its own alarm: A → B → A",
        ),
        ('[alarms.A]\nnamespace = "n"\nmetric = "m"\nthreshold = 1', "belong together"),
        ('[alarms.A]\nnamespace = "n"\nmetric = "m"\nmaximum = 0', "maximum must be more than 0"),
        ('[alarms.A]\nnamespace = "n"\nmetric = "m"\nrule = "TRUE"', "needs source"),
        *(
            (
                BASE + f'operator = ">"\nthreshold = 1\n{key} = {number}',
                f"alarms.Base.{key}: must be",
            )
            for key in ("warning", "recover_threshold", "scale", "maximum", "for_seconds")
            for number in ("nan", "inf", "-inf")
        ),
        (
            BASE + 'operator = ">"\nthreshold = nan',
            "alarms.Base.threshold: must be a finite number (it is nan)",
        ),
        (HTTP + "timeout_seconds = inf", "probes.api.timeout_seconds: must be a finite number"),
        (BASE + "period_seconds = 0", "alarms.Base: period_seconds must be 1, 5, 10, 20, 30 or a"),
        (BASE + "period_seconds = -60", "alarms.Base: period_seconds must be 1, 5, 10, 20, 30"),
        (PROBED + "period_seconds = 0", "alarms.A.period_seconds: must be more than 0"),
        (PROBED + "period_seconds = -60", "alarms.A.period_seconds: must be more than 0"),
        (PROBED + "clear_seconds = -1", "alarms.A.clear_seconds: must be 0 or more"),
        (
            PROBED.replace("alarms", "series") + "period_seconds = 0",
            "series.A.period_seconds: must be more than 0",
        ),
        (
            '[probes.q]\nkind = "tcp"\nhost = "h"\nport = 99999',
            "probes.q.port: must be 1 to 65535 (it is 99999)",
        ),
        ('[probes.q]\nkind = "tcp"\nhost = "h"\nport = 0', "probes.q.port: must be 1 to 65535"),
        ('[probes.q]\nkind = "certificate"\nhost = "h"\nport = -1', "probes.q.port: must be 1 to"),
        (HTTP.replace("8000", "99999"), "probes.api.url: Port out of range 0-65535"),
        (HTTP.replace("8000", "0"), "probes.api: url must be http(s)://HOST"),
        (HTTP.replace("127.0.0.1", "[::1"), "probes.api.url: Invalid IPv6 URL"),
        (HTTP + "timeout_seconds = 0", "probes.api.timeout_seconds: must be more than 0"),
        ('[probes.q]\nkind = "heartbeat"\nevery_seconds = -5', "must be 0 or more"),
        ("[watch]\nper_target = 0", "watch.per_target: must be 1 or more"),
        ("[watch]\nat_once = -1", "watch.at_once: must be 1 or more"),
        ("[watch]\nmany = 1", "watch.many: no such key; known here: at_once, per_target"),
    ],
)
def test_a_mistake_is_said_with_its_key(text: str, said: str) -> None:
    with pytest.raises(BadSettings) as raised:
        read(text)
    assert said in str(raised.value)
    assert str(raised.value).startswith("steadyhand.toml: ")
    assert len(str(raised.value).splitlines()) == 1


def test_composites_may_be_of_composites_and_name_alarms_in_any_case() -> None:
    text = CIRCLE.format("A", "b") + CIRCLE.format("B", "base") + CIRCLE.format("C", "B") + BASE
    assert set(read(text).alarms) == {"A", "B", "C", "Base"}
