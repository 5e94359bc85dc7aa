"""Every kind of probe, looking at something real on loopback."""

import asyncio
import dataclasses
import json
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from msgspec.structs import replace
from redis import Redis

from steadyhand.lab.cache.valkey import Server
from steadyhand.model.settings.probes import (
    AnyProbe,
    BackupProbe,
    CertificateProbe,
    CloudProbe,
    CredentialProbe,
    DnsProbe,
    HeartbeatProbe,
    HttpProbe,
    KafkaProbe,
    LogPatternProbe,
    PrometheusProbe,
    RedisProbe,
    TcpProbe,
    WorkersProbe,
    timeout_of,
)
from steadyhand.watch.prober import look_once, measured
from steadyhand.watch.sources import aws, heartbeat, http, prometheus
from steadyhand.watch.sources.around import Around, Report, Seen, Unable
from steadyhand.watch.sources.exchange import Response
from steadyhand.world.door import Call, Sink
from tests.lab.broker.running_broker import Broker
from tests.watch.serving import HOST, answer, names, web
from tests.watch.test_bindings import Speaks

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
THREADS = ThreadPoolExecutor(2)
HEALTH = '{"status":"healthy","checks":[{"name":"db","ok":true},{"name":"redis","ok":true}]}'


def around(**given: Any) -> Around:
    return Around(THREADS, **{"environment": {}, "now": lambda: AT, **given})


def looked(one: AnyProbe, where: Around | None = None) -> Seen:
    return asyncio.run(look_once(one, "p", where or around()))[0]


def at_web(
    answers: Callable[[str], bytes], one: Callable[[str], AnyProbe], where: Around | None = None
) -> Seen:
    async def run() -> Seen:
        async with web(answers) as served:
            seen, _ = await look_once(one(served.url()), "p", where or around())
            return seen

    return asyncio.run(run())


def get(url: str, **given: Any) -> HttpProbe:
    return HttpProbe("http", url, **given)


# --- HTTP ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, ""),
        ({"status": (200, 204)}, ""),
        ({"status": (503,)}, "status 200, not 503"),
        ({"contains": "healthy"}, ""),
        ({"contains": "sick"}, "the answer does not hold “sick”"),
        ({"types": {"status": "string", "checks[].ok": "boolean"}}, ""),
        ({"types": {"status": "number"}}, "status is string, not number"),
        ({"types": {"database": "string"}}, "database is missing"),
        ({"types": {"checks": "array", "checks[].name": "string"}}, ""),
        ({"fields": {"status": "healthy", "checks[].ok": "true"}}, ""),
        ({"fields": {"checks[].name": "db"}}, "checks[].name is redis, not db"),
        ({"fields": {"nothing.there": "x"}}, "nothing.there is missing"),
    ],
)
def test_an_answer_is_held_against_what_is_expected(given: dict[str, Any], problem: str) -> None:
    seen = at_web(lambda _: answer(HEALTH), lambda url: get(url, **given))
    assert (seen.problem, seen.values["status"]) == (problem, 200)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (answer("x", "503 Down"), "status 503, not 2xx"),
        (b"", "the connection was closed without an answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "closed before the end"),
        (b"SSH-2.0-OpenSSH\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", ""),
        (b"HTTP/1.1 204 No Content\r\n\r\n", ""),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
    ],
)
def test_answers_of_every_shape(raw: bytes, problem: str) -> None:
    seen = at_web(lambda _: raw, get)
    assert problem in seen.problem
    assert bool(problem) is bool(seen.problem)


def test_json_that_is_none() -> None:
    seen = at_web(lambda _: answer("<html>"), lambda url: get(url, fields={"a": "b"}))
    assert seen.problem == "the answer is not JSON"


