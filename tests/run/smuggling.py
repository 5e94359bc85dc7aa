"""Ways to do something without the gate, each with what has to be seen: `docs/gate.md` in data.

`OUT` is a directory outside the run's, `PORT` a port somebody listens on, `PID` a process that is
not the run's. `python -m tests.run.smuggling` writes the page.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from steadyhand.model.visible import visible

PAGE = Path(__file__).parents[2] / "docs" / "gate.md"


class Seen(StrEnum):
    CAUGHT = "caught"  # the gate has the hidden command's expanded words
    REFUSED = "refused"  # before bash sees it, or by the door
    HELD = "held"  # bash came to it, and the kernel says no
    UNCOVERED = "not covered"  # asked as a whole; then what it does inside, nobody sees


@dataclass(frozen=True)
class Way:
    name: str
    statement: str
    seen: Seen
    says: str  # caught: the words at the gate; refused: of the reason; otherwise for the page
    needs: str = ""  # a program that has to be installed for it
    since: int = 1  # held: from which version of Landlock on
    slow: bool = False  # takes most of a minute


def _caught(name: str, statement: str, words: str = "touch OUT/x") -> Way:
    return Way(name, statement, Seen.CAUGHT, words)


def _refused(name: str, statement: str, says: str) -> Way:
    return Way(name, statement, Seen.REFUSED, says)


def _held(name: str, statement: str, why: str, since: int = 1) -> Way:
    return Way(name, statement, Seen.HELD, why, since=since)


_START, _WRITE, _CONNECT, _SIGNAL = (
    "nothing but shims can be started",
    "nothing outside the run's directory can be written",
    "no connection can be opened",
    "no process outside the session can be signalled",
)
_INSIDE = "two people sign its words; what the program does with them, the gate does not see"
_PATH = "changes which program a name means"
_OUTSIDE = "outside the run's directory"
_BASH = "known only when bash expands it"

WAYS = (
    # Programs that start programs, and the shell's own ways
    _caught("a plain command", "touch OUT/x"),
    _caught("an absolute path", "/usr/bin/touch OUT/x", "/usr/bin/touch OUT/x"),
    _caught("a pipe", "echo a | tee OUT/x", "tee OUT/x"),
    _caught("`$( )`", 'echo "$(touch OUT/x)"'),
    _caught("backticks", "echo `touch OUT/x`"),
    _caught("a process substitution", "cat <(touch OUT/x)"),
    _caught("a loop with a variable", 'for f in OUT/x; do touch "$f"; done'),
    _caught("a function under a harmless name", "date() { touch OUT/x; }; date"),
    _caught("in the background", "touch OUT/x & wait"),
    _caught("quotes within the name", """true; t"ou"c'h' OUT/x"""),
    _caught("a backslash within the name", "true; to\\uch OUT/x"),
    _caught("xargs", "echo OUT/x | xargs touch"),
    _caught("find -exec", "find . -maxdepth 0 -exec touch OUT/x ';'"),
    _caught("nohup", "nohup touch OUT/x"),
    _caught("env", "env A=b touch OUT/x"),
    _caught("timeout", "timeout 5 touch OUT/x"),
    _caught("nice", "nice touch OUT/x"),
    _caught("setsid", "setsid -w touch OUT/x"),
    _caught("stdbuf", "stdbuf -o0 touch OUT/x"),
    _caught("flock", "flock lock touch OUT/x"),
    _caught("sh -c", "sh -c 'touch OUT/x'"),
    _caught("a shell's input", "echo 'touch OUT/x' | sh"),
    _caught("a shell's here-document", "bash <<'EOF'\ntouch OUT/x\nEOF"),
    _caught("a script of its own making", "echo 'touch OUT/x' > f; bash f"),
    _caught(
        "a script of the repository by its path",
        "printf '#!/bin/sh\\ntouch OUT/x\\n' > f; chmod +x f; ./f",
    ),
    _caught("a script on the input", "echo 'touch OUT/x' | bash /dev/stdin"),
    Way("watch", "watch -n 5 touch OUT/x", Seen.CAUGHT, "touch OUT/x", slow=True),
    # What may not reach bash at all
    _refused("eval", "eval 'touch OUT/x'", "runs text that nobody has read"),
    _refused("letters turned round", "date  # \u202e x/TUO hcuot ;\u202c", "nobody who reads"),
    _refused("a cursor that goes back", "touch OUT/x #\x1b[2K\x1b[Gdate", "nobody who reads"),
    _refused("exec", "exec /usr/bin/touch OUT/x", "replaces the shell"),
    _refused("source", "echo 'touch OUT/x' > f; source f", "not part of the plan"),
    _refused("`.` on a here-string", ". /dev/stdin <<< 'touch OUT/x'", "not part of the plan"),
    _refused("command", "command touch OUT/x", "look past the gate"),
    _refused("builtin", "builtin kill -9 PID", "look past"),
    _refused("builtin kill", "kill -9 PID", "without passing the gate"),
    _refused("kill by its number", "true; $'\\x6bill' -9 PID", _BASH),
    _refused("trap", "trap 'touch OUT/x' EXIT", "runs later"),
    _refused("coproc", "coproc touch OUT/x", "can read all of it|does not see"),
    _refused("an alias", "alias date=/usr/bin/touch; date OUT/x", "another meaning"),
    _refused("hash -p", "hash -p /usr/bin/touch date; date OUT/x", "past the gate"),
    _refused("enable", "enable -f OUT/lib.so touch", "load code"),
    _refused("a variable as the name", "T=touch; $T OUT/x", _BASH),
    _refused("`$( )` as the name", "true; $(echo touch) OUT/x", _BASH),
    _refused("a wildcard as the name", "/usr/bin/touc[h] OUT/x", "past the gate"),
    _refused("braces as the name", "true; {ba,}sh -c 'touch OUT/x'", "can read all|expands it"),
    _refused("PATH=", "PATH=/usr/bin touch OUT/x", _PATH),
    _refused("read PATH", "read -r PATH <<< /usr/bin; touch OUT/x", _PATH),
    _refused("LD_PRELOAD=", "LD_PRELOAD=OUT/x.so date", _PATH),
    _refused("BASH_ENV=", "echo 'touch OUT/x' > f; BASH_ENV=f bash -c date", _PATH),
    _refused("PROMPT_COMMAND=", "PROMPT_COMMAND='touch OUT/x'; date", _PATH),
    _refused("set -o posix", "set -o posix; /usr/bin/touch OUT/x", "how bash finds"),
    _refused("env -i", "env -i touch OUT/x", "off the path"),
    _refused("env -u PATH", "env -u PATH touch OUT/x", "off the path"),
    _refused("a name put together inside sh -c", "sh -c 'X=tou; ${X}ch OUT/x'", _BASH),
    _refused("a path inside sh -c", "sh -c '/usr/bin/touch OUT/x'", "past the gate"),
    _refused("kill inside bash -c", 'bash -c "kill -9 PID"', "without passing the gate"),
    _refused("> file", "echo a > OUT/x", _OUTSIDE),
    _refused("> a name that bash knows", "F=OUT/x; echo a > $F", "only when bash"),
    _refused("> up and out", "echo a > sub/../../outside/x", _OUTSIDE),
    _refused("> inside sh -c", "sh -c 'echo a > OUT/x'", _OUTSIDE),
    _refused("/dev/tcp", "echo a > /dev/tcp/127.0.0.1/PORT", "opens a connection"),
    _refused("/dev/tcp inside bash -c", "bash -c 'echo a > /dev/tcp/127.0.0.1/PORT'", "opens"),
    # What the door does not do
    _refused("tee", "tee OUT/x <<< a", _OUTSIDE),
    _refused("cp -t", "touch f; cp -tOUT f", _OUTSIDE),
    _refused("ln -s", "ln -s OUT l", _OUTSIDE),
    _refused("dd of=", "dd if=/dev/null of=OUT/x", _OUTSIDE),
    _refused("mktemp -p", "mktemp -p OUT", _OUTSIDE),
    _refused("uniq's second file", "uniq /dev/null OUT/x", _OUTSIDE),
    _refused("sort -o in a bundle", "sort -uo OUT/x <<< a", _OUTSIDE),
    _refused("shuf -o", "shuf -e a -o OUT/x", _OUTSIDE),
    _refused("openssl -out", "openssl rand -out OUT/x 4", _OUTSIDE),
    _refused("awk system()", "awk 'BEGIN{system(\"touch OUT/x\")}'", "start others"),
    _refused("awk > file", "awk 'BEGIN{print 1 > \"OUT/x\"}'", "write a file"),
    _refused(
        "awk > file behind a semicolon", "awk 'BEGIN{print \"a;b\" > \"OUT/x\"}'", "write a file"
    ),
    _refused("awk -f", "awk -f /dev/stdin <<< 'BEGIN{print 1 > \"OUT/x\"}'", "nobody has read"),
    _refused("sed e", "sed '1e touch OUT/x' <<< a", "start programs"),
    Way("sed w", "sed -n '1{wOUT/x\n}' <<< a", Seen.REFUSED, "returned 1"),
    _refused("curl -o", "curl -so OUT/x http://127.0.0.1:1/", _OUTSIDE),
    _refused("curl -K", "curl -sK /dev/stdin <<< 'output = OUT/x'", "gate does not see"),
    _refused("git -c alias", "git -c alias.x='!touch OUT/x' x", "gate does not see"),
    _refused("ssh ProxyCommand", "ssh -o ProxyCommand='touch OUT/x' h a", "gate does not see"),
    _refused("tar --checkpoint-action", "tar c --checkpoint-action=exec=x f", "gate does not see"),
    _refused("psql's backquotes", "psql -c '\\echo `touch OUT/x`'", "gate does not see"),
    _refused("psql \\copy to program", "psql -c \"\\copy t to program 'a'\"", "gate does not see"),
    _refused("sudo", "sudo touch OUT/x", "past the gate"),
    _refused("su -c", "su -c 'touch OUT/x'", "past the gate"),
    _refused("a look-alike letter", "true; tоuch OUT/x", "not installed|nobody"),
    _refused("the driver's environment", "cat /proc/$PPID/environ", "may hold credentials"),
    _refused("the operator's credentials", "cat /home/x/.aws/credentials", "may hold credentials"),
    # What bash makes of text that is data to everybody else: only the kernel can say no
    _held("a program within arithmetic", "a='x[$(/usr/bin/touch OUT/x)]'; echo $((a))", _START),
    _held("a file within arithmetic", "a='x[$(echo a > OUT/x)]'; echo $((a))", _WRITE),
    _held("a path within ${x@P}", "a='$(/usr/bin/touch OUT/x)'; echo \"${a@P}\"", _START),
    _held("a path within test -v", "a='x[$(/usr/bin/touch OUT/x)]'; test -v \"$a\"", _START),
    _held("mapfile -C", "mapfile -C '/usr/bin/touch OUT/x' -c 1 A <<< a", _START),
    _held("printf -v PATH", "printf -v PATH /usr/bin; /usr/bin/test -e OUT || true", _START),
    _held("cd and >", "cd OUT && echo a > x", _WRITE),
    _held("BASH_CMDS", "BASH_CMDS[date]=/usr/bin/touch; date OUT/x", _START),
    _held(
        "/dev/tcp within arithmetic",
        "a='x[$(echo a > /dev/tcp/127.0.0.1/PORT)]'; echo $((a))", _CONNECT, 4,
    ),
    _held(
        "kill within arithmetic", "a='x[$(builtin kill -9 PID)]'; echo $((a))", _SIGNAL, 6
    ),
    _held("a path in a script", "echo '/usr/bin/touch OUT/x' > f; bash f", _START),
    _held(
        "a file by a script of the repository",
        "printf '#!/bin/sh\\nF=OUT/x; echo a > $F\\n' > f; chmod +x f; ./f",
        _WRITE,
    ),
    _held("kill in a script", "echo 'kill -9 PID' > f; bash f", _SIGNAL, 6),
    _held(
        "/dev/tcp in a script", "echo 'echo a > /dev/tcp/127.0.0.1/PORT' > f; bash f", _CONNECT, 4
    ),
    _held("in the background", "(echo '/usr/bin/touch OUT/x' | bash -p) &", _START),
    # What is judged by its words alone
    Way("python3 -c", "python3 -c 'open(\"OUT/x\", \"w\")'", Seen.UNCOVERED, _INSIDE, "python3"),
    Way("perl -e", "perl -e 'open F, \">\", \"OUT/x\"'", Seen.UNCOVERED, _INSIDE, "perl"),
    Way("make", "make --eval '$(shell touch OUT/x)'", Seen.UNCOVERED, _INSIDE, "make"),
    Way("another's kill", "/bin/kill -9 PID", Seen.UNCOVERED, _INSIDE, "kill"),
)  # fmt: skip


def written() -> str:
    """Write the page."""
    lines = [_HEAD]
    for seen in Seen:
        ways = [way for way in WAYS if way.seen is seen]
        lines += [f"\n## {seen.value.capitalize()} ({len(ways)})\n", _ABOUT[seen], ""]
        lines += [f"| way | statement | {_LAST[seen]} |", "|---|---|---|"]
        lines += [f"| {way.name} | {_code(way.statement)} | {_last(way)} |" for way in ways]
    return "\n".join(lines) + "\n"


def _last(way: Way) -> str:
    if way.seen is Seen.CAUGHT:
        return _code(way.says)
    return way.says.replace("|", " or ") + (f" (Landlock {way.since})" if way.since > 1 else "")


def _code(text: str) -> str:
    return "`` " + visible(text).replace("\n", " ⏎ ").replace("|", "\\|") + " ``"


_HEAD = f"""\
# Ways past the gate

