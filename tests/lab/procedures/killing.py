"""A procedure that is killed at one of its events, in the lab: who dies, who goes on, what changed.

The control plane that dies is a process of its own, and it is a real kill -9. Effects are counted
in the lab: deployments, versions of secrets and parameters, tasks started, databases, snapshots.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab.procedures.driving import STARTER
from tests.lab.procedures.suite import Suite, whole
from tests.lab.running_lab import RunningLab
from tests.run.town.killed import Point, die_at, died
from tests.run.town.place import in_doubt, missing

from steadyhand.app.control import Control
from steadyhand.app.running import by_hand, runs
from steadyhand.app.targets import resolve
from steadyhand.main import build
from steadyhand.model.document.runbook import Procedure
from steadyhand.model.effect import Effect
from steadyhand.model.next import Finished
from steadyhand.model.run.events import CallStarted, Doubt
from steadyhand.model.run.state import CallState

_TURNS = 100


@dataclass(frozen=True)
class Case:
    """A procedure of a document. `mends` are the defects without which it would stop at once;
    `resets` is done before each run, so that it can be done again; `factor` is the lab's."""

    document: str
    procedure: str
    mends: Mapping[str, str] = field(default_factory=dict)
    resets: tuple[str, ...] = ()
    factor: str = "60"


@dataclass(frozen=True)
class Ended:
    outcome: str
    effects: Counter[str]
    events: int  # that driving it took
    deeds: tuple[int, ...] = ()  # those of them after which something was changed
    asked: tuple[str, ...] = ()  # calls that a person was asked about
    detail: str = ""


class Killing:
    """The lab of one case's system, and the control planes over it, one after the other."""

    def __init__(self, case: Case, suite: Suite) -> None:
        self._case = case
        self._suite = suite
        self._procedure = suite.runbook.procedure(case.procedure)

    def run(self, point: Point | None) -> Ended | None:
        """Run it, with a death at the point; None where it ended before that."""
        suite = self._suite
        suite.ready(self._procedure, self._case.resets)
        before, calls, begun = counted(suite.lab), changes(suite.lab), deployments(suite.lab)
        key = self._begin(self._procedure)
        control = suite.desk.control
        opened = len(control.journal.read("run", key))
        if point is not None and not died(control.state, lambda: _dying(control.state, key, point)):
            return None
        asked: list[str] = []
        outcome = to_the_end(control, key, asked, lambda: changes(suite.lab) - calls)
        suite.settled()
        after = counted(suite.lab)
        after.subtract(before)
        events = [one.event for one in control.journal.read("run", key)][opened:]
        deeds = (n for n, event in enumerate(events, 1) if _begins_deed(event))
        detail = runs.state(control, key).detail
        effects = Counter({name: count for name, count in after.items() if count})
        made = deployments(suite.lab)
        effects.update(f"deployments of {made[one]}" for one in made.keys() - begun.keys())
        return Ended(outcome, effects, len(events), tuple(deeds), tuple(asked), detail)

    def _begin(self, procedure: Procedure) -> str:
        desk = self._suite.desk
        known = {parameter.name for parameter in procedure.parameters}
        values = {name: value for name, value in desk.values.items() if name in known}
        target = resolve("lab", desk.control.lab_file)
        wanted = runs.Wanted(procedure.id, whole(procedure), values)
        return runs.start(
            desk.control, runs.plan(desk.control, desk.loaded, wanted, target), STARTER
        )


def _begins_deed(event: object) -> bool:
    return isinstance(event, CallStarted) and event.effect > Effect.READ


def _dying(state: Path, key: str, point: Point) -> None:
    os.environ.pop("PYTEST_CURRENT_TEST", None)
    die_at(*point)
    to_the_end(build(state), key, [], Counter)


