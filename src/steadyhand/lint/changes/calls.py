"""A command where it stands in, the programs that run in the end out: without `sudo` and `xargs`.

Knows how programs run others and where their sub-commands stand, not what any of them does.
"""

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from steadyhand.actions import classify_argv
from steadyhand.actions.aws.argv import AwsCommand, parse_aws
from steadyhand.actions.words import HOLE, Argv, as_argv, positionals
from steadyhand.actions.wrappers import RUNNERS, simple_commands
from steadyhand.lint.subject import Subject, Used
from steadyhand.model.document.runbook import Procedure, Step
from steadyhand.model.document.shell import Command
from steadyhand.model.effect import Classified
from steadyhand.model.once import once

_DEPTH = 6  # wrappers in wrappers
# Programs that run the rest of their line, which no gate needs to know.
_FRONTS = {
    "bundle": "exec",
    "hatch": "run",
    "pdm": "run",
    "pipenv": "run",
    "pnpm": "exec",
    "uv": "run",
}
# Options that take a word, before or between a tool's sub-commands.
_KUBECTL = frozenset(
    "-n --namespace --context --kubeconfig --cluster --user --as --as-group --token -s --server "
    "-l --selector -o --output -f --filename -c --container --field-selector --timeout -p --patch "
    "--type --revision --to-revision -k --kustomize --for --grace-period --replicas --image "
    "--request-timeout -v".split()
)
_HELM = frozenset(
    "-n --namespace --kube-context --kubeconfig -f --values --set --set-string --version --timeout "
    "--repo --revision".split()
)
_DOCKER = frozenset(
    "-H --host --context --config -l --log-level -f --file -p --project-name --profile --name -v "
    "--volume -e --env --env-file --network --mount --image -t --time --tag --platform --filter "
    "--format --replicas --build-arg -w --workdir -u --user --restart --entrypoint --scale".split()
)
WITH_VALUE = {
    "kubectl": _KUBECTL,
    "oc": _KUBECTL,
    "helm": _HELM,
    "docker": _DOCKER,
    "docker-compose": _DOCKER,
    "podman": _DOCKER,
    "patronictl": frozenset("-c --config-file -d --dcs-url --candidate --leader --group".split()),
    "repmgr": frozenset("-f --config-file -h --host -p --port -d --dbname -U --username".split()),
    "systemctl": frozenset("-H --host -M --machine -t --type -n --lines -o --output".split()),
    "gh": frozenset("-R --repo -f -F --field --raw-field -r --ref -w --workflow".split()),
    "argocd": frozenset("--server --auth-token --grpc-web-root-path".split()),
}
_PLAIN_KUBECTL = frozenset({"rollout", "set", "config", "auth", "top", "create", "certificate"})
# Programs whose first plain word says what they do, and that need no table of options here.
_FIRST_SAYS = frozenset(
    "alembic borg dbmate etcdctl flask flyway goose knex liquibase patronictl prisma pulumi rails "
    "rake repmgr sequelize terraform terragrunt tofu typeorm zfs zpool".split()
)
_PLAIN_DOCKER = frozenset(
    "compose service stack volume system image container network node swarm buildx".split()
)


class Call(Struct, frozen=True, dict=True):
    """One program with its argv, holes where bash or a parameter fills in. Made by `calls`.

    `outer` is the command of the statement that runs it in the end, mostly itself. `fed`: `xargs`
    puts words behind it that only its input knows.
    """

    used: Used
    argv: Argv
    outer: Command
    fed: bool = False

    @property
    def step(self) -> Step:
        return self.used.step

    @property
    def procedure(self) -> Procedure:
        return self.used.procedure

    @once
    def name(self) -> str:
        return program(self.argv)

    @property
    def nested(self) -> bool:
        """Whether it runs inside `$( )`: its output is part of another command."""
        return self.outer.nested

    @once
    def aws(self) -> AwsCommand | None:
        """The parts of an `aws` command."""
        return parse_aws(self.argv) if self.name == "aws" else None

    def get(self, option: str) -> str | None:
        """Give an option's value; None where it is not given, or the program is not `aws`."""
        return self.aws.get(option) if self.aws else None

    def has(self, *options: str) -> bool:
        """Tell whether one of these options of an `aws` command is given."""
        return self.aws is not None and any(self.aws.has(option) for option in options)

    @once
    def operation(self) -> tuple[str, str]:
        """The service and the operation of an `aws` command; ("", "") of any other."""
        return (self.aws.service, self.aws.operation) if self.aws else ("", "")

    @once
    def words(self) -> Argv:
        """The words that are no options and no options' values, without the program's name."""
        return plain_words(self.argv)

    @once
    def classified(self) -> Classified:
        return classify_argv(self.argv)

    @once
    def short(self) -> str:
        """The program and its sub-command, for a message: `kubectl rollout restart`."""
        return short(self.argv)

    @property
    def last_verb(self) -> str:
        """The sub-command's last word, as it stands in the document."""
        return self.short.rpartition(" ")[2]


