"""An RDS with real servers for tests: asked through `answer`, its time given by `tick`."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from botocore.exceptions import ClientError
from botocore.model import ListShape, Shape, StructureShape
from botocore.session import get_session

from steadyhand.lab.cloud.seam import Refusal
from steadyhand.lab.durations import Durations
from steadyhand.lab.loopback import Addresses
from steadyhand.lab.processes import Processes, sweep
from steadyhand.lab.rds.api import Rds
from steadyhand.lab.rds.installation import remove_data
from steadyhand.lab.rds.room import Ground, Live

MODEL = get_session().get_service_model("rds")


class Clock:
    """The wall clock, moved where a test wants to be in a window."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Bench:
    rds: Rds
    processes: Processes
    state: Path
    clock: Clock
    lines: list[tuple[str, str]]

    def ask(self, operation: str, **asked: Any) -> dict[str, Any]:
        """One request; its answer must have the shape that the API's model has."""
        answer = self.rds.answer(operation, asked)
        shape = MODEL.operation_model(operation).output_shape
        if shape is not None:
            misfits = list(misfit(answer, shape, operation))
            assert not misfits, misfits
        return answer

    def code(self, operation: str, **asked: Any) -> str:
        """The code of a refusal, or "" where there is none."""
        try:
            self.ask(operation, **asked)
        except Refusal as refusal:
            return refusal.code
        return ""

    def until(self, true: Callable[[], Any], seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            self.rds.tick()
            time.sleep(0.03)
            states = {n: str(x.instance.status) for n, x in self.rds.room.lives.items()}
            assert time.monotonic() < deadline, states

    def live(self, name: str) -> Live:
        return self.rds.room.lives[name]

    def status(self, name: str) -> str:
        return str(self.describe(name)["DBInstanceStatus"])

    def describe(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("DescribeDBInstances", DBInstanceIdentifier=name)
        one: dict[str, Any] = found["DBInstances"][0]
        return one

    def rests(self, name: str) -> None:
        """Wait until an instance is available and nothing is queued for it."""
        self.until(lambda: self.status(name) == "available" and not self.busy(name))

    def busy(self, name: str) -> bool:
        return self.rds.room.busy(self.live(name))

    def connect(self, name: str, **options: Any) -> psycopg.Connection[Any]:
        """Come in as the master user, where the API says the endpoint is."""
        endpoint = self.describe(name)["Endpoint"]
        database = self.rds.database(name)
        assert database is not None
        given = {
            "host": endpoint["Address"],
            "port": endpoint["Port"],
            "user": database.user,
            "password": database.password,
            "dbname": database.name,
            "connect_timeout": 5,
            "autocommit": True,
        }
        return psycopg.connect(**{**given, **options})

    def sql(self, name: str, statement: str) -> Any:
        """Run a statement on a connection of its own; the first value, if there is one."""
        with self.connect(name) as connection:
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def messages(self, name: str) -> list[str]:
        kind = "db-instance"
        found = self.ask("DescribeEvents", SourceType=kind, SourceIdentifier=name, Duration=600)
        return [event["Message"] for event in found["Events"]]

    def client_call(self, operation: str) -> Callable[..., dict[str, Any]]:
        """What botocore's waiters call: a refusal is a ClientError, and time goes on."""

        def call(**asked: Any) -> dict[str, Any]:
            for _ in range(10):
                self.rds.tick()
                time.sleep(0.01)
            try:
                return self.ask(operation, **asked)
            except Refusal as refusal:
                error = {"Error": {"Code": refusal.code, "Message": refusal.message}}
                raise ClientError(error, operation) from None

        return call

    def end(self) -> None:
        self.rds.close()
        self.processes.kill_all()
        self.rds.wait()


def open_bench(state: Path, factor: float = 600.0) -> Bench:
    """Start RDS on a folder; what an earlier one left there is found again."""
    sweep(state / "processes.json")
    processes, clock = Processes(state / "processes.json"), Clock()
    lines: list[tuple[str, str]] = []
    ground = Ground(
        state,
        processes,
        Addresses(),
        Durations(factor),
        log=lambda name, line: lines.append((name, line)),
        clock=clock,
        fsync=False,
    )
    bench = Bench(Rds(ground), processes, state, clock, lines)
    bench.rds.load()
    return bench


def remove(bench: Bench) -> None:
    bench.end()
    remove_data(bench.state)


def misfit(value: Any, shape: Shape, path: str) -> Any:
    """Where an answer is not as the API's model says: unknown names, wrong types, wrong words."""
    kinds: dict[str, tuple[type, ...]] = {
        "string": (str,),
        "integer": (int,),
        "long": (int,),
        "boolean": (bool,),
        "double": (float, int),
        "timestamp": (datetime,),
    }
    if isinstance(shape, StructureShape):
        for name, inner in value.items():
            if name not in shape.members:
                yield f"{path}: {name} is not in the model"
            else:
                yield from misfit(inner, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for number, inner in enumerate(value):
            yield from misfit(inner, shape.member, f"{path}[{number}]")
    else:
        whole = shape.type_name in ("integer", "long")
        wrong = whole and isinstance(value, bool)
        if wrong or not isinstance(value, kinds[shape.type_name]):
            yield f"{path}: {value!r} is no {shape.type_name}"
        enum = getattr(shape, "enum", None)
        if enum and value not in enum:
            yield f"{path}: {value!r} is not one of {enum}"