def test_redirects_are_followed_counted_and_bounded() -> None:
    def answers(path: str) -> bytes:
        number = int(path.removeprefix("/") or 0)
        return answer("end") if number == 3 else answer("", "302 Found", f"Location: /{number + 1}")

    assert at_web(answers, get).values == {"status": 200, "redirects": 3}
    few = at_web(answers, lambda url: get(url, redirects=2))
    assert few.problem == "more than 2 redirects, the last to /3"
    assert at_web(answers, lambda url: get(url, redirects=0)).problem == "status 302, not 2xx"


def test_a_secret_header_does_not_follow_to_another_host() -> None:
    async def run() -> tuple[list[str], list[str]]:
        async with web(lambda _: answer("there")) as other:
            there = f"Location: http://localhost:{other.port}/"
            async with web(lambda _: answer("", "302 Found", there)) as first:
                one = get(first.url(), headers_env={"Authorization": "TOKEN"})
                where = around(environment={"TOKEN": "Bearer s3cret"})
                seen, _ = await look_once(one, "p", where)
                assert seen.problem == ""
                return first.asked, other.asked

    first, other = asyncio.run(run())
    assert "Authorization: Bearer s3cret" in first[0]
    assert "s3cret" not in "".join(other)


def test_a_variable_that_is_not_set_is_said() -> None:
    seen = at_web(lambda _: answer(), lambda url: get(url, headers_env={"A": "TOKEN"}))
    assert seen.problem == "the variable TOKEN is not set where this runs"


