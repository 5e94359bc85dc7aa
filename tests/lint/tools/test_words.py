"""The words of findings: which program, which option, what to do."""

import shlex

import pytest

from steadyhand.lint.tools.curl import check_curl
from steadyhand.lint.tools.jq import check_jq, jq_help
from tests.lint.subjects import findings


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("curl --fial h", "curl has no option `--fial`", "did you mean `--fail`?"),
        ("curl --zzz h", "curl has no option `--zzz`", "`curl --help all` lists the options"),
        ("curl -s! h", "curl has no option `-!`", "`curl --help all` lists the options"),
        ("curl h -H", "the value of `-H` is missing", "write the value behind it"),
    ],
)
def test_curl(text: str, message: str, help: str) -> None:
    (problem,) = check_curl(tuple(shlex.split(text)))
    assert (problem.message, problem.help) == (message, help)


@pytest.mark.parametrize(
    ("text", "said", "help"),
    [
        ("jq '.a | foo(1)'", "foo/1 is not defined", "`jq -n 'PROGRAM'`"),
        ("jq .max-age", "age/0 is not defined", "a key with a dash"),
        ("jq '.[] | $id'", "$id is not defined", "hand it in with `--arg"),
        ("jq '.['", "syntax error, unexpected end of file", "`jq -n 'PROGRAM'`"),
        ("jq .", "", ""),
        ("jq --arg a b '$a'", "", ""),
        ("jq '.a' --arg", "", ""),
        ("jq 'import \"x\" as x; .'", "", ""),
    ],
)
def test_jq(text: str, said: str, help: str) -> None:
    found = check_jq(tuple(shlex.split(text)))
    assert found == said
    assert not said or jq_help(found).startswith(help)


@pytest.mark.parametrize(
    ("rule", "text", "message", "help"),
    [
        ("endless-command", "kubectl -n shop logs -f deploy/web",
         "`kubectl logs -f` never ends by itself",
         "leave `-f` out, or give it a time: `timeout 60 kubectl logs …`"),
        ("endless-command", "docker stats", "`docker stats` never ends by itself",
         "one look is `docker stats --no-stream`"),
        ("endless-command", "vmstat 5", "`vmstat` never ends by itself",
         "give a count behind the interval: `vmstat 1 5`"),
        ("endless-command", "stern web", "`stern` never ends by itself",
         "give it a time: `timeout 60 stern …`"),
        ("endless-command", "while true; do date; done", "`while true` never ends by itself",
         "count the rounds: `for i in {1..30}; do …`"),
        ("needs-terminal", "sudo vim /etc/hosts", "`vim` needs somebody at a terminal",
         "say what is typed there, or use a command that is given all it needs"),
        ("needs-terminal", "sudo -u postgres psql -d shop", "`psql` needs somebody at a terminal",
         "hand the statement over: `psql -c \"…\"`"),
        ("needs-terminal", "kubectl -n shop exec -it web -- bash",
         "`kubectl exec` needs somebody at a terminal",
         "write the command behind `--`, without `-it`"),
        ("needs-terminal", "docker compose exec web sh",
         "`docker compose exec` needs somebody at a terminal",
         "write the command behind the container, without `-it`"),
        ("xargs-without-input", "docker ps -q | xargs docker stop",
         "when nothing comes in, xargs runs `docker stop` once with no argument",
         "write `xargs -r`"),
        ("flush-all", "redis-cli -n 1 flushdb",
         "`FLUSHDB` deletes every key of the database, and nothing guards it",
         "delete by pattern with `--scan` and `UNLINK`, or ask for a confirmation before"),
    ],
)  # fmt: skip
def test_findings(rule: str, text: str, message: str, help: str) -> None:
    (found,) = findings(f"# P\n\n```bash\n{text}\n```\n", rule)
    assert (found.message, found.help) == (message, help)


def test_the_place_of_the_other_request_is_named() -> None:
    get, head = "curl https://h/api", "curl -I https://h/api"
    (here,) = findings(f"# P\n\n```bash\n{get}\n{head}\n```\n", "head-on-get-route")
    assert "what line 4 asks" in here.message
    assert (here.mark and here.mark.column) == 6
    (there,) = findings(
        f"# P\n\n```bash\n{head}\n```\n<!-- file: b.md -->\n# Q\n\n```bash\n{get}\n```\n",
        "head-on-get-route",
    )
    assert "what b.md, line 4 asks" in there.message


def test_xargs_is_mended() -> None:
    (found,) = findings(
        "# P\n\n```bash\ndocker ps | xargs docker stop\n```\n", "xargs-without-input"
    )
    assert [(e.line, e.column, e.text) for e in found.fix] == [(4, 13, "xargs -r")]
