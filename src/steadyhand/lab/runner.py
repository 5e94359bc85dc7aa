"""Workflow runs that were asked for in; what they do to the services, and how they ended, out.

Plays GitHub's runner for `deploy.yml` and `rollback.yml`: both bring the image with the tag that
`version` names into service, in every service of the repository's system. A deployment registers a
revision where none has the tag; a rollback takes one that is there, or fails. The approval that an
environment may ask for is given at once. Asks the lab's API as anybody would; knows no HTTP.
"""

import importlib
import logging
import re
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from steadyhand.lab.account import REGION
from steadyhand.lab.checkouts import TOKEN, repository_of
from steadyhand.lab.systems.parts import Parts, Service
from steadyhand.lab.tools.asking import ask

LOG = logging.getLogger("steadyhand.lab")
PAUSE = 1.0  # seconds between two looks
LONGEST = 15 * 60.0  # seconds of a rollout, before the factor
COPIED = (
    "family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes",
    "placementConstraints", "requiresCompatibilities", "cpu", "memory",
)  # fmt: skip


class Providers(Protocol):
    def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask or tell the stand-ins of outside providers. Raises OSError."""
        ...


class RunFailed(Exception):
    """The workflow fails; the message is why."""


@dataclass(frozen=True)
class Runner:
    """`work` until `ending`: one run after the other, in the order they were asked for."""

    providers: Providers
    github: str  # the address of its API
    endpoint: str
    factor: float
    ending: threading.Event
    systems: dict[str, Parts] = field(default_factory=dict)  # by repository

    def start(self, systems: Iterable[Parts]) -> None:
        """Begin, with the deployment that brought each system into service behind it."""
        self.systems.update({repository_of(parts): parts for parts in systems})
        threading.Thread(target=self._work, name="runner", daemon=True).start()

    def _work(self) -> None:
        try:
            for repository, parts in self.systems.items():
                self._remember(repository, parts)
        except Exception:  # then there is no history; the lab is the same
            LOG.exception("runner")
        while not self.ending.wait(PAUSE):
            try:
                self.tick()
            except Exception:  # one that failed must not be the last one
                LOG.exception("runner")

    def _remember(self, repository: str, parts: Parts) -> None:
        """Let GitHub know of the deployment of what is in service."""
        family = next(one for one in parts.families if one.name == parts.services[0].family)
        version = family.tag.format(revision=family.revisions)
        path = f"repos/{repository}/actions/workflows/deploy.yml/dispatches"
        asked = {"ref": "main", "inputs": {"version": version}}
        ask("POST", f"{self.github}/{path}", asked, {"Authorization": f"Bearer {TOKEN}"})
        runs = self.providers.control("GET", "/_control/github")["runs"]
        run = next(one for one in runs if one["repository"]["full_name"] == repository)
        self._move(run, "completed", "success")

    def tick(self) -> None:
        """Carry out the runs that wait. Raises OSError where GitHub's stand-in is away."""
        runs = self.providers.control("GET", "/_control/github")["runs"]
        for run in reversed(runs):
            if run["status"] == "queued" and run["repository"]["full_name"] in self.systems:
                self._carry_out(run)

    def _carry_out(self, run: Mapping[str, Any]) -> None:
        self._move(run, "in_progress", None)
        try:
            self._bring(self.systems[run["repository"]["full_name"]], run)
            conclusion = "success"
        except Exception as error:  # also what AWS refuses: a workflow fails with it
            LOG.warning("%s: %s", run["name"], error)
            conclusion = "failure"
        self._move(run, "completed", conclusion)

    def _move(self, run: Mapping[str, Any], status: str, conclusion: str | None) -> None:
        told = {"status": status, "conclusion": conclusion}
        self.providers.control("PUT", f"/_control/github/runs/{run['id']}", told)

    def _bring(self, parts: Parts, run: Mapping[str, Any]) -> None:
        ecs = self._client()
        tag = str(run["inputs"].get("version", ""))
        if not re.fullmatch(r"\w[\w.-]{0,127}", tag):
            raise RunFailed(f"version {tag!r} is no image's tag")
        makes = run["path"].endswith("/deploy.yml")
        wanted = {one.name: _revision(ecs, one, tag, makes) for one in parts.services}
        for service in parts.services:
            ecs.update_service(
                cluster=service.cluster, service=service.name, taskDefinition=wanted[service.name]
            )
        deadline = time.monotonic() + LONGEST / self.factor
        for service in parts.services:
            while not _in_service(ecs, service, wanted[service.name]):
                if time.monotonic() > deadline or self.ending.wait(PAUSE):
                    raise RunFailed(f"{service.name} does not become stable")

    def _client(self) -> Any:
        return (
            importlib.import_module("botocore.session")
            .Session()
            .create_client(
                "ecs",
                region_name=REGION,
                endpoint_url=self.endpoint,
                aws_access_key_id="lab",
                aws_secret_access_key="lab",
            )
        )


def _revision(ecs: Any, service: Service, tag: str, makes: bool) -> str:
    """The newest revision of a service's family whose image has the tag. Raises RunFailed."""
    pages = ecs.get_paginator("list_task_definitions").paginate(
        familyPrefix=service.family, status="ACTIVE", sort="DESC"
    )
    newest: dict[str, Any] = {}
    for arn in (arn for page in pages for arn in page["taskDefinitionArns"]):
        if arn.rpartition("/")[2].rpartition(":")[0] != service.family:
            continue
        found = ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        newest = newest or found
        if found["containerDefinitions"][0]["image"].endswith(f":{tag}"):
            return str(arn)
    if not makes or not newest:
        raise RunFailed(f"no revision of {service.family} has the image {tag}")
    copy = {name: newest[name] for name in COPIED if newest.get(name)}
    first, *rest = copy["containerDefinitions"]
    image = f"{first['image'].rpartition(':')[0]}:{tag}"
    copy["containerDefinitions"] = [{**first, "image": image}, *rest]
    return str(ecs.register_task_definition(**copy)["taskDefinition"]["taskDefinitionArn"])


def _in_service(ecs: Any, service: Service, revision: str) -> bool:
    """Whether a rollout is over. Raises RunFailed when ECS has gone back."""
    (found,) = ecs.describe_services(cluster=service.cluster, services=[service.name])["services"]
    if found["taskDefinition"] != revision:
        raise RunFailed(f"{service.name} went back to {found['taskDefinition']}")
    (*_, oldest) = found["deployments"]
    return len(found["deployments"]) == 1 and oldest["rolloutState"] == "COMPLETED"
