"""Runs: plan, start, approve, sign, decline, resume, list, show."""

import dataclasses
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from steadyhand.actions import action_for, changing, classify_argv
from steadyhand.app.control import Control
from steadyhand.app.problem import Problem, ToChoose
from steadyhand.app.runbooks.documents import Loaded, find_procedure, system_of
from steadyhand.app.running.identity import account_of
from steadyhand.app.running.sight import look
from steadyhand.app.running.suggesting import Suggested, suggested
from steadyhand.app.targets import resolve_again
from steadyhand.engine.drive import Turn
from steadyhand.model.document.runbook import Procedure, StepKind
from steadyhand.model.effect import Effect
from steadyhand.model.events import IllegalEvent, Recorded
from steadyhand.model.next import Finished, Wait
from steadyhand.model.run.events import (
    Approved,
    ConditionAnswered,
    Declined,
    RunOpened,
    Signed,
    StepSkipped,
)
from steadyhand.model.run.plan import Plan
from steadyhand.model.run.state import Question, Run, signature
from steadyhand.model.run.target import Target
from steadyhand.model.settings.running import Running
from steadyhand.plan.make import (
    ALL,
    Argument,
    CannotPlan,
    Given,
    Selection,
    Unbound,
    Undecided,
    choose,
    make_plan,
    questions,
)
from steadyhand.store.journal import Conflict, Output
from steadyhand.store.search import Found
from steadyhand.store.search import search as found_in
from steadyhand.store.took import Took, statement, took_before
from steadyhand.world.door import Call, Lost, Refused, ask
from steadyhand.world.secrets import TOKEN, is_hidden


class Wanted(Struct, frozen=True):
    """What a person (or an incident) wants planned."""

    procedure: str
    selection: Selection = ALL
    values: Mapping[str, str] | None = None
    how: Mapping[str, str] | None = None  # of values: how they are known, where not by --set
    break_glass: str = ""  # why the policy does not hold this once
    parallel: int | None = None  # reads at a time; None is as the settings say
    attended: bool = False  # a person approves each change, whatever the policy lets run by itself


class ToGive(Problem):
    """A person has to give values first; `found` says what they may be."""

    def __init__(self, found: Sequence[Suggested]) -> None:
        super().__init__("\n".join("\n".join((str(one.missing), *one.lines)) for one in found))
        self.found = tuple(found)


def plan(control: Control, loaded: Loaded, wanted: Wanted, target: Target) -> Plan:
    """Make a plan: choose the steps, read the state that is there now, bind, freeze.

    Raises Problem with one line for each thing that is missing; where a person has to choose
    between alternatives first, its code is 3.
    """
    procedure = find_procedure(loaded.runbook, wanted.procedure)
    have = operator_of(control, target, system_of(Path(loaded.runbook.path)))
    running = at_hand(have, loaded, procedure)
    if wanted.parallel is not None:
        running = replace(running, parallel=wanted.parallel)
    arguments = {name: Argument(have.values[name], have.how(name)) for name in running.variables}
    for name, value in loaded.settings.values.items():
        arguments[name] = Argument(value, "steadyhand.toml")
    for name, value in (wanted.values or {}).items():
        arguments[name] = Argument(value, (wanted.how or {}).get(name, "--set"))
    for parameter in procedure.parameters:
        if parameter.secret and parameter.name in arguments:
            given_as = arguments[parameter.name]
            token = control.secrets.seal(given_as.value, parameter.name)
            how = given_as.how if is_hidden(given_as.value) else f"{given_as.how}; {_SHOWN}"
            arguments[parameter.name] = Argument(token, how)
    values = {name: argument.value for name, argument in arguments.items()}
    try:
        chosen, skipped = choose(procedure, wanted.selection)
        if not target.is_lab and any(c.name == "aws" for step in chosen for c in step.commands):
            target = dataclasses.replace(target, account=account_of(control.reading_world(target)))
        states: dict[str, Mapping[str, str]] = {}
        for step in chosen:
            argv = changing(step.commands, values) if step.effect > Effect.READ else None
            if argv and (state := read_state(control, argv, target)) is not None:
                states[step.id] = state
        policy = loaded.settings.rules(wanted.break_glass)
        if wanted.attended:
            policy = policy.attended()
        sight = look(control, target, loaded.runbook, procedure, chosen)
        asks = questions(procedure, wanted.selection)
        given = Given(target, arguments, states, policy, running, sight, have.supplied, asks)
        return make_plan(loaded.runbook, procedure, chosen, skipped, given)
    except Unbound as error:
        found = [suggested(control, loaded.runbook, m, values, target) for m in error.missing]
        raise ToGive(found) from None
    except CannotPlan as error:
        said = "\n".join(error.problems)
        if isinstance(error, Undecided):
            raise ToChoose(said, error.groups) from None
        raise Problem(said) from None


_SHOWN = "too short to be hidden where a program prints it"


