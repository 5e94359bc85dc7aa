"""A run at a terminal: what it shows, what it asks, and what becomes of a step that fails."""

import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminal import Person
from tests.run.shop import UPDATE

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

RUN = ("run", "shop.md", "Roll back", "--target", "lab")
SMALL = '# Small\n\n## Go\n\n```bash\nWORD=$(date) && test -e ready\necho "after $WORD"\n```\n'


def _run(out: str) -> str:
    return next(line[4:] for line in out.splitlines() if line.startswith("run 2"))


def _events(person: Person, key: str) -> list[str]:
    return [json.loads(x)["type"] for x in person("runs", "show", key, "--json")[1].splitlines()]


def test_each_step_is_announced_and_its_end_is_said(person: Person) -> None:
    code, out, _ = person.types(["y"], *RUN)
    assert code == 0
    said = out.splitlines()
    begun = [line for line in said if line.startswith("── ")]
    assert [line.split()[1] for line in begun] == ["1/4", "2/4", "3/4", "4/4"]
    assert begun[0] == "── 1/4 See what there is"
    assert said.index(begun[3]) < next(n for n, x in enumerate(said) if re.search(r"noted \d", x))
    assert sum(line.startswith("   done in ") for line in said) == 4
    assert "\x1b" not in out


def test_a_step_that_failed_is_tried_again(person: Person) -> None:
    person.shop.refuse = "update-service"

    def mended() -> None:
        person.shop.refuse = ""

    code, out, err = person.types(["y", "r", "y"], *RUN, before={1: mended})
    assert (code, person.shop.changes) == (0, [UPDATE]), err
    assert "update-service: AccessDenied" in out
    assert "roll-back/3 once more" in out
    kinds = _events(person, _run(out))
    assert kinds.count("StepRetried") == 1
    assert kinds.count("ApprovalAsked") == 2  # what was approved once is approved anew
    told = person("runs", "export", _run(out))[1]
    assert "once more" in told.partition("## Deviations")[2]


def test_a_parameter_is_edited_and_what_it_makes_is_approved_anew(person: Person) -> None:
    person.shop.refuse = "update-service"

    def mended() -> None:
        person.shop.refuse = ""

    code, out, err = person.types(["y", "e", "9", "y"], *RUN, before={1: mended})
    assert (code, person.shop.revision) == (0, 9), err
    assert "with <previous> = 9" in out
    assert "task definition: shop-api:11 → shop-api:9" in out.partition("once more")[2]


def test_what_is_left_for_later_is_gone_on_with_by_another_process(person: Person) -> None:
    person.shop.refuse = "list-task-definitions"
    code, out, err = person.types(["l"], *RUN)
    assert (code, "left it for later" in err) == (3, True)
    person.shop.refuse = ""
    code, out, err = person.types(["r", "y"], "resume", _run(out))
    assert (code, person.shop.changes) == (0, [UPDATE]), err
    # The answer of the attempt before is not taken for one of this.
    assert ["list-task-definitions" in argv for argv in person.shop.sent].count(True) == 2


def test_without_a_terminal_a_failed_run_ends(person: Person) -> None:
    person.shop.refuse = "list-task-definitions"
    _, out, _ = person.types(["l"], *RUN)
    assert person("resume", _run(out))[0] == 1
    assert person.types(["a"], *RUN)[0] == 1


def test_an_interrupt_at_a_question_leaves_the_run_open(person: Person) -> None:
    code, out, err = person.types([], *RUN)
    key = _run(out)
    assert (code, f"steadyhand resume {key}" in err) == (130, True)
    assert person.types(["y"], "resume", key)[0] == 0


def test_who_is_asked_what_somebody_else_has_answered_goes_on(person: Person) -> None:
    def elsewhere() -> None:
        key = re.findall(r"2\d{7}-\d{6}-\w+", person("runs", "list")[1])[-1]
        assert (person("approve", key, "--yes")[0], person("resume", key)[0]) == (0, 0)

    code, out, err = person.types(["n", "late"], *RUN, before={1: elsewhere})
    assert (code, person.shop.changes) == (0, [UPDATE]), err
    assert "somebody else was faster: run " in err
    assert "completed: run " in out


