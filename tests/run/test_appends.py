"""What a statement appends to a file stands there once, however often it had to be begun again."""

import random
from functools import cache
from pathlib import Path

import pytest

from steadyhand.compile.shell import parse_statement
from steadyhand.model.document.shell import Statement
from steadyhand.model.effect import Effect
from steadyhand.model.run.state import CallState
from steadyhand.run.appends import appending, measured, put_back
from tests.run.town import killed
from tests.run.town.place import Place

PUT = "aws ssm put-parameter --overwrite --name"
DOCUMENT = f"""\
# Town

## Take notes

```bash
# Begin
mkdir -p notes
echo begin > log.txt; date +%s > /dev/null; echo begun >> log.txt
note() {{ echo "noted $1" >> log.txt; }}
# In a row
for i in 1 2; do {PUT} /town/p --value "$i" > /dev/null; echo "p is $i" >> log.txt; done
# By the function, in a folder, into two files
note q && {PUT} /town/q --value v > /dev/null && echo q >> q.txt && note r >> q.txt
cd notes && echo one >> there.txt && {PUT} /town/p --value 3 > /dev/null && echo two >> there.txt
# By another shell
sh -c 'echo from sh >> sh.txt; {PUT} /town/q --value w > /dev/null; echo again >> sh.txt'
```
"""
WRITTEN = {
    "log.txt": "begin\nbegun\np is 1\np is 2\nnoted q\nnoted r\n",
    "notes/sh.txt": "from sh\nagain\n",
    "q.txt": "q\n",
    "notes/there.txt": "one\ntwo\n",
}


def written(place: Place, key: str) -> dict[str, str]:
    folder = place.folder / "state" / "runs" / key
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file.relative_to(folder)): file.read_text() for file in files}


@cache
def undisturbed() -> tuple[int, dict[str, str]]:
    with killed.folder() as where:
        place = Place.open(where)
        try:
            key = place.begin(DOCUMENT)
            assert place.to_the_end(key) == "completed", place.run(key).detail
            found = written(place, key)
            assert found.items() >= WRITTEN.items()
            return len(place.control.journal.read("run", key)) - 1, found
        finally:
            place.close()


def dies(*points: killed.Point) -> None:
    with killed.folder() as where:
        place = Place.open(where)
        key = place.begin(DOCUMENT)
        place.close()
        for point in points:
            killed.killed(where, key, point)
        place = Place.open(where)
        try:
            assert place.to_the_end(key) == "completed", place.run(key).detail
            assert written(place, key) == undisturbed()[1]
        finally:
            place.close()


def test_killed_again_and_again_it_has_appended_once() -> None:
    chance = random.Random(3)
    events, _ = undisturbed()
    dies(*((chance.randint(2, 12), chance.random() < 0.5) for _ in range(9)))
    for number in chance.sample(range(events // 3, events), 2):
        dies((number, True))


@pytest.mark.soak
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_event_it_has_appended_once(after: bool) -> None:
    for number in range(1, undisturbed()[0] + 1):
        dies((number, after))


# --- what is cut, and what is not -----------------------------------------------------------------


def statement(text: str) -> Statement:
    return parse_statement(text, ()).statement


def begun_again(folder: Path, text: str, *calls: CallState, **then: str) -> str:
    """Measure, write files as an earlier beginning did, and put back; why that cannot be."""
    appends = appending(statement(text), (), str(folder))
    sizes = measured(appends, folder, str(folder))
    for name, body in then.items():
        (folder / name).write_text(body)
    return put_back(sizes, appends, calls, folder, str(folder))


def test_what_was_there_stays_and_what_was_not_goes(tmp_path: Path) -> None:
    (tmp_path / "old").write_text("old\n")
    (tmp_path / "other").write_text("other\n")
    text = "echo a >> old; echo b &>> new; ls 2>> errors"
    assert begun_again(tmp_path, text, old="old\na\n", new="b\n", other="other\nmore\n") == ""
    found = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert found == {"old": "old\n", "other": "other\nmore\n"}


def test_a_link_to_elsewhere_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (tmp_path / "outside").write_text("a\n")
    (folder / "link").symlink_to(tmp_path / "outside")
    assert begun_again(folder, "echo b >> link") == ""
    (tmp_path / "outside").write_text("a\nof somebody else\n")
    assert begun_again(folder, "echo b >> link") == ""
    assert (tmp_path / "outside").read_text() == "a\nof somebody else\n"


def call(*argv: str, done: bool = True) -> CallState:
    return CallState(1, argv, Effect.CHANGE, exit_code=0 if done else None)


def test_what_a_program_has_appended_stays(tmp_path: Path) -> None:
    both, shell = "sh -c 'echo a >> f'", call("sh", "-c", "echo a >> f")
    assert begun_again(tmp_path, both, shell, f="a\n") == ""
    assert (tmp_path / "f").read_text() == "a\n"
    begun = call("sh", "-c", "echo a >> f", done=False)  # it is begun again, whole
    (tmp_path / "f").unlink()
    assert begun_again(tmp_path, both, begun, f="a\n") == ""
    assert not (tmp_path / "f").exists()


def test_nobody_says_whose_is_whose_where_both_have_appended(tmp_path: Path) -> None:
    said = begun_again(tmp_path, "echo a >> f; tee -a f <<< b", call("tee", "-a", "f"), f="a\nb\n")
    assert said == "f is appended to by the statement and by what is done: tee -a f"
    assert (tmp_path / "f").read_text() == "a\nb\n"
    # A name that only looks like it is another file.
    assert begun_again(tmp_path, "echo a >> f", call("tee", "-a", "ff")) == ""


def test_a_folder_that_only_bash_knows_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "f").write_text("old\n")
    text = 'cd "$WHERE" && echo a >> f'
    appends = appending(statement(text), (), str(tmp_path))
    sizes = measured(appends, tmp_path, str(tmp_path))
    assert dict(sizes) == {"f": -1, "sub/f": 4}
