"""Lines of a shell block: which of them are commands, and which are what one prints."""

import pytest

from steadyhand.compile.fence.piece import PieceKind
from steadyhand.compile.fence.script import cut_script

RUN, SHOWN = PieceKind.COMMAND, PieceKind.OUTPUT
SET = "TASK=$(aws ecs list-tasks --cluster shop --query 'taskArns[0]' --output text)"


@pytest.mark.parametrize("before", ["", SET, "TASK=<task-arn>", "export SAY=it\\'s"])
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('[ "$TASK" != "None" ] || echo "no task runs: look at the service\'s events"', RUN),
        ('[ "None" != "$TASK" ] || echo "no task, none at all"', RUN),
        ('[ "on" = "$STATE", ] && echo "a, b"', RUN),
        ('[ "$(date -d "1 May, 10:00" +%s)" -gt "$START" ] && echo later', RUN),
        ('[ -z "$(ls -A /srv)" ] && echo "empty, fine"', RUN),
        ("[ 'x' = \"$y\" ] || exit 1", RUN),
        ('["a", "b"]', SHOWN),
        ('[ "a", "b" ]', SHOWN),
        ('[ "a" ]', SHOWN),
        ('[ "say \\"a\\"", 2 ]', SHOWN),
        ('[{"a": 1}]', SHOWN),
        ('{ "a": 1 }', SHOWN),
    ],
)
def test_a_test_is_a_command_and_a_list_is_none(before: str, line: str, kind: PieceKind) -> None:
    lines = [*([before] if before else []), line, "uptime"]
    found = {piece.first: piece for piece in cut_script(lines, declared=True)}
    at = len(lines) - 2
    assert (found[at].kind, found[at].lines) == (kind, (line,))
    assert found[at + 1].kind is RUN


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("SELECT 1;", PieceKind.SQL),
        ("select count(*) from orders;", PieceKind.SQL),
        ("Select-String -Path app.log -Pattern ERROR;", SHOWN),
        ("    at TLSSocket.emit (node:events:513:28)", SHOWN),
        ("    at ClientRequest.<anonymous> (/srv/a/index.js:14:19)", SHOWN),
        ("at java.base/java.lang.Thread.run(Thread.java:833)", SHOWN),
        (" ! [rejected]        main -> main (fetch first)", SHOWN),
        ("==18481==    by 0x9794989: Method(napi_env*) (hello.cc:13)", SHOWN),
        ("at -f job.txt now", RUN),
        ("! [ -f x ] && touch x", RUN),
        ("Select-Object -First 5;", SHOWN),
        ("select name in a b; do echo $name; done", RUN),
    ],
)
def test_what_looks_like_something_else(line: str, kind: PieceKind) -> None:
    assert [piece.kind for piece in cut_script([line], declared=True)] == [kind]
