"""`steadyhand lint` as a user meets it: reports, choice of rules, mending, baselines."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from steadyhand.__main__ import _build
from steadyhand.cli.program import run_program

BAD = "# Shop\n\n## Stop\n\n```bash\nredis-cli -h cache pong\n```\n"
MOJIBAKE = "# Caf√© ‚Äì closed\n\nNothing.\n"
CLEAN = "# Shop\n\nNothing to do.\n"

Lint = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Lint:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STEADYHAND_CACHE", str(tmp_path / "cache"))

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["steadyhand", "lint", *words])
        code = run_program(_build)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def only(lint: Lint) -> Lint:
    """Lint with two rules that the documents here are made for."""
    return lambda *words: lint("--select", "unknown-redis-command,readable-text", *words)


def test_text_quotes_the_line_with_a_caret(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    code, out, err = only("bad.md")
    assert (code, err) == (1, "")
    assert out == (
        "bad.md:6:20: error[unknown-redis-command] "
        "there is no command `PONG` in Redis or Valkey\n"
        "  |\n"
        "6 | redis-cli -h cache pong\n"
        "  |                    ^^^^\n"
        "  = help: did you mean `PING`?\n"
        "\n"
        "1 document: 1 error\n"
    )


@pytest.mark.parametrize(
    ("line", "quoted"),
    [
        ("redis-cli -h キャッシュ pong", ("redis-cli -h キャッシュ pong", 24 * " " + "^^^^")),
        ("redis-cli -h cafe\u0301 pong", ("redis-cli -h cafe\u0301 pong", 18 * " " + "^^^^")),
        ("redis-cli -h a\u200bb pong", (r"redis-cli -h a\u200bb pong", 22 * " " + "^^^^")),
        ("redis-cli -h \x1b[2K pong", (r"redis-cli -h \x1b[2K pong", 21 * " " + "^^^^")),
    ],
)
def test_the_caret_stands_below_what_is_meant(
    only: Lint, line: str, quoted: tuple[str, str]
) -> None:
    """Some letters take two columns, some none; what nobody sees is written out."""
    Path("bad.md").write_text(BAD.replace("redis-cli -h cache pong", line))
    assert "\n6 | {}\n  | {}\n".format(*quoted) in only("bad.md")[1]


def test_clean_is_code_0_and_says_so(only: Lint) -> None:
    Path("clean.md").write_text(CLEAN)
    assert only("clean.md") == (0, "1 document: nothing found\n", "")


def test_json_is_one_object_or_one_a_line(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    Path("clean.md").write_text(CLEAN)
    code, out, _ = only("bad.md", "--format", "json")
    said = json.loads(out)
    assert code == 1
    assert said["schema"] == 1
    assert said["path"] == "bad.md"
    (one,) = said["findings"]
    assert one["rule"] == "unknown-redis-command"
    assert one["severity"] == "error"
    assert one["span"] == {"path": "bad.md", "line": 6, "end_line": 6}
    assert one["mark"] == {"line": 6, "column": 20, "end_column": 24}
    _, out, _ = only("bad.md", "clean.md", "--format", "json")
    assert [json.loads(line)["path"] for line in out.splitlines()] == ["bad.md", "clean.md"]


def test_sarif_has_rules_places_and_fingerprints(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    Path("torn.md").write_text(MOJIBAKE)
    code, out, _ = only("bad.md", "torn.md", "--format", "sarif")
    assert code == 1
    (run,) = json.loads(out)["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    placeholder, torn = run["results"]
    assert rules[placeholder["ruleIndex"]] == placeholder["ruleId"] == "unknown-redis-command"
    place = placeholder["locations"][0]["physicalLocation"]
    assert place["region"]["startLine"] == 6
    assert place["region"]["startColumn"] == 20
    assert len(placeholder["partialFingerprints"]["steadyhand/v1"]) == 16
    change = torn["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["insertedContent"]["text"] == "# Café – closed"
    assert all(rule["help"]["markdown"] for rule in run["tool"]["driver"]["rules"])


def test_github_and_junit(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    Path("clean.md").write_text(CLEAN)
    _, out, _ = only("bad.md", "--format", "github")
    assert out.startswith(
        "::error file=bad.md,line=6,endLine=6,col=20,endColumn=23,title=unknown-redis-command::"
    )
    _, out, _ = only("bad.md", "clean.md", "--format", "junit")
    bad, clean = ElementTree.fromstring(out)
    assert (bad.get("failures"), clean.get("failures")) == ("1", "0")
    assert bad.find("testcase/failure") is not None


def test_output_goes_to_a_file(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    assert only("bad.md", "--format", "sarif", "--output", "out.sarif") == (1, "", "")
    assert json.loads(Path("out.sarif").read_text())["version"] == "2.1.0"


def test_folders_and_standard_input(only: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("docs/a.md", "docs/sub/b.markdown", "docs/.git/c.md", "docs/node_modules/d.md"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(BAD)
    Path("docs/e.py").write_text("x")
    code, out, _ = only("docs", "--format", "json")
    assert [json.loads(line)["path"] for line in out.splitlines()] == [
        "docs/a.md",
        "docs/sub/b.markdown",
    ]
    read, write = __import__("os").pipe()
    with open(write, "wb") as end:
        end.write(BAD.encode())
    with open(read) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        code, out, _ = only("-")
    assert code == 1
    assert out.startswith("stdin:6:20: ")


def test_what_cannot_be_read_is_code_2_and_the_rest_is_checked(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    Path("empty").mkdir()
    Path("picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    code, out, err = only("nope.md", "bad.md", "empty", "picture.md")
    assert code == 2
    assert "bad.md:6:20" in out
    assert "nope.md: No such file" in err
    assert "empty: no document in it" in err
    assert "picture.md: this is a PNG image" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--select", "nonsense", "bad.md"], "the command line: no such rule: “nonsense”"),
        (["--explain", "nonsense"], "no such rule"),
        (["--baseline", "bad.md", "bad.md"], "bad.md: not a baseline"),
        (["--baseline", "nope.json", "bad.md"], "nope.json: No such file"),
        (["--output", "no/such/folder", "bad.md"], "no/such/folder: No such file"),
        (["--config", "wrong.toml", "bad.md"], "lint: no such rule: “nonsense”"),
        (["--config", "worse.toml", "bad.md"], "lint.severity.readable-text: must be"),
        ([], "name a runbook"),
    ],
)
def test_mistakes_are_one_clear_message(lint: Lint, words: list[str], said: str) -> None:
    Path("bad.md").write_text(BAD)
    Path("wrong.toml").write_text('[lint]\nignore = ["nonsense"]\n')
    Path("worse.toml").write_text('[lint.severity]\nreadable-text = "dire"\n')
    code, _, err = lint(*words)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_settings_beside_or_above_choose_rules(lint: Lint) -> None:
    Path("docs/deep").mkdir(parents=True)
    Path("docs/deep/bad.md").write_text(BAD)
    Path("docs/steadyhand.toml").write_text(
        '[lint]\nselect = ["unknown-redis-command"]\n'
        '[lint.severity]\nunknown-redis-command = "note"\n'
    )
    code, out, _ = lint("docs")
    assert code == 0
    assert "note[unknown-redis-command]" in out
    Path("docs/steadyhand.toml").write_text('[lint]\nselect = ["readable-text"]\n')
    assert lint("docs") == (0, "1 document: nothing found\n", "")


@pytest.mark.parametrize("lost", [True, False])
def test_settings_that_cannot_be_read_are_not_passed_over(lint: Lint, lost: bool) -> None:
    """A mount that is missing takes the freezes and the approvers with it."""
    Path("docs/deep").mkdir(parents=True)
    Path("docs/deep/bad.md").write_text(BAD)
    Path("docs/steadyhand.toml").write_text("")
    beside = Path("docs/deep/steadyhand.toml")
    if lost:
        beside.symlink_to("/mnt/gone/steadyhand.toml")
    else:
        beside.mkdir()
    code, _, err = lint("docs")
    why = "No such file or directory" if lost else "Is a directory"
    assert (code, f"deep/steadyhand.toml: {why}" in err) == (2, True), err


def test_diff_shows_and_fix_mends(only: Lint) -> None:
    torn = Path("torn.md")
    torn.write_bytes(b"\xef\xbb\xbf" + MOJIBAKE.replace("\n", "\r\n").encode())
    before = torn.read_bytes()
    code, out, _ = only("--diff", "torn.md")
    assert code == 1
    assert "\n+# Café – closed" in out
    assert torn.read_bytes() == before
    code, out, err = only("--fix", "torn.md")
    assert (code, out) == (0, "1 document: nothing found\n")
    assert "mended in 1 place" in err
    assert torn.read_bytes() == b"\xef\xbb\xbf" + "# Café – closed\r\n\r\nNothing.\r\n".encode()
    assert only("--diff", "torn.md") == (0, "", "")


def test_the_patch_can_be_applied(only: Lint) -> None:
    import subprocess

    Path("torn.md").write_text(MOJIBAKE.rstrip("\n"))
    _, out, _ = only("--diff", "torn.md")
    done = subprocess.run(["git", "apply", "-"], input=out, text=True, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert Path("torn.md").read_text() == "# Café – closed\n\nNothing."


def test_a_baseline_holds_back_what_was_there_and_nothing_new(only: Lint) -> None:
    bad = Path("bad.md")
    bad.write_text(BAD)
    assert only("--write-baseline", "known.json", "bad.md")[0] == 0
    code, out, _ = only("--baseline", "known.json", "bad.md")
    assert (code, out) == (0, "1 document: nothing found; 1 more in the baseline\n")
    bad.write_text("# Above\n\nNew lines do not matter.\n\n" + BAD)
    assert only("--baseline", "known.json", "bad.md")[0] == 0
    bad.write_text(BAD + "\n## Again\n\n```bash\nredis-cli -h cache pang\n```\n")
    code, out, _ = only("--baseline", "known.json", "bad.md")
    assert code == 1
    assert "`PANG`" in out
    assert "`PONG`" not in out


def test_a_kept_answer_is_the_same_and_ends_when_something_changes(
    only: Lint, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("bad.md").write_text(BAD)
    first = only("bad.md")
    with monkeypatch.context() as patch:
        patch.setattr("steadyhand.app.runbooks.linting._lint", None)  # nobody may check anew
        assert only("bad.md") == first
        with pytest.raises(TypeError):
            only("--no-cache", "bad.md")
    Path("bad.md").write_text(CLEAN)
    assert only("bad.md")[0] == 0
    Path("bad.md").write_text(BAD)
    Path("steadyhand.toml").write_text('[lint.severity]\nunknown-redis-command = "note"\n')
    assert only("bad.md")[0] == 0


def test_a_check_anew_keeps_nothing(lint: Lint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("steadyhand.app.runbooks.compiled._LONG", 0)
    Path("bad.md").write_text(BAD)
    assert lint("--no-cache", "bad.md")[0] == 1
    assert not Path("cache").exists()


def test_a_kept_answer_ends_when_a_link_breaks(lint: Lint) -> None:
    Path("a.md").write_text("# A\n\nSee [b](b.txt).\n")
    Path("b.txt").write_text("x")
    assert lint("--select", "broken-link", "a.md")[0] == 0
    Path("b.txt").unlink()
    assert "broken-link" in lint("--select", "broken-link", "a.md")[1]


def test_a_torn_or_full_cache_does_no_harm(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    first = only("bad.md")
    (kept,) = Path("cache/lint").iterdir()
    kept.write_text('{"documents": [')
    assert only("bad.md") == first
    for file in Path("cache/lint").iterdir():
        file.unlink()
    Path("cache/lint").rmdir()
    Path("cache/lint").write_text("in the way")
    assert only("bad.md") == first


def test_explain_prints_the_page(lint: Lint) -> None:
    code, out, _ = lint("--explain", "readable-text")
    assert code == 0
    assert out.startswith("# readable-text\n")


def test_colour_only_on_a_terminal(only: Lint) -> None:
    Path("bad.md").write_text(BAD)
    assert "\x1b" not in only("bad.md")[1]


def test_what_was_checked_before_needs_no_compiler_and_no_rules(lint: Lint) -> None:
    Path("bad.md").write_text(BAD)
    _, found, _ = lint("bad.md")
    shutil.rmtree("cache")
    program = (
        "import sys\n"
        "from steadyhand.__main__ import main\n"
        "sys.argv = ['steadyhand', 'lint', 'bad.md']\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as done:\n"
        "    heavy = 'botocore sqlglot pydantic sqlalchemy markdown_it tree_sitter'.split()\n"
        "    print(done.code, [name for name in heavy if name in sys.modules], file=sys.stderr)\n"
    )
    words = [sys.executable, "-c", program]
    first, again = (
        subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
        for _ in range(2)
    )
    assert first.stdout == again.stdout == found
    assert "tree_sitter" in first.stderr
    assert again.stderr == "1 []\n"