def test_a_step_is_skipped_and_what_that_breaks_is_said(person: Person, tmp_path: Path) -> None:
    (tmp_path / "small.md").write_text(SMALL)
    words = ("run", "small.md", "Go", "--target", "lab")
    code, out, err = person.types(["s", "not today"], *words)
    assert code == 0, err
    assert "breaks go/2: uses $WORD, which go/1 sets" in out
    ended = next(line for line in out.splitlines() if line.startswith("completed: "))
    assert ended.endswith(": not today")
    assert "without go/1, " in ended


def test_a_change_is_skipped_and_not_done(person: Person) -> None:
    code, out, err = person.types(["s", "it is night"], *RUN)
    assert (code, person.shop.changes) == (0, []), err
    assert "goes on without roll-back/3: it is night" in person("runs", "export", _run(out))[1]


def test_what_a_person_does_is_signed_and_not_skipped(person: Person, tmp_path: Path) -> None:
    (tmp_path / "hand.md").write_text("# Hand\n\n## Go\n\n- [ ] Turn the key\n")
    words = ("run", "hand.md", "Go", "--target", "lab")
    code, out, _ = person.types(["s", "y"], *words)
    assert (code, "skip" in out) == (0, False)
    assert "Signed" in _events(person, _run(out))


def test_a_program_gets_json_lines_and_is_asked_nothing(person: Person) -> None:
    code, out, err = person.types(["y"], *RUN, "--json")
    assert (code, err) == (3, "")
    said = [json.loads(line) for line in out.splitlines()]
    assert [one["seq"] for one in said if "seq" in one] == list(
        range(1, 1 + sum("seq" in one for one in said))
    )
    assert said[0]["type"] == "RunOpened"
    assert said[-1]["type"] == "Waiting"
    assert any(one["type"] == "Output" and "shop-api:10" in one["text"] for one in said)
    key = said[0]["run"]
    assert person("approve", key, "--yes")[0] == 0
    code, out, _ = person("resume", key, "--json")
    ended = json.loads(out.splitlines()[-1])
    assert (code, ended["type"], ended["outcome"]) == (0, "RunEnded", "completed")


