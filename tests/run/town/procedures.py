"""Procedures that nobody wrote: hypothesis strategies, with what each of them has to change.

Composed of reads, changes, pipes, `$( )`, loops, variables, functions, conditions, lists, programs
that start others, placeholders and a hole. What is written with `dyn-` in front is another value
in each run.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

Command = Callable[[str], str]  # a value in, the command that sets it


@dataclass(frozen=True)
class Written:
    """Statements as lines of a document, and the changes that they make, in their order.

    `loose` where two of them may come in any order.
    """

    lines: tuple[str, ...]
    changes: tuple[str, ...] = ()
    loose: bool = False
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Generated:
    document: str
    changes: tuple[str, ...]
    loose: bool
    values: Mapping[str, str]


# --- changes --------------------------------------------------------------------------------------


def _change(operation: str, names: str, value: str, what: str = "") -> tuple[Command, str]:
    """Give a command that sets what a value says, and how the account will name it."""
    said = " ".join([operation.split()[1], what or names.split()[-1]])
    return (lambda given: f"aws {operation} {names} {value}{given}"), said


_ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"
TEXT = [
    *(_change("ssm put-parameter", f"--overwrite --name /town/{n}", "--value v", f"/town/{n}")
      for n in "pqr"),
    *(_change("secretsmanager put-secret-value", f"--secret-id town/{n}", "--secret-string v")
      for n in "st"),
]  # fmt: skip
NUMBER = [
    *TEXT,
    _change("ecs update-service", "--cluster town --service town-web", "--desired-count "),
    _change("logs put-retention-policy", "--log-group-name /town", "--retention-in-days "),
    _change("elasticache modify-cache-cluster", "--cache-cluster-id town-cache",
            "--num-cache-nodes "),
    _change("rds modify-db-instance", "--db-instance-identifier town-db",
            "--apply-immediately --backup-retention-period "),
    _change("elbv2 modify-rule", f"--rule-arn {_ELB}listener-rule/1",
            f"--actions Type=forward,TargetGroupArn={_ELB}targetgroup/g"),
    _change("elbv2 modify-listener", f"--listener-arn {_ELB}listener/1",
            f"--default-actions Type=forward,TargetGroupArn={_ELB}targetgroup/g"),
]  # fmt: skip
# Each of these is another deed whenever it is done.
ANEW = [
    ("aws ecs update-service --cluster town --service town-web --force-new-deployment",
     "update-service town-web"),
    ("aws secretsmanager put-secret-value --secret-id town/s --secret-string again",
     "put-secret-value town/s"),
    ("aws ssm put-parameter --overwrite --name /town/q --value again", "put-parameter /town/q"),
    ("aws ecs run-task --cluster town --task-definition town-job", "run-task"),
    ("aws rds reboot-db-instance --db-instance-identifier town-db", "reboot-db-instance town-db"),
]  # fmt: skip
READS = (
    "aws ecs describe-services --cluster town --services town-web "
    "--query 'services[0].desiredCount' --output text",
    "aws ssm get-parameters --names /town/p --query 'Parameters[0].Value' --output text",
    "aws secretsmanager describe-secret --secret-id town/s --output json",
    "aws logs describe-log-groups --log-group-name-prefix /town",
    "seq 3", "date -u +%s", "mktemp -u", "hostname",
)  # fmt: skip
FILTERS = (
    "cat", "tr a-z A-Z", "head -n 1", "wc -l", "sort", "sed 's/v/w/'", "grep -c .", "tail -n 2",
)  # fmt: skip


# --- statements; `n` is a number that no other statement has --------------------------------------


@st.composite
def plain(draw: st.DrawFn, n: int) -> Written:
    command, what = draw(st.sampled_from(NUMBER))
    return Written((command(str(n)),), (what,))


@st.composite
def looking(draw: st.DrawFn, n: int) -> Written:
    filters = draw(st.lists(st.sampled_from(FILTERS), max_size=3))
    text = " | ".join([draw(st.sampled_from(READS)), *filters])
    form = draw(st.sampled_from(("{}", "SEEN=$({})", 'echo "seen: $({})"', "{} > seen.txt")))
    return Written((form.format(text).replace("SEEN", f"SEEN{n}"),))


@st.composite
def from_a_variable(draw: st.DrawFn, n: int) -> Written:
    """What is found in one statement is used in the next, another bash after a crash."""
    command, what = draw(st.sampled_from(NUMBER))
    sources = (f"{n}", f"$(seq {n} {n})", f"$(echo {n} | cat)", f"$(({n} + 0))")
    found = draw(st.sampled_from(sources))
    export = draw(st.sampled_from(("", "export ")))
    return Written((f"{export}SET{n}={found}", command(f'"$SET{n}"')), (what,))


@st.composite
def different_each_time(draw: st.DrawFn, n: int) -> Written:
    source = draw(
        st.sampled_from(("$(date +%s%N)", "$(openssl rand -hex 8)", "$RANDOM", "$(mktemp -u)"))
    )
    source = f'"dyn-{source}"'
    put = "aws ssm put-parameter --overwrite --name /town/r --value "
    if draw(st.booleans()):
        return Written((put + source,), ("put-parameter /town/r",))
    both = f'aws secretsmanager put-secret-value --secret-id town/t --secret-string "$DYN{n}"'
    lines = (f"DYN{n}={source}", f'{put}"$DYN{n}"', both)
    return Written(lines, ("put-parameter /town/r", "put-secret-value town/t"))


@st.composite
def looped(draw: st.DrawFn, n: int) -> Written:
    command, what = draw(st.sampled_from(NUMBER))
    times = draw(st.integers(1, 3))
    listed = " ".join(str(n * 10 + i) for i in range(times))
    ends = f"{n * 10} {n * 10 + times - 1}"
    form = draw(st.sampled_from((
        f"for i in {listed}; do {{}}; done",
        f"for i in $(seq {ends}); do {{}} | cat; done",
        f"seq {ends} | while read -r i; do {{}}; done",
        f"for ((i = {n * 10}; i < {n * 10 + times}; i++)); do {{}}; done",
        f"for i in {listed}; do\n  X=$i\n  {{}} || exit 1\ndone",
    )))  # fmt: skip
    return Written((form.replace("{}", command('"$i"')).replace("{{", "{"),), (what,) * times)


@st.composite
def done_anew(draw: st.DrawFn, _: int) -> Written:
    """The very same command several times: each time is a deed of its own."""
    command, what = draw(st.sampled_from(ANEW))
    times = draw(st.integers(1, 3))
    form = draw(st.sampled_from((f"for i in $(seq {times}); do {command}; done",
                                 "; ".join([command] * times))))  # fmt: skip
    return Written((form,), (what,) * times)


@st.composite
def decided(draw: st.DrawFn, n: int) -> Written:
    (one, what), (other, _) = draw(st.sampled_from(NUMBER)), draw(st.sampled_from(NUMBER))
    yes, no = one(str(n)), other(str(n + 500))
    listed = "aws ssm get-parameters --names /town/p --output json"
    form = draw(st.sampled_from((
        f"if {listed} | grep -q town; then {yes}; else {no}; fi",
        f"if [ {n} -gt {n + 1} ]; then {no}; else {yes}; fi",
        f"case word-{n} in other*) {no} ;; word*) {yes} ;; esac",
        f"{listed} > /dev/null && {yes}",
        f"aws ssm get-parameter --name /town/none || {yes}",
        f"true || {no}; {yes}",
        f"[[ $(seq {n} | wc -l) -eq {n} ]] && {{ {yes}; }}",
        f"( {yes} )",
        f"{yes} > /dev/null 2>&1",
    )))  # fmt: skip
    return Written((form,), (what,))


@st.composite
def together(draw: st.DrawFn, n: int) -> Written:
    """Two changes at the same time, at two things."""
    changes = draw(st.lists(st.sampled_from(NUMBER), min_size=2, max_size=2, unique=True))
    (one, first), (other, second) = changes
    form = draw(st.sampled_from(("{} | {}", "{} & {} & wait", "{} > /dev/null | cat; {}")))
    return Written((form.format(one(str(n)), other(str(n))),), (first, second), loose=True)


@st.composite
def answered(draw: st.DrawFn, n: int) -> Written:
    """What a change itself answers is what the next one writes."""
    ask, what = draw(st.sampled_from((
        (f"aws ssm put-parameter --overwrite --name /town/p --value v{n} --query Version",
         "put-parameter /town/p"),
        (f"aws secretsmanager put-secret-value --secret-id town/s --secret-string v{n} "
         "--query VersionId", "put-secret-value town/s"),
    )))  # fmt: skip
    put = "aws ssm put-parameter --overwrite --name /town/q --value "
    ask += " --output text"
    lines = draw(st.sampled_from((
        (f"GOT{n}=$({ask})", f'{put}"got-$GOT{n}"'),
        (f'{put}"got-$({ask} | tr a-z A-Z)"',),
        (f"{ask} > got.txt", f'{put}"got-$(cat got.txt)"'),
    )))  # fmt: skip
    return Written(lines, (what, "put-parameter /town/q"))


@st.composite
def started_by_another(draw: st.DrawFn, n: int) -> Written:
    command, what = draw(st.sampled_from(NUMBER))
    form = draw(st.sampled_from((
        "timeout 20 {}", "env STAGE=test {}", "sh -c '{}'", "xargs", "bash -c '{}; true'",
    )))  # fmt: skip
    if "xargs" in form:
        command, what = TEXT[draw(st.integers(0, 2))]
        text = command("").removesuffix("v")
        return Written((f"printf '%s' v{n} | xargs {text}",), (what,))
    return Written((form.format(command(str(n))),), (what,))


@st.composite
def by_a_function(draw: st.DrawFn, n: int) -> Written:
    command, what = draw(st.sampled_from(NUMBER))
    body = command('"$1"')
    return Written((f"set_{n}() {{ {body}; }}", f"set_{n} {n}"), (what,))


@st.composite
def noted(draw: st.DrawFn, n: int) -> Written:
    """What is done is noted in a file, by bash itself, by a function, or by another shell."""
    command, what = draw(st.sampled_from(NUMBER))
    times = draw(st.integers(1, 3))
    one = f"{command(str(n))} > /dev/null"
    form = draw(st.sampled_from((
        f"echo to-{n} >> notes.txt; {one}; echo did-{n} >> notes.txt",
        f"{one} && echo did-{n} >> notes.txt",
        f"note() {{ echo \"$1\" >> notes.txt; }}; note to-{n}; {one}; note did-{n}",
        f"for i in $(seq {times}); do echo {n}-$i >> notes.txt; done; {one}",
        f"seq {times} | while read -r i; do echo {n}-$i >> notes.txt; done && {one}",
        f"sh -c 'echo to-{n} >> noted.txt; {one}; echo did-{n} >> noted.txt'",
        f"mkdir -p sub-{n} && cd sub-{n} && echo to-{n} >> notes.txt && {one}; cd ..",
    )))  # fmt: skip
    return Written((form,), (what,))


@st.composite
def filled_in(draw: st.DrawFn, n: int) -> Written:
    """A value that whoever starts it gives."""
    command, what = draw(st.sampled_from(TEXT))
    return Written((command(f"<given-{n}>"),), (what,), values={f"given-{n}": f"{n}"})


# A value that an earlier step prints: the plan's hole.
ROLLED_BACK = Written(
    (
        "aws ecs list-task-definitions --family-prefix town-api --sort DESC",
        "aws ecs update-service --cluster town --service town-api "
        '--task-definition "town-api:<previous>"',
    ),
    ("update-service town-api",),
)


KINDS: tuple[Callable[[int], st.SearchStrategy[Written]], ...] = (
    plain, looking, from_a_variable, different_each_time, looped, done_anew, decided, together,
    answered, started_by_another, by_a_function, filled_in, noted,
)  # fmt: skip


@st.composite
def procedures(draw: st.DrawFn) -> Generated:
    """Give a procedure that changes something, with at most one hole."""
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=2, max_size=6))
    written = [draw(kind(20 + number)) for number, kind in enumerate(kinds)]
    if draw(st.integers(0, 3)) == 0:
        written.insert(draw(st.integers(0, len(written))), ROLLED_BACK)
    if not any(one.changes for one in written):
        written.append(draw(plain(90)))
    lines: list[str] = []
    for number, statement in enumerate([line for one in written for line in one.lines], 1):
        if number > 1 and draw(st.integers(0, 2)) == 0:
            lines += ["```", "", "```bash"]
        lines += [f"# Do part {number}", statement]
    values = {name: value for one in written for name, value in one.values.items()}
    return Generated(
        "\n".join(["# Town", "", "## Work", "", "```bash", *lines, "```", ""]),
        tuple(change for one in written for change in one.changes),
        any(one.loose for one in written),
        values,
    )


def masked(text: str) -> str:
    """Take out of what was written what is another value in each run."""
    return re.sub(r"dyn-[^\"]+", "dyn", text)