def to_the_end(
    control: Control, key: str, asked: list[str], made: Callable[[], Counter[str]]
) -> str:
    """Drive and sign until it ends. A call in doubt is looked up in the lab's list of calls; where
    it is no call of the API, nobody knows, and that is where it ends."""
    for _ in range(_TURNS):
        came = runs.drive(control, key)
        if isinstance(came, Finished):
            return came.outcome
        run = runs.state(control, key)
        if (question := run.question) is not None:
            for name in missing(question):
                runs.approve(control, key, name, claimed=True)
        elif (call := in_doubt(run)) is not None:
            asked.append(call.shown)
            if call.argv[0] != "aws":
                return "asked"
            every = [one for calls in run.calls.values() for one in calls]
            truth = _truth(call, every, made())
            if call.heard and truth is Doubt.DONE:
                return "asked"  # nobody here knows what it printed
            by_hand.settle_doubt(control, key, truth, "ben")
        else:
            return f"waits: {came.why}"
    return "asks for ever"


def _truth(call: CallState, every: list[CallState], made: Counter[str]) -> Doubt:
    answered = sum(one.argv[:3] == call.argv[:3] and one.exit_code == 0 for one in every)
    done = made["".join(word.title() for word in call.argv[2].split("-")).lower()]
    return Doubt.DONE if done > answered else Doubt.NOT_DONE


# --- what there is in the lab ---------------------------------------------------------------------


def changes(lab: RunningLab) -> Counter[str]:
    """Count the changing calls that the lab carried out, by operation in small letters."""
    made = lab.control("GET", "/calls")["changes"]
    return Counter(call["operation"].lower() for call in made if not call["refused"])


def deployments(lab: RunningLab) -> dict[str, str]:
    """List the deployments that somebody asked for: id → service. A deleted service's go."""
    every = lab.control("GET", "/deployments")
    return {made["id"]: made["service"] for made in every if made["cause"] == "api"}


def counted(lab: RunningLab) -> Counter[str]:
    """Count everything that a procedure may have made; what there is of each."""
    found: Counter[str] = Counter()
    found.update(_versions(lab))
    found.update(_databases(lab))
    ecs = lab.client("ecs")
    for cluster in ecs.list_clusters()["clusterArns"]:
        for arn in ecs.list_services(cluster=cluster)["serviceArns"]:
            (one,) = ecs.describe_services(cluster=cluster, services=[arn])["services"]
            found[f"tasks wanted of {one['serviceName']}"] = one["desiredCount"]
    for family in ecs.list_task_definition_families()["families"]:
        arns = ecs.list_task_definitions(familyPrefix=family)["taskDefinitionArns"]
        found[f"revisions of {family}"] = len(arns)
    for made in lab.control("GET", "/calls")["changes"]:
        started_by = str(made["parameters"].get("startedBy", ""))
        by_schedule = started_by.startswith("events-rule/")
        if made["operation"] == "RunTask" and not made["refused"] and not by_schedule:
            found["tasks started"] += 1
    for certificate in lab.client("acm").list_certificates()["CertificateSummaryList"]:
        found[f"certificates of {certificate['DomainName']}"] += 1
    return found


def _versions(lab: RunningLab) -> Counter[str]:
    found: Counter[str] = Counter()
    secrets, ssm, elb = (lab.client(one) for one in ("secretsmanager", "ssm", "elbv2"))
    for secret in secrets.list_secrets()["SecretList"]:
        listed = secrets.list_secret_version_ids(SecretId=secret["Name"], IncludeDeprecated=True)
        found[f"versions of {secret['Name']}"] = len(listed["Versions"])
    for one in ssm.describe_parameters()["Parameters"]:
        found[f"versions of {one['Name']}"] = one["Version"]
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        arn = balancer["LoadBalancerArn"]
        for listener in elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]:
            to = re.findall(r"targetgroup/([\w-]+)", str(listener["DefaultActions"]))
            found[f"{listener['Port']} of {balancer['LoadBalancerName']} to {to[:1]}"] = 1
    return found


def _databases(lab: RunningLab) -> Counter[str]:
    found: Counter[str] = Counter()
    rds = lab.client("rds")
    for one in rds.describe_db_instances()["DBInstances"]:
        found[f"database {one['DBInstanceIdentifier']}"] = 1
    for one in rds.describe_db_snapshots()["DBSnapshots"]:
        found[f"snapshots of {one['DBInstanceIdentifier']}"] += 1
    for call in lab.control("GET", "/calls")["changes"]:
        if call["operation"] == "ModifyDBInstance":
            found["passwords and classes set"] += 1
    return found
