"""A control plane on a real journal and a real bash, over a small world that counts its changes."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from steadyhand.compile import compile_runbook, parse
from steadyhand.engine.clock import SystemClock
from steadyhand.engine.drive import Engine, Kind
from steadyhand.main import EVENTS, Met
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.state import Run, evolve
from steadyhand.model.run.target import Target
from steadyhand.plan.make import Given, choose, make_plan
from steadyhand.run.decide import decide
from steadyhand.run.perform import Performer
from steadyhand.store.journal import Journal
from steadyhand.store.schema import open_store
from steadyhand.world.door import Call, Lost, Refused, Sink, Stream

TARGET = Target("lab", "us-east-1", "123456789012", "http://127.0.0.1:1", factor=600.0)

DOCUMENT = """\
# Shop

## Roll back

```bash
# See what there is
aws ecs list-task-definitions --family-prefix shop-api --sort DESC
# Put the one before back
NOTE=$(date +%s)
aws ecs update-service --cluster shop --service shop-api --task-definition "shop-api:<previous>"
# Look at it, with what was noted
aws ecs describe-services --cluster shop --services shop-api; echo "noted $NOTE"
```
"""

# What its change comes to.
UPDATE = (
    "aws", "ecs", "update-service", "--cluster", "shop", "--service", "shop-api",
    "--task-definition", "shop-api:10",
)  # fmt: skip


@dataclass
class Shop:
    """One ECS service behind the door. `changes` is what was really done, in order."""

    revision: int = 11
    deployments: int = 1
    changes: list[tuple[str, ...]] = field(default_factory=list)
    sent: list[tuple[str, ...]] = field(default_factory=list)
    refuse: str = ""  # an operation that is refused
    ignore: bool = False  # changes are accepted, and nothing happens
    lose: int = 0  # that many answers to changes are lost after the deed
    restorable: datetime | None = None  # the newest state of its database that can be restored
    copies: dict[str, int] = field(default_factory=dict)  # restored ones: looks until they are up

    def send(self, call: Call, sink: Sink, _stdin: int | None = None) -> int:
        argv = call.argv
        self.sent.append(argv)
        if argv[0] == "date":
            sink(Stream.OUT, f"{len(self.sent)}\n".encode())
            return 0
        if argv[0] != "aws":
            raise Refused(f"{argv[0]}: not here")
        operation = argv[2]
        if operation == self.refuse:
            raise Refused(f"{operation}: AccessDenied")
        if argv[1] == "rds":
            sink(Stream.OUT, json.dumps(self._database(argv)).encode())
            return 0
        if operation == "update-service":
            self._update(argv)
        if operation == "list-task-definitions":
            arns = [f"arn:aws:ecs:us-east-1:1:task-definition/shop-api:{n}" for n in (11, 10, 9)]
            sink(Stream.OUT, json.dumps({"taskDefinitionArns": arns}).encode())
        else:
            sink(Stream.OUT, json.dumps({"services": [self._service()]}).encode())
        return 0

    def _database(self, argv: tuple[str, ...]) -> dict[str, object]:
        if argv[2] == "restore-db-instance-from-db-snapshot":
            self.changes.append(argv)
            self.copies[argv[argv.index("--db-instance-identifier") + 1]] = 2
            return {}
        if argv[2] == "describe-db-snapshots":
            at = "2026-05-01T03:00:00Z"
            one = {"DBSnapshotIdentifier": "nightly", "SnapshotCreateTime": at}
            return {"DBSnapshots": [{**one, "DBInstanceIdentifier": "db", "Status": "available"}]}
        name = argv[argv.index("--db-instance-identifier") + 1]
        if name == "db":
            newest = self.restorable.isoformat() if self.restorable else None
            return {
                "DBInstances": [{"DBInstanceStatus": "available", "LatestRestorableTime": newest}]
            }
        if name not in self.copies:
            return {"DBInstances": []}
        self.copies[name] = max(0, self.copies[name] - 1)
        status = "creating" if self.copies[name] else "available"
        return {"DBInstances": [{"DBInstanceStatus": status}]}

    def _update(self, argv: tuple[str, ...]) -> None:
        if not self.ignore:
            self.changes.append(argv)
            self.deployments += 1
            self.revision = int(argv[argv.index("--task-definition") + 1].rpartition(":")[2])
        if self.lose:
            self.lose -= 1
            raise Lost("the connection was closed")

    def _service(self) -> dict[str, object]:
        arn = f"arn:aws:ecs:us-east-1:1:task-definition/shop-api:{self.revision}"
        deployment = {
            "id": f"ecs-svc/{self.deployments}", "status": "PRIMARY", "taskDefinition": arn,
            "desiredCount": 2, "runningCount": 2, "pendingCount": 0, "rolloutState": "COMPLETED",
            "createdAt": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        return {
            "serviceName": "shop-api", "clusterArn": "arn:aws:ecs:us-east-1:1:cluster/shop",
            "status": "ACTIVE", "taskDefinition": arn, "desiredCount": 2, "runningCount": 2,
            "pendingCount": 0, "deployments": [deployment], "events": [],
        }  # fmt: skip

    def close(self) -> None: ...


@dataclass
class Plane:
    """One process's worth of control plane. `again` makes another on the same journal."""

    path: Path
    shop: Shop
    engine: Engine
    performer: Performer

    @staticmethod
    def open(path: Path, shop: Shop) -> "Plane":
        journal = Journal(open_store(f"sqlite:///{path / 'journal.db'}"), Met(EVENTS))
        engine = Engine(journal, SystemClock())
        performer = Performer(path / "runs", lambda _: shop, lambda _: None, factor=600.0)
        engine.learn(Kind("run", evolve, decide, performer.do))
        return Plane(path, shop, engine, performer)

    def again(self) -> "Plane":
        self.close()
        return Plane.open(self.path, self.shop)

    def run(self, key: str) -> Run:
        state: Run = self.engine.turn("run", key).state
        return state

    def close(self) -> None:
        for key, _ in self.engine.journal.keys("run"):
            self.performer.close(key)
        self.engine.journal.database.close()


def plan_of(document: str, title: str = "") -> Plan:
    """Compile a document and plan its first procedure (or the one named) whole."""
    runbook, _ = compile_runbook(parse("shop.md", document))
    procedure = runbook.procedure(title) if title else runbook.procedures[0]
    chosen, skipped = choose(procedure)
    return make_plan(runbook, procedure, chosen, skipped, Given(TARGET))