class AtHand(Struct, frozen=True):
    """Variables that an operator has; `supplied` are those that the target gives: a lab's."""

    values: Mapping[str, str]
    supplied: frozenset[str]

    def how(self, name: str) -> str:
        """Say where a variable comes from."""
        return "exported by the lab" if name in self.supplied else "the operator's environment"


def operator_of(control: Control, target: Target, system: str) -> AtHand:
    """Give what is set here, and what a lab says that its operator has: one's own counts first."""
    theirs = target.variables(system)
    supplied = frozenset(name for name in theirs if not control.operator.get(name))
    return AtHand({**control.operator, **{n: theirs[n] for n in supplied}}, supplied)


def at_hand(have: AtHand, loaded: Loaded, procedure: Procedure) -> Running:
    """Find the working copy and the variables that the settings name. Raises Problem.

    What is not set here and what nothing of the procedure can want is left out.
    """
    running = loaded.settings.run
    unset = [n for n in (*running.variables, *running.secrets) if not have.values.get(n)]
    if wanted := [name for name in unset if _wants(procedure, name, running.sql)]:
        said = (f"${name} is named in [run] and is not set here" for name in wanted)
        raise Problem("\n".join(said))
    running = replace(
        running,
        variables=tuple(name for name in running.variables if name not in unset),
        secrets=tuple(name for name in running.secrets if name not in unset),
        sql="" if running.sql in unset else running.sql,
    )
    if not running.folder:
        return running
    folder = (loaded.folder / Path(running.folder).expanduser()).resolve()
    if not folder.is_dir():
        raise Problem(f"{folder} is named in [run] as the folder to work in, and is not there")
    return replace(running, folder=str(folder))


def _wants(procedure: Procedure, name: str, sql: str) -> bool:
    """Tell whether a procedure may read a variable: a program of the working copy reads any."""
    return any(
        name in step.text
        or (step.kind is StepKind.SQL and name == sql)
        or any("/" in (command.name or "") for command in step.commands)
        for step in procedure.steps
    )


def read_state(control: Control, argv: tuple[str, ...], target: Target) -> Mapping[str, str] | None:
    """Read the state of what a change names; None where nothing can be read. Raises Problem."""
    action = action_for(argv)
    reading = action.before(argv) if action else None
    # A name that is still a hole cannot be asked about.
    if action is None or reading is None or any("<" in word for word in reading):
        return None
    if classify_argv(reading).effect is not Effect.READ:
        return None
    try:
        answer = ask(control.reading_world(target), Call(reading))
    except (Refused, Lost) as error:
        raise Problem(f"the target's state cannot be read: {error}", 1) from None
    return action.state(answer.text, argv) if answer.exit_code == 0 else None


def took(control: Control, plan: Plan) -> dict[str, Took]:
    """Say how long the plan's statements took before on this target, by step; no one is guessed."""
    names = {p.step.id: statement(p.step.text, plan.target) for p in plan.steps if p.step.statement}
    found = took_before(control.journal.database, sorted({*names.values()}))
    return {step: found[name] for step, name in names.items() if name in found}


def start(control: Control, plan: Plan, starter: str, incident: str = "") -> str:
    """Open a run of a plan and return its id. Nothing is done yet.

    Raises Problem when the policy lets this person start none, or what the plan rests on is old.
    """
    if plan.policy is not None and (reason := plan.policy.may_start(starter)):
        raise Problem(reason)
    now = control.clock.now()
    if outdated := plan.outdated(now):
        raise Problem(
            "\n".join(f"{g.span}: {g.how}, which is too old now; plan again" for g in outdated)
        )
    seed = f"{plan.digest}{starter}{incident}{now.isoformat()}"
    key = f"{now:%Y%m%d-%H%M%S}-{hashlib.sha256(seed.encode()).hexdigest()[:6]}"
    open_run(control, key, plan, starter, incident)
    return key


def open_run(control: Control, key: str, plan: Plan, starter: str, incident: str) -> None:
    """Open a run under a given id; opening it again does nothing."""
    turn = control.engine.turn("run", key)
    if turn.state is None:
        _seal(control, key, plan)
        try:
            turn.append(RunOpened(plan, starter, incident, plan.digest))
            control.performer.give(turn)
        except Conflict:
            return  # somebody else has just opened the same one


def _seal(control: Control, key: str, plan: Plan) -> None:
    """Keep the values of a plan's secrets for its run. Raises Problem where they are gone."""
    for token in {token for value in plan.values().values() for token in TOKEN.findall(value)}:
        value = control.secrets.reveal(token)
        if value == token:
            raise Problem(
                "the plan's secrets were not kept with it; plan and run it in one command"
            )
        control.seal(key, token, value)


