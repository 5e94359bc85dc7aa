"""How long one `aws ecs describe-services` takes through the gate, against the plain CLI process;
and how long ten different reads take as an assessment in parallel, against ten such processes.

Through the gate is all of it: a persistent bash, a shim, classification, the journal with its
commits, and the warmed AWS CLI behind the door. The assessment is a whole run as the engine drives
it, with `parallel` 10: its session is begun and ended, too.

    python benchmarks/aws_through_the_gate.py [--pairs 30] [--assessments 5] [--json results.json]

Both ways ask the same stand-in endpoint on loopback, in pairs, one after the other, with the order
of a pair changing: whatever else the machine does meets both alike. The number that counts is the
median of the pairs' ratios, not either time. Prints text, and JSON as its last line.
"""

import argparse
import contextlib
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from steadyhand.compile import compile_runbook, parse
from steadyhand.engine.clock import SystemClock
from steadyhand.engine.drive import Engine, Kind
from steadyhand.model.next import Finished
from steadyhand.model.run.events import RUN_EVENTS, DriverTook, RunOpened, StepStarted
from steadyhand.model.run.state import evolve
from steadyhand.model.run.target import Target
from steadyhand.model.settings.running import Running
from steadyhand.plan.make import Given, make_plan
from steadyhand.run.decide import decide
from steadyhand.run.gate import Gate
from steadyhand.run.opened import Open
from steadyhand.run.perform import Performer
from steadyhand.store.audit.chain import Chain
from steadyhand.store.audit.head import Anchor
from steadyhand.store.journal import Journal
from steadyhand.store.schema import open_store
from steadyhand.world.aws.client import AwsCli
from steadyhand.world.live import LiveWorld
from steadyhand.world.programs.environment import for_lab
from steadyhand.world.secrets import Secrets

DESCRIBE = ("aws", "ecs", "describe-services", "--cluster", "bench", "--services", "bench")
# What a first look at a service consists of, each answered by the stand-in.
READS = tuple(
    tuple(f"aws {text}".split())
    for text in (
        "ecs describe-services --cluster bench --services bench",
        "ecs describe-clusters --clusters bench",
        "ecs list-tasks --cluster bench",
        "logs describe-log-groups",
        "cloudwatch describe-alarms",
        "rds describe-db-instances",
        "elasticache describe-cache-clusters",
        "elbv2 describe-load-balancers",
        "secretsmanager list-secrets",
        "ssm describe-parameters",
    )
)
REGION, ACCOUNT = "us-east-1", "123456789012"

Way = Callable[[tuple[str, ...]], bytes]  # an argv in, what it printed out; raises on failure


@dataclass(frozen=True)
class Result:
    """Times in milliseconds; `ratio` is plain divided by gate."""

    pairs: int
    gate: float
    gate_p95: float
    plain: float
    plain_p95: float
    ratio: float
    first_call: float  # with the zygote's own start
    assessment: float  # ten reads in parallel, a whole run
    assessment_plain: float  # ten processes, one after the other
    assessment_ratio: float
    machine: str
    processors: int