def test_a_body_is_sent_and_a_head_has_none_to_read() -> None:
    async def run() -> str:
        async with web(lambda _: b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n") as served:
            seen, _ = await look_once(get(served.url(), method="HEAD"), "p", around())
            assert seen.problem == ""
            await look_once(
                get(served.url(), method="POST", body="{}", timeout_seconds=0.2), "p", around()
            )
            return served.asked[1]

    assert "Content-Length: 2" in asyncio.run(run())


def test_the_age_of_the_oldest_worker() -> None:
    times = [(AT - timedelta(seconds=back)).isoformat() for back in (5, 42)]
    body = json.dumps({"workers": [{"seen": at} for at in times]})
    one = at_web(lambda _: answer(body), lambda url: get(url, age_of="workers[].seen"))
    assert one.values["age_seconds"] == 42
    none = at_web(lambda _: answer('{"workers":[]}'), lambda url: get(url, age_of="workers[].seen"))
    assert none.problem == "no time at workers[].seen"


def test_nothing_listens_and_nothing_answers() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        slow = get(f"http://{HOST}:{port}/", timeout_seconds=0.1)
        assert looked(slow).problem == "no answer within 0.1 s"
    assert "onnect" in looked(get(f"http://{HOST}:{port}/")).problem
    assert looked(get("http://nowhere.invalid/")).problem


def test_a_name_leads_where_the_lab_says() -> None:
    async def run() -> Seen:
        async with web(lambda _: answer("ok")) as served:
            where = around(hosts={"api.example.com": f"{HOST}:{served.port}"})
            seen, _ = await look_once(get("http://api.example.com/"), "p", where)
            assert "Host: api.example.com" in served.asked[0]
            return seen

    assert asyncio.run(run()).problem == ""


# --- TLS ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secured(authority: trustme.CA, ends: datetime) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=ends).configure_cert(context)
    return context


def over_tls(
    authority: trustme.CA, tmp_path: Path, days: float, one: Callable[[int], AnyProbe]
) -> Seen:
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    ends = datetime.now(UTC) + timedelta(days=days)

    async def run() -> Seen:
        async with web(lambda _: answer("ok"), context=secured(authority, ends)) as served:
            where = Around(THREADS, authority=str(trusted))
            return (await look_once(one(served.port), "p", where))[0]

    return asyncio.run(run())


def test_https_says_how_long_the_certificate_lasts(authority: trustme.CA, tmp_path: Path) -> None:
    seen = over_tls(authority, tmp_path, 30, lambda port: get(f"https://localhost:{port}/"))
    assert seen.problem == ""
    assert seen.values["certificate_days"] == pytest.approx(30, abs=0.1)
    ended = over_tls(authority, tmp_path, -2, lambda port: get(f"https://localhost:{port}/"))
    assert ended.problem == "certificate: certificate has expired"
    anyhow = over_tls(
        authority, tmp_path, -2, lambda port: get(f"https://localhost:{port}/", verify_tls=False)
    )
    assert anyhow.values["certificate_days"] == pytest.approx(-2, abs=0.1)


def test_a_certificate_is_read_though_it_has_ended(authority: trustme.CA, tmp_path: Path) -> None:
    def one(port: int) -> CertificateProbe:
        return CertificateProbe("certificate", "localhost", port)

    assert over_tls(authority, tmp_path, 9, one).values["certificate_days"] == pytest.approx(9, 0.1)
    ended = over_tls(authority, tmp_path, -2, one)
    assert ended.problem == "the certificate ended 2.0 days ago"
    assert ended.values["certificate_days"] == pytest.approx(-2, abs=0.1)


# --- TCP, DNS -----------------------------------------------------------------------------------


def test_a_port_takes_connections_or_does_not() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert looked(TcpProbe("tcp", HOST, port)) == Seen()
    assert looked(TcpProbe("tcp", HOST, port)).problem


def test_names() -> None:
    async def run() -> list[Seen]:
        async with names("10.0.0.1", "10.0.0.2") as server:
            one = DnsProbe("dns", "shop.example", server=server)
            probes = [
                one,
                replace(one, expect=("10.0.0.2", "10.0.0.1")),
                replace(one, expect=("10.0.0.3",)),
                replace(one, name="gone.example"),
            ]
            return [(await look_once(one, "p", around()))[0] for one in probes]

    known, same, other, gone = asyncio.run(run())
    assert known == same == Seen({"answers": 2.0})
    assert other.problem == "shop.example is 10.0.0.1, 10.0.0.2, not 10.0.0.3"
    assert "gone.example" in gone.problem


# --- databases, queues, metrics -------------------------------------------------------------------


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[str]:
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    program = Server("valkey", HOST, port, tmp_path, maxmemory=8 * 2**20).program()
    process = subprocess.Popen(program.argv, cwd=tmp_path, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while looked(TcpProbe("tcp", HOST, port)).problem:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield f"redis://{HOST}:{port}"
    process.kill()
    process.wait()


def test_redis(valkey: str) -> None:
    one = RedisProbe("redis", valkey)
    assert looked(one) == Seen()
    share = looked(replace(one, field="used_memory", of="maxmemory"))
    assert 1 < share.values["value"] < 100
    assert looked(replace(one, field="nothing")).problem == "INFO has no number nothing"
    assert "onnect" in looked(RedisProbe("redis", f"redis://{HOST}:1")).problem


def test_workers_in_redis(valkey: str) -> None:
    words = {"worker:context:a": "990", "worker:context:b": "880", "worker:mail:c": "995000"}
    one = WorkersProbe("workers", url=valkey, keys="worker:*", expect=("context", "mail", "bill"))
    when = around(now=lambda: datetime.fromtimestamp(1000, UTC))
    with Redis.from_url(valkey, decode_responses=True) as redis:
        assert looked(replace(one, expect=()), when).problem == "no worker has written anything"
        for key, said in words.items():
            redis.set(key, said)
        redis.set("worker:mail:c", "1970-01-01T00:16:35Z")
        redis.set("worker:odd", "yes")
        seen = looked(one, when)
        assert seen.problem == (
            "worker:context:b is silent for 120 s; bill: no worker; worker:odd: 'yes' is no time"
        )
        assert seen.values == {"silent": 3, "workers": 2, "age_seconds": 120}
        redis.delete("worker:odd", "worker:context:b")
        assert looked(replace(one, expect=("context", "mail")), when) == Seen(
            {"silent": 0, "workers": 2, "age_seconds": 10}
        )
        redis.zadd("beats", {"a": 999, "b": 900})
        redis.hset("table", mapping={"a": "999", "b": "998"})
        redis.set("said:a", '{"at": 999, "job": 7}')
        ages = {
            keys: looked(replace(one, keys=keys, field=field, expect=()), when).values
            for keys, field in (("beats", ""), ("table", ""), ("table", "b"), ("said:*", "at"))
        }
    assert ages["beats"] == {"silent": 1, "workers": 1, "age_seconds": 100}
    assert ages["table"] == {"silent": 0, "workers": 1, "age_seconds": 2}
    assert ages["said:*"] == {"silent": 0, "workers": 1, "age_seconds": 1}
    assert "onnect" in looked(replace(one, url=f"redis://{HOST}:1")).problem


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_kafka_lag(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    try:
        broker.create("orders", 2)
        producer = broker.producer()
        for number in range(10):
            producer.send("orders", b"x", partition=number % 2)
        producer.close()
        one = KafkaProbe("kafka", broker.servers, "billing", "orders")
        assert looked(one) == Seen({"lag": 10.0})  # nobody has committed: all of it is lag
        reader = broker.consumer("orders", group_id="billing")
        while sum(map(len, reader.poll(500, max_records=4).values())) < 4:
            pass
        reader.commit()
        reader.close()
        assert looked(one) == Seen({"lag": 6.0})
        assert "no topic" in looked(replace(one, topic="gone")).problem
    finally:
        broker.kill()
    assert broker.servers in looked(one).problem


METRICS = """# HELP llm_budget What is left
# TYPE llm_budget gauge
llm_budget{model="a",region="x"} 4
llm_budget{model="b",region="x"} 2.5
llm_budget_spent 99
broken line {
"""


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("NaN", ""),
        ("+Inf", "value is inf"),
        ("-Inf", "value is -inf"),
        ("1e305", "value is 1e+305"),
    ],
)
def test_what_is_no_number_to_be_judged_is_left_out(value: str, problem: str) -> None:
    """One that came into the journal could never be read again."""
    seen = at_web(
        lambda _: answer(f"ratio {value}\n"),
        lambda url: PrometheusProbe("prometheus", url, "ratio"),
    )
    assert seen == Seen({}, problem)


def test_prometheus() -> None:
    one = PrometheusProbe("prometheus", "http://h/metrics", "llm_budget")
    read = prometheus.read
    assert read(one, METRICS) == Seen({"value": 6.5})
    assert read(replace(one, together="max"), METRICS) == Seen({"value": 4.0})
    assert read(replace(one, labels={"model": "b"}), METRICS) == Seen({"value": 2.5})
    assert read(replace(one, labels={"model": "c"}), METRICS).problem == (
        "there is no llm_budget model=c"
    )
    assert "there is no nothing" in read(replace(one, metric="nothing"), METRICS).problem
    assert "text format" in read(replace(one, metric="broken"), METRICS).problem
    seen = at_web(lambda _: answer(METRICS), lambda url: replace(one, url=url))
    assert seen == Seen({"value": 6.5})
    assert at_web(lambda _: answer("", "404 No"), lambda url: replace(one, url=url)).problem


# --- heartbeats ---------------------------------------------------------------------------------

BACKUP = HeartbeatProbe("heartbeat", cron="0 3 * * *", grace_seconds=1800)
SINCE = AT - timedelta(days=30)


@pytest.mark.parametrize(
    ("reported", "now", "overdue", "problem"),
    [
        ("2026-05-01T03:05", "2026-05-01T12:00", 0, ""),
        ("2026-04-30T03:05", "2026-05-01T03:29", 0, ""),  # still within its grace
        ("2026-04-30T03:05", "2026-05-01T03:31", 60, "due at 2026-05-01 03:00 UTC, did not report"),
        ("2026-04-28T03:05", "2026-05-01T12:00", 30_600, "due at 2026-05-01 03:00 UTC"),
        ("", "2026-05-01T03:31", 60, "did not report"),
    ],
)
def test_a_task_that_did_not_report(reported: str, now: str, overdue: float, problem: str) -> None:
    at = datetime.fromisoformat(f"{reported}+00:00") if reported else None
    seen = heartbeat.judged(BACKUP, Report(at, SINCE), datetime.fromisoformat(f"{now}+00:00"))
    assert seen.values["overdue_seconds"] == overdue
    assert problem in seen.problem
    assert bool(problem) is bool(seen.problem)


def test_what_was_due_before_anybody_listened_is_not_missed() -> None:
    assert heartbeat.judged(BACKUP, Report(None, AT - timedelta(hours=1)), AT).problem == ""


def test_a_worker_that_is_silent_and_a_task_that_failed() -> None:
    worker = HeartbeatProbe("heartbeat", every_seconds=60, grace_seconds=30)
    heard = AT - timedelta(seconds=100)
    seen = heartbeat.judged(worker, Report(heard, SINCE), AT)
    assert (seen.values, seen.problem[:12]) == (
        {"overdue_seconds": 10.0, "age_seconds": 100.0},
        "silent since",
    )
    assert heartbeat.judged(worker, Report(AT, SINCE, ok=False, note="disk full"), AT).problem == (
        "disk full"
    )


def test_the_night_of_a_change_of_clocks() -> None:
    """At 02:30 that night there is no 02:30: the task is due once, and not twice in autumn."""
    one = replace(BACKUP, cron="30 2 * * *", zone="Europe/Berlin", grace_seconds=0)
    for night in ("2026-03-29", "2026-10-25"):
        day = datetime.fromisoformat(f"{night}T12:00+00:00")
        due = heartbeat.last_due(one, day)
        assert due is not None
        assert timedelta(hours=9) < day - due < timedelta(hours=12)
        report = Report(due + timedelta(minutes=1), SINCE)
        assert heartbeat.judged(one, report, day).problem == ""


def test_reports_come_from_whoever_keeps_them() -> None:
    assert looked(BACKUP).problem == "nobody listens for reports here"
    where = around(report=lambda name: Report(AT, SINCE, ok=name != "p"))
    assert looked(BACKUP, where).problem == "it reported that it failed"


def test_a_report_that_takes_long_holds_up_nobody_else() -> None:
    others = threading.Event()

    def slowly(_name: str) -> Report:
        assert others.wait(5)
        return Report(AT, SINCE)

    async def run() -> Seen:
        look = asyncio.create_task(look_once(BACKUP, "p", around(report=slowly)))
        await asyncio.sleep(0.05)
        others.set()
        return (await look)[0]

    assert asyncio.run(run()).problem == ""


def test_what_was_heard_and_does_not_count_is_said_of_what_is_overdue() -> None:
    late, other = AT + timedelta(days=1), "“backup” may be that of mill"
    report = Report(None, SINCE, uncounted=other)
    assert heartbeat.judged(BACKUP, report, late).problem.endswith(f"did not report; {other}")
    assert heartbeat.judged(BACKUP, dataclasses.replace(report, at=late), late).problem == ""


# --- AWS ----------------------------------------------------------------------------------------


def hours(back: float) -> str:
    return (AT - timedelta(hours=back)).isoformat()


def days(back: float) -> str:
    return hours(24 * back)


BACKUPS: list[tuple[CloudProbe, dict[str, Any], str, float]] = [
    (
        BackupProbe("backup", database="db"),
        {"DBSnapshots": [
            {"Status": "available", "SnapshotCreateTime": hours(26)},
            {"Status": "available", "SnapshotCreateTime": hours(2)},
            {"Status": "creating"},
            {"Status": "failed", "SnapshotCreateTime": hours(1)},
        ]},
        "age_seconds", 7200,
    ),
    (
        BackupProbe("backup", database="db", restorable=True),
        {"DBInstances": [{"LatestRestorableTime": hours(0.1)}]}, "age_seconds", 360,
    ),
    (
        BackupProbe("backup", cache="c"),
        {"Snapshots": [{"SnapshotStatus": "available",
                        "NodeSnapshots": [{"SnapshotCreateTime": hours(3)}]}]},
        "age_seconds", 10_800,
    ),
    (
        BackupProbe("backup", bucket="b", prefix="dumps/"),
        {"Contents": [{"LastModified": hours(5)}, {"LastModified": hours(4)}]},
        "age_seconds", 14_400,
    ),
    (
        CredentialProbe("credential", secret="s"),
        {"CreatedDate": days(400), "LastRotatedDate": days(91), "LastChangedDate": days(2)},
        "age_days", 91,
    ),
    (
        CredentialProbe("credential", parameter="p"),
        {"Parameters": [{"LastModifiedDate": days(3)}]}, "age_days", 3,
    ),
    (
        CredentialProbe("credential", user="u"),
        {"AccessKeyMetadata": [
            {"Status": "Active", "CreateDate": days(10)},
            {"Status": "Active", "CreateDate": days(80)},
            {"Status": "Inactive", "CreateDate": days(900)},
        ]},
        "age_days", 80,
    ),
    (
        CredentialProbe("credential", certificate="arn"),
        {"Certificate": {"NotAfter": days(-25)}}, "certificate_days", 25,
    ),
    (
        LogPatternProbe("log-pattern", "/ecs/x", "ERROR", interval_seconds=30),
        {"events": [{}, {}, {}]}, "per_minute", 6,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("one", "said", "measure", "value"), BACKUPS)
def test_what_aws_says(one: CloudProbe, said: dict[str, Any], measure: str, value: float) -> None:
    world = Speaks(lambda _: json.dumps(said))
    seen = looked(one, around(world=world))
    assert seen.values[measure] == pytest.approx(value)
    assert seen.problem == ""
    assert world.asked[0][0] == "aws"
    assert measured(one, seen, None)[measure] == pytest.approx(value)


@pytest.mark.parametrize(
    ("one", "said", "problem"),
    [
        (BACKUPS[0][0], {"DBSnapshots": []}, "there is no backup"),
        (BACKUPS[3][0], {}, "there is no backup"),
        (BACKUPS[6][0], {"AccessKeyMetadata": []}, "there is no such credential in use"),
        (BACKUPS[7][0], {"Certificate": {"NotAfter": days(1)}}, "the certificate has ended"),
        (BACKUPS[7][0], {"Certificate": {}}, "the certificate is not issued"),
        (BACKUPS[0][0], {}, "not an answer of aws rds describe-db-snapshots"),
    ],
)
def test_what_aws_does_not_say(one: CloudProbe, said: dict[str, Any], problem: str) -> None:
    assert problem in looked(one, around(world=Speaks(lambda _: json.dumps(said)))).problem


def test_without_a_target_aws_is_not_asked() -> None:
    assert "no target is named" in looked(BACKUPS[0][0]).problem
    with pytest.raises(Unable, match="no"):
        aws.ask_once(BACKUPS[0][0], Speaks(lambda _: "no"), AT)


def test_aws_is_given_as_long_as_its_look_has() -> None:
    given: list[float | None] = []

    class Kept(Speaks):
        def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
            given.append(call.timeout)
            return super().send(call, sink, stdin)

    probe = BACKUPS[0][0]
    with pytest.raises(Unable):
        aws.ask_once(probe, Kept(lambda _: "no"), AT)
    assert given == [timeout_of(probe)]


def test_a_failed_look_measures_that_it_failed_and_no_time() -> None:
    one = get("http://h/")
    assert measured(one, Seen({}, "gone"), None) == {"failed": 100.0, "up": 0.0}
    well = measured(one, Seen({"status": 200.0}), 0.5)
    assert well == {"failed": 0.0, "up": 1.0, "status": 200.0, "latency_seconds": 0.5}
    assert http.judged(one, Response(200, {}, b"", 0), AT).problem == ""