@pytest.mark.parametrize("plain", [True, False])
def test_colours_are_for_terminals_that_want_them(
    person: Person, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1" if plain else "")
    _, out, _ = person.types(["y"], *RUN)
    assert ("\x1b" in out) is not plain


SLOW = SMALL.replace("WORD=$(date) && test -e ready", "WORD=7 && printf 'took %s s\\n' $WORD")
SLOW = SLOW.replace('echo "after', '# If it is slow, look again\necho "after')
GO = ("run", "small.md", "Go", "--target", "lab")


def test_a_plan_says_what_will_not_be_given_to_bash(person: Person, tmp_path: Path) -> None:
    (tmp_path / "small.md").write_text("# Small\n\n## Go\n\n```bash\nIFS=,\ndate\n```\n")
    code, out, err = person("plan", *GO[1:])
    assert code == 0, err
    assert "will not be given to bash: IFS=: changes how every later line is split" in out
    assert out.count("will not be given to bash") == 1


def test_what_has_a_condition_is_left_to_the_person_who_saw_the_rest(
    person: Person, tmp_path: Path
) -> None:
    (tmp_path / "small.md").write_text(SLOW)
    code, out, _ = person(*GO)
    assert code == 0
    assert "ApprovalAsked" not in _events(person, _run(out))
    ended = out.partition("completed: ")[2]
    assert "for you to judge: If it is slow" in ended
    assert "--only go/2 runs “If it is slow, look again”" in ended


def test_a_condition_is_asked_with_what_was_printed_before_it(
    person: Person, tmp_path: Path
) -> None:
    (tmp_path / "small.md").write_text(SLOW)
    code, out, err = person.types(["y"], *GO)
    assert code == 0, err
    assert "asked when the run comes to it, else not done: If it is slow" in out
    asked = out.partition("does this hold? If it is slow, look again  (small.md:")[2]
    assert "  | took 7 s" in asked.partition("[y] yes, it holds")[0]
    assert "after 7" in asked.partition("says that it holds: go/2 is carried out")[2]


def test_a_condition_that_does_not_hold_is_gone_on_without(person: Person, tmp_path: Path) -> None:
    (tmp_path / "small.md").write_text(SLOW)
    code, out, err = person.types(["n", "fast enough"], *GO)
    assert code == 0, err
    assert "after 7" not in out
    assert "for you to judge" not in out
    ended = next(line for line in out.splitlines() if line.startswith("completed: "))
    assert "without go/2, " in ended
    assert ended.endswith(": fast enough")
    record = person("runs", "export", _run(out))[1]
    assert "| does not hold: fast enough |" in record
    assert "Who was asked whether its condition holds saw this:" in record


def test_a_condition_left_for_later_is_answered_elsewhere(person: Person, tmp_path: Path) -> None:
    (tmp_path / "small.md").write_text(SLOW)
    code, out, err = person.types(["l"], *GO)
    key = _run(out)
    assert (code, "a person has to say whether this holds: If it is slow" in err) == (3, True)
    assert person("resume", key)[0] == 3  # nobody has said anything
    code, out, _ = person("approve", key, "--yes")
    assert (code, "  | took 7 s" in out) == (0, True)
    code, out, _ = person("resume", key)
    assert (code, "after 7" in out) == (0, True)


def test_without_a_terminal_a_condition_is_asked_where_that_is_wanted(
    person: Person, tmp_path: Path
) -> None:
    (tmp_path / "small.md").write_text(SLOW)
    code, out, _ = person(*GO, "--ask")
    key = _run(out)
    assert code == 3
    assert person("approve", key, "--decline", "no time")[0] == 0
    code, out, _ = person("resume", key)
    assert (code, "without go/2" in out, "after 7" in out) == (0, True, False)
    assert person.types([], *GO, "--no-ask")[0] == 0


def test_a_value_that_only_a_conditional_step_needs_is_asked_for_after_the_yes(
    person: Person, tmp_path: Path
) -> None:
    (tmp_path / "small.md").write_text(SLOW.replace("after $WORD", "after <pause> of $WORD"))
    code, out, err = person.types(["y", "60"], *GO)
    assert code == 0, err
    assert "<pause>: filled by the run, by a person, where go/2 is carried out" in out
    assert "<pause> is what nothing prints, and this step needs" in out
    assert "after 60 of 7" in out
    assert person.types(["n", ""], *GO)[0] == 0


def test_what_only_bash_wrote_was_not_looked_at(person: Person, tmp_path: Path) -> None:
    (tmp_path / "own.md").write_text("# S\n\n## Go\n\n```bash\necho a >> own\n```\n")
    code, out, err = person.types(["y"], "run", "own.md", "go", "--target", "lab")
    assert code == 0, err
    assert "looked at afterwards: nothing, since no program that it called changes" in out


class Head(io.BytesIO):
    """A pipe to somebody who reads until a step is done, and then goes."""

    gone = False

    def write(self, some: "ReadableBuffer") -> int:
        self.gone = self.gone or b"done in" in bytes(some)
        if self.gone:
            raise BrokenPipeError
        return super().write(some)


def test_nobody_reads_any_more(person: Person, tmp_path: Path) -> None:
    silent = "\n".join(f"# {name}\ndate > /dev/null" for name in "ABCD")
    (tmp_path / "two.md").write_text(f"# Two\n\n## Go\n\n```bash\n{silent}\n```\n")
    head = Head()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", io.TextIOWrapper(head, "utf-8", write_through=True))
        patch.setattr("sys.stderr", io.StringIO())
        code, _, _ = person("run", "two.md", "go", "--target", "lab")
    assert code == 0
    key = _run(head.getvalue().decode())
    assert "RunEnded" not in _events(person, key), "it ends there, and quietly"
    code, out, _ = person("resume", key)
    assert (code, f"completed: run {key}" in out) == (0, True)