_SERVER = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def endpoint() -> Iterator[str]:
    """Serve a stand-in AWS from a process of its own, until the block is left."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as server:
        if server.stdout is None:
            raise AssertionError("it was started with pipes")
        yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        server.communicate()


def prepare(run: Way) -> None:
    """Make the service that is described."""
    definition = json.dumps([{"name": "c", "image": "i", "cpu": 1, "memory": 64}])
    ecs = ("aws", "ecs")
    run((*ecs, "create-cluster", "--cluster-name", "bench"))
    register = ("register-task-definition", "--family", "bench")
    run((*ecs, *register, "--container-definitions", definition))
    service = ("create-service", "--cluster", "bench", "--service-name", "bench")
    run((*ecs, *service, "--task-definition", "bench", "--desired-count", "2"))


def warmed(cli: AwsCli) -> Way:
    """Ask the warmed process directly, without a gate: to prepare, and for the first call."""

    def run(argv: tuple[str, ...]) -> bytes:
        chunks: list[bytes] = []
        code = cli.run(argv, "/", {}, None, lambda _stream, chunk: chunks.append(chunk))
        if code:
            raise RuntimeError(b"".join(chunks).decode())
        return b"".join(chunks)

    return run


@contextlib.contextmanager
def gated(target: Target, cli: AwsCli, folder: Path) -> Iterator[Way]:
    """Ask as a run does: one statement after the other in one session, each call journaled."""
    text = " ".join(DESCRIBE)
    runbook, _ = compile_runbook(parse("bench.md", f"# Bench\n\n## Look\n\n```bash\n{text}\n```\n"))
    procedure = runbook.procedures[0]
    plan = make_plan(runbook, procedure, procedure.steps, (), Given(target))
    database = open_store(f"sqlite:///{folder / 'journal.db'}")
    engine = Engine(Journal(database, {"run": RUN_EVENTS}), SystemClock())
    engine.learn(Kind("run", evolve, decide, lambda *_: None))
    turn = engine.turn("run", "bench")
    for event in (
        RunOpened(plan, "bench", digest=plan.digest),
        DriverTook("bench"),
        StepStarted(procedure.steps[0].id, text),
    ):
        turn.append(event)
    opened = Open.start(folder / "run", turn.state)
    world = LiveWorld(target, Secrets(), cli=cli)
    gate = Gate(turn, world, plan.steps[0], opened.session.end)
    opened.answer = lambda request: gate.call(request, opened.session.environment)

    def run(argv: tuple[str, ...]) -> bytes:
        chunks: list[bytes] = []
        code = opened.session.execute(shlex.join(argv), lambda _stream, chunk: chunks.append(chunk))
        if code:
            raise RuntimeError(b"".join(chunks).decode())
        return b"".join(chunks)

    try:
        yield run
    finally:
        opened.close()
        database.close()


def plain(target: Target, scratch: Path) -> Way:
    """Start the AWS CLI as a shell would, with the same environment."""
    program = Path(sys.executable).with_name("aws")
    env = for_lab(target, scratch) | {"PATH": os.environ["PATH"]}

    def run(argv: tuple[str, ...]) -> bytes:
        # Named in words as well: for some services the CLI does not heed AWS_ENDPOINT_URL (ADR 2).
        words: list[str | Path] = [program, *argv[1:], "--endpoint-url", target.endpoint]
        done = subprocess.run(words, env=env, capture_output=True, check=True)
        return done.stdout

    return run


def assess(target: Target, cli: AwsCli, folder: Path) -> tuple[float, list[bytes]]:
    """Run the ten reads as one procedure, in parallel; milliseconds, and what each printed."""
    lines = "\n".join(" ".join(argv) for argv in READS)
    runbook, _ = compile_runbook(
        parse("bench.md", f"# Bench\n\n## Look\n\n```bash\n{lines}\n```\n")
    )
    procedure = runbook.procedures[0]
    given = Given(target, run=Running(parallel=len(READS)))
    plan = make_plan(runbook, procedure, procedure.steps, (), given)
    database = open_store(f"sqlite:///{folder / 'journal.db'}")
    chain = Chain(database, folder / "audit.key", [Anchor(folder / "audit.head")])
    engine = Engine(Journal(database, {"run": RUN_EVENTS}, chain), SystemClock())
    world = LiveWorld(target, Secrets(), cli=cli)
    performer = Performer(folder / "runs", lambda _: world, lambda _: None)
    engine.learn(Kind("run", evolve, decide, performer.do))
    key = f"bench-{time.monotonic_ns()}"
    engine.turn("run", key).append(RunOpened(plan, "bench", digest=plan.digest))
    try:
        started = time.perf_counter()
        came = engine.drive("run", key)
        took = (time.perf_counter() - started) * 1000
        if came != Finished("completed"):
            raise RuntimeError(f"the assessment came to {came}")
        printed = [
            b"".join(out.body for out in engine.journal.printed(key, step.id, 1))
            for step in procedure.steps
        ]
    finally:
        performer.close(key)
        database.close()
    return took, printed


def in_a_row(way: Callable[[tuple[str, ...]], bytes]) -> tuple[float, list[bytes]]:
    """Ask the ten one after the other; milliseconds, and what each printed."""
    started = time.perf_counter()
    printed = [way(argv) for argv in READS]
    return (time.perf_counter() - started) * 1000, printed


def assessments(
    target: Target, cli: AwsCli, folder: Path, slow: Way, pairs: int
) -> list[tuple[float, float]]:
    """Time both ways of assessing in turn. Raises when they do not print the same."""
    times = []
    for number in range(-1, pairs):  # the first pair is not counted
        (a, left), (b, right) = assess(target, cli, folder), in_a_row(slow)
        if [json.loads(one) for one in left] != [json.loads(one) for one in right]:
            raise RuntimeError("the two ways do not print the same")
        if number >= 0:
            times.append((a, b))
    return times


def timed(way: Way) -> tuple[float, bytes]:
    started = time.perf_counter()
    printed = way(DESCRIBE)
    return (time.perf_counter() - started) * 1000, printed


def measure(
    fast: Way, slow: Way, pairs: int, first_call: float, ten: Sequence[tuple[float, float]]
) -> Result:
    """Time both ways in turn. Raises when they do not print the same."""
    times: list[tuple[float, float]] = []
    for number in range(pairs):
        if number % 2:
            (a, left), (b, right) = timed(fast), timed(slow)
        else:
            (b, right), (a, left) = timed(slow), timed(fast)
        if json.loads(left) != json.loads(right):
            raise RuntimeError("the two ways do not print the same")
        times.append((a, b))
    quick, process = zip(*times, strict=True)
    return Result(
        pairs=pairs,
        gate=round(statistics.median(quick), 1),
        gate_p95=round(_p95(quick), 1),
        plain=round(statistics.median(process), 1),
        plain_p95=round(_p95(process), 1),
        ratio=round(statistics.median(b / a for a, b in times), 1),
        first_call=round(first_call, 1),
        assessment=round(statistics.median(a for a, _ in ten), 1),
        assessment_plain=round(statistics.median(b for _, b in ten), 1),
        assessment_ratio=round(statistics.median(b / a for a, b in ten), 1),
        machine=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        processors=os.cpu_count() or 0,
    )


def _p95(values: tuple[float, ...]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1] if len(values) > 1 else values[0]


def report(result: Result) -> str:
    """Write the result for a person."""
    return (
        f"aws ecs describe-services, {result.pairs} interleaved pairs on {result.processors} "
        f"processors ({result.machine})\n"
        f"  plain CLI process   {result.plain:7.1f} ms   p95 {result.plain_p95:7.1f} ms\n"
        f"  through the gate    {result.gate:7.1f} ms   p95 {result.gate_p95:7.1f} ms\n"
        f"  the CLI's own start   {result.first_call:7.1f} ms\n"
        f"  median ratio        {result.ratio:7.1f} times faster\n"
        f"ten different reads as an assessment in parallel, a whole run\n"
        f"  ten CLI processes   {result.assessment_plain:7.1f} ms\n"
        f"  through the gate    {result.assessment:7.1f} ms\n"
        f"  median ratio        {result.assessment_ratio:7.1f} times faster"
    )


def main() -> None:
    """Measure, print, and keep the JSON where it is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--assessments", type=int, default=5)
    parser.add_argument("--json", type=Path, help="write the result here, too")
    options = parser.parse_args()
    with endpoint() as url, tempfile.TemporaryDirectory() as scratch:
        target = Target("lab", REGION, ACCOUNT, url)
        cli = AwsCli(target)
        try:
            direct, slow = warmed(cli), plain(target, Path(scratch))
            started = time.perf_counter()
            direct(("aws", "ecs", "list-clusters"))
            first_call = (time.perf_counter() - started) * 1000
            prepare(direct)
            ten = assessments(target, cli, Path(scratch), slow, options.assessments)
            with gated(target, cli, Path(scratch)) as fast:
                for way in (fast, slow):  # neither is charged for what the other has warmed
                    way(DESCRIBE)
                result = measure(fast, slow, options.pairs, first_call, ten)
        finally:
            cli.close()
    written = json.dumps(asdict(result))
    if options.json:
        options.json.write_text(written + "\n")
    print(report(result))
    print(written)


if __name__ == "__main__":
    main()