def program(argv: Argv) -> str:
    """Give the program's name without its folder; "" where nobody knows it yet. Pure."""
    return "" if not argv or HOLE in argv[0] else argv[0].rpartition("/")[2]


def plain_words(argv: Argv) -> Argv:
    """Give the words of an argv that are neither options nor their values. Pure."""
    return tuple(positionals(argv, WITH_VALUE.get(program(argv), frozenset())))


def short(argv: Argv) -> str:
    """Name an argv by its program and sub-command. Pure."""
    name = program(argv)
    if name == "aws":
        return parse_aws(argv).name
    words = plain_words(argv)
    if not words or not (name in WITH_VALUE or name in _FIRST_SAYS):
        return name
    deeper = (name in {"kubectl", "oc"} and words[0] in _PLAIN_KUBECTL) or (
        name in {"docker", "podman"} and words[0] in _PLAIN_DOCKER
    )
    count = 2 if deeper or name in {"gh", "argocd"} else 1
    return " ".join((name, *words[:count]))


def calls(subject: Subject) -> tuple[Call, ...]:
    """Give every program that runs, in the order of the document."""
    return subject.derived(_calls)


def _calls(subject: Subject) -> tuple[Call, ...]:
    return tuple(
        call
        for procedure in subject.runbook.procedures
        for step in procedure.steps
        for call in calls_in(procedure, step)
    )


def calls_in(procedure: Procedure, step: Step) -> Iterator[Call]:
    """Give the programs that a step runs in the end, however deep they stand."""
    for command in step.commands:
        yield from calls_of(procedure, step, command)


def calls_of(procedure: Procedure, step: Step, command: Command) -> Iterator[Call]:
    """Give the programs that one command of a step runs in the end: itself, or what it wraps."""
    for one, argv, fed in _run_by(command, False):
        yield Call(Used(procedure, step, one), argv, command, fed)


def _run_by(command: Command, fed: bool) -> Iterator[tuple[Command, Argv, bool]]:
    argv = as_argv(command)
    if not command.inner:
        yield from ((command, each, more or fed) for each, more in _unwrapped(argv))
        return
    if program(argv) == "aws":
        yield command, argv, fed
    for inner in command.inner:
        yield from _run_by(inner, fed or program(argv) == "xargs")


@lru_cache(maxsize=8192)
def _unwrapped(argv: Argv, depth: int = 0, fed: bool = False) -> tuple[tuple[Argv, bool], ...]:
    if not argv or depth > _DEPTH:
        return ()
    inner = _inside(argv)
    if inner is None:
        return ((argv, fed),)
    fed = fed or program(argv) == "xargs"
    found = tuple(one for each in inner for one in _unwrapped(each, depth + 1, fed))
    # `aws ecs run-task` starts a task besides, whatever the task runs.
    return ((argv, fed), *found) if program(argv) == "aws" else found


def _inside(argv: Argv) -> tuple[Argv, ...] | None:
    """Give what an argv runs; None where it runs nothing else, or nobody knows what."""
    name = program(argv)
    if name in _FRONTS and argv[1:2] == (_FRONTS[name],):
        return (argv[2:],)
    if name == "npx":
        return (_behind_options(argv[1:]),)
    if name == "su" and "-c" in argv[:-1]:
        return _commands(argv[argv.index("-c") + 1])
    if (service := _compose_exec(argv)) is not None:
        return (service,)
    runner = RUNNERS.get(name)
    runs = runner((name, *argv[1:])) if runner is not None else None
    if runs is None or runs.interactive or not (runs.argv or runs.text):
        return None
    return (runs.argv,) if runs.argv else _commands(runs.text)


def _commands(text: str) -> tuple[Argv, ...] | None:
    found = simple_commands(text)
    return None if found is None else tuple(found)


def _behind_options(argv: Argv) -> Argv:
    start = next((i for i, word in enumerate(argv) if not word.startswith("-")), len(argv))
    return argv[start:]


def _compose_exec(argv: Argv) -> Argv | None:
    """Give what `docker compose exec SERVICE …` runs."""
    name = program(argv)
    if name not in {"docker", "docker-compose"} or "exec" not in argv:
        return None
    if name == "docker" and argv[1:2] != ("compose",):
        return None
    rest = argv[argv.index("exec") + 1 :]
    while rest and rest[0].startswith("-"):
        rest = rest[2 if rest[0] in {"-e", "--env", "-u", "--user", "-w", "--index"} else 1 :]
    return rest[1:] or None