{len(WAYS)} ways to do something in a run without a person having seen it, each tried on a real
bash, a real file outside the run's directory, a listener and a process
(`tests/run/test_smuggling.py`, which this page is written from: `python -m tests.run.smuggling`).
The target is an AWS profile, where programs are those of the machine; in the lab only its own
stand-ins are started. None of them did anything before somebody had signed."""
_LAST = {
    Seen.CAUGHT: "at the gate", Seen.REFUSED: "reason", Seen.HELD: "by the kernel",
    Seen.UNCOVERED: "why",
}  # fmt: skip
_ABOUT = {
    Seen.CAUGHT: "The gate has the hidden command with its words as bash expanded them, and judges "
    "it as if it\nstood in the document.",
    Seen.REFUSED: "Nothing is done, whoever signs.",
    Seen.HELD: "Bash came to it, and the kernel said no: the session, text tools and what starts "
    "others live within\n[Landlock](https://docs.kernel.org/userspace-api/landlock.html) "
    "(`world/programs/walls.py`). Where the kernel is older than the version named, or\nhas none, "
    "these are **not covered**; UDP never is.",
    Seen.UNCOVERED: "Such programs count as unknown: two people sign, and neither is the starter. "
    "Seccomp's user\nnotification could show the gate what they start; it is not built.",
}


if __name__ == "__main__":
    PAGE.write_text(written())