def drive(control: Control, key: str) -> Wait | Finished:
    """Go on with a run until it waits or has ended."""
    run = state(control, key)
    # In the lab everything takes effect sooner, so it is looked at more often.
    control.performer.factor = resolve_again(run.plan.target, control.lab_file).factor
    if run.outcome is None:
        control.performer.world_of(key)  # what it lacks here is said before anything is done
    try:
        return control.engine.drive("run", key)
    finally:
        control.performer.close(key)


def state(control: Control, key: str) -> Run:
    """Read a run. Raises Problem when there is none of that name."""
    return _loaded(control, key)[1]


def _loaded(control: Control, key: str) -> tuple[Turn, Run]:
    turn = control.engine.turn("run", key)
    run: Run | None = turn.state
    if run is None:
        raise Problem(f"there is no run {key}; `steadyhand runs list` shows those there are")
    return turn, run


def approve(
    control: Control, key: str, by: str, claimed: bool, shown: Question | None = None
) -> None:
    """Sign the open question of a run: the approval of a step, a manual step that is done, or
    that a condition holds.

    `shown` is the question that the person has seen. Raises Problem where it asks another one now.
    """

    def signed(run: Run, question: Question) -> object:
        if question.condition:
            return ConditionAnswered(question.step, True, by)
        if run.plan.planned(question.step).step.kind in {StepKind.MANUAL, StepKind.CHECK}:
            return Signed(question.step, by)
        expires = control.clock.now() + timedelta(hours=control.performer.approval_hours)
        digest = signature(run.digest, question, expires)
        return Approved(question.step, by, digest, expires, claimed)

    _answer(control, key, shown, signed)


def person(control: Control, key: str, user: str) -> str:
    """Say who an operating-system user is to a run."""
    return person_of(state(control, key).plan, user)


def person_of(plan: Plan, user: str) -> str:
    """Say who an operating-system user is to a plan."""
    return user if plan.policy is None else plan.policy.person(user)


def decline(
    control: Control, key: str, by: str, reason: str, shown: Question | None = None
) -> None:
    """Say no to the open question of a run: it ends, and nothing of the step is done. Where a
    condition was asked about, the run goes on without that step.

    Raises Problem as `approve` does.
    """

    def declined(_: Run, question: Question) -> object:
        if question.condition:
            return ConditionAnswered(question.step, False, by, reason)
        return Declined(question.step, by, reason)

    _answer(control, key, shown, declined)


_TRIES = 20  # of an answer to one question, while others answer it too


def _answer(
    control: Control, key: str, shown: Question | None, said: Callable[[Run, Question], object]
) -> None:
    """Write an answer down. Another one to the same question that was faster is no obstacle."""
    for _ in range(_TRIES):
        turn, run = _loaded(control, key)
        question = _question(key, run)
        if shown is not None and not shown.same(question):
            raise Problem(f"run {key} asks something else now; look again", 1)
        shown = question
        try:
            turn.append(said(run, question))  # to what was read, or not at all
        except IllegalEvent as error:
            raise Problem(f"run {key}: {error}") from None
        except Conflict:
            continue
        return
    raise Problem(_FASTER.format(key), 1)


_FASTER = "run {}: somebody else was faster; look again"


def skip(control: Control, key: str, step: str, by: str, reason: str) -> None:
    """Go on without the step that a run asks about. Raises Problem where that cannot be."""
    append(control, key, StepSkipped(step, by, reason))


def _question(key: str, run: Run) -> Question:
    if run.outcome is not None:
        raise Problem(f"run {key} has ended: {run.outcome}")
    if run.question is None:
        raise Problem(f"run {key} asks nothing now; `steadyhand resume {key}` goes on with it")
    return run.question


def append(control: Control, key: str, event: object, printed: Sequence[Output] = ()) -> None:
    """Append what a person said to a run. Raises Problem where it is not legal, or too late."""
    try:
        control.engine.turn("run", key).append(event, printed=printed)
    except IllegalEvent as error:
        raise Problem(f"run {key}: {error}") from None
    except Conflict:
        raise Problem(_FASTER.format(key), 1) from None


def listed(control: Control) -> list[tuple[str, datetime, Run]]:
    """List every run, oldest first."""
    return [(key, at, state(control, key)) for key, at in control.journal.keys("run")]


def history(control: Control, key: str) -> Sequence[Recorded]:
    """Read every event of a run. Raises Problem when there is none of that name."""
    state(control, key)
    return control.journal.read("run", key)


def search(control: Control, text: str, regex: bool = False, run: str = "") -> Iterator[Found]:
    """Find text in what runs printed, or in what one did. Raises Problem for a bad pattern."""
    if run:
        state(control, run)
    try:
        pattern = re.compile(text if regex else re.escape(text), re.IGNORECASE)
    except re.error as error:
        raise Problem(f"{text}: no regular expression: {error}") from None
    return found_in(control.journal.database, pattern, run)


def folder(control: Control, key: str) -> Path:
    """Name the directory that a run works in."""
    return control.performer.directory / key
