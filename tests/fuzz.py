"""Strange documents against compile and lint: `python -m tests.fuzz --seconds 3600 [--seed N]`.

Takes the Markdown that lies in the tests and the examples (and any file named), tears it, mixes it,
damages its encoding, and sees that compile and lint neither fail nor hang, account for every line,
stay inside the file, and say the same twice. A document that breaks this is kept; exit code 1.
"""

import argparse
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import FrameType

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.decode import NotText, decode
from steadyhand.lint.lint import lint
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Finding
from steadyhand.model.document.runbook import Runbook
from steadyhand.model.document.span import Span

ROOT = Path(__file__).resolve().parents[1]
HANG = 10  # seconds of work for one document, however busy the machine is
LONGEST = 12_000  # characters
TODAY = date(2026, 11, 1)

SHELL = """$(` `)\\'"|&;<>{}[]()!*?~#%=$@:,. \t""".replace(" ", "")
PIECES = (
    "```", "~~~", "```bash", "```sql", "```console", "```markdown", "````", "$ ", "# ", "> ", "- ",
    "1. ", "- [ ] ", "| a | b |", "|---|---|",
    "<!--", "-->", "<details>", ":::note", "---", "{{x}}",
    "<x>", "<a-b c>", "$X", "${X:-y}", "$(date)", "`date`", "<<EOF", "EOF", "<<-'E'", "\\\n", "&&",
    "|| true", "2>&1", ">", ">>", "<(", "if true; then", "fi", "for i in 1 2; do", "done",
    "case x in",
    "esac", "f() {", "}", "watch '", "ssh h \"", "sh -c '", "xargs ", "psql -c \"", "SELECT 1;",
    "aws ecs ", "--query 'x[?y==`z`].{a:b}'", "--filter-pattern '[a, b=4*]'",
    "kubectl exec -it x -- ",
    "redis-cli KEYS '*'", "curl -s ", "jq '.a[]'", "file://x", "\x00", "\ufeff", "\u2028", "\x0c",
    "\r",
    "\r\n", "é", "√©", "⚠️", "𝔘", "\u202e", "\ud7ff", "xxx", "...", "…", "P1", "> 5% for 5 min",
    "RTO: 4h", "daily 03:00 UTC", "[x](#y)", "[x](y.md)", "steadyhand: allow x y", "9" * 400,
)  # fmt: skip


def damaged(rng: random.Random, corpus: Sequence[str]) -> bytes:
    """Make one strange document out of pieces of the corpus."""
    lines = rng.choice(corpus).split("\n")
    start = rng.randrange(len(lines))
    text = "\n".join(lines[start : start + rng.randrange(1, 160)])
    for _ in range(rng.randrange(1, 14)):
        text = rng.choice(_CHANGES)(rng, text, corpus)
    data = text[:LONGEST].encode("utf-8", "surrogatepass")
    return rng.choice(_ENCODINGS)(rng, data) if rng.random() < 0.15 else data


Change = Callable[[random.Random, str, Sequence[str]], str]


def _insert(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(PIECES) + text[at:]


def _insert_line(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    lines = text.split("\n")
    lines.insert(rng.randint(0, len(lines)), " " * rng.choice((0, 0, 2, 4)) + rng.choice(PIECES))
    return "\n".join(lines)


def _sign(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + rng.choice(SHELL) + text[at + rng.randint(0, 2) :]


def _drop(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    at = rng.randint(0, len(text))
    return text[:at] + text[at + rng.randint(1, 40) :]


def _drop_line(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    lines = text.split("\n")
    del lines[rng.randrange(len(lines))]
    return "\n".join(lines)


def _double(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    at = rng.randint(0, len(text))
    piece = text[at : at + rng.randint(1, 60)]
    return text[:at] + piece * rng.choice((2, 3, 30)) + text[at:]


def _swap(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    lines = text.split("\n")
    rng.shuffle(lines) if rng.random() < 0.2 else lines.reverse()
    return "\n".join(lines)


def _mix(rng: random.Random, text: str, corpus: Sequence[str]) -> str:
    other = rng.choice(corpus)
    at = rng.randrange(len(other))
    middle = rng.randint(0, len(text))
    return text[:middle] + other[at : at + rng.randint(1, 400)] + text[middle:]


def _indent(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    before = rng.choice(("  ", "    ", "> ", "\t", "1. ", "$ "))
    return "\n".join(before + line for line in text.split("\n"))


def _ends(rng: random.Random, text: str, _corpus: Sequence[str]) -> str:
    return text.replace("\n", rng.choice(("\r\n", "\r", "\n\n")))


_CHANGES: tuple[Change, ...] = (
    _insert, _insert, _insert, _insert_line, _insert_line, _insert_line, _sign, _sign, _sign, _drop,
    _drop, _drop_line, _double, _swap, _mix, _mix, _indent, _ends,
)  # fmt: skip


def _torn(rng: random.Random, data: bytes) -> bytes:
    at = rng.randint(0, len(data))
    return data[:at] + bytes(rng.randrange(256) for _ in range(rng.randint(1, 6))) + data[at:]


def _wide(rng: random.Random, data: bytes) -> bytes:
    name = rng.choice(("utf-16", "utf-16-le", "utf-16-be"))
    return data.decode("utf-8", "replace").encode(name, "replace")


def _narrow(rng: random.Random, data: bytes) -> bytes:
    name = rng.choice(("latin-1", "cp1252", "mac_roman"))
    return data.decode("utf-8", "replace").encode(name, "replace")


def _misread(rng: random.Random, data: bytes) -> bytes:
    return data.decode(rng.choice(("mac_roman", "latin-1")), "replace").encode()


_ENCODINGS = (_torn, _wide, _narrow, _misread)


def broken(data: bytes) -> str:
    """Say what a document does that none may do; "" when all is well."""
    try:
        text = decode(data).text
    except NotText:
        return ""
    runbook, found = compile_runbook(parse("x.md", text))
    if (runbook, found) != compile_runbook(parse("x.md", text)):
        return "compiling twice gives two answers"
    if said := _unaccounted(runbook) or _outside(runbook, found):
        return said
    subject = Subject(runbook, TODAY, (runbook,), tuple(found))
    findings = lint(subject)
    if findings != lint(Subject(runbook, TODAY, (runbook,), tuple(found))):
        return "linting twice gives two answers"
    return _outside(runbook, findings)


def _unaccounted(runbook: Runbook) -> str:
    covered = {n for e in runbook.account for n in range(e.span.line, e.span.end_line + 1)}
    for number, line in enumerate(runbook.lines, 1):
        if line.strip() and number not in covered:
            return f"line {number} is not in the account"
    return ""


def _outside(runbook: Runbook, findings: Sequence[Finding]) -> str:
    last = len(runbook.lines)
    spans: list[Span] = [entry.span for entry in runbook.account]
    spans += [step.span for step in runbook.steps()]
    spans += [finding.span for finding in findings]
    for span in spans:
        if not 1 <= span.line <= span.end_line <= last:
            return f"{span.line}–{span.end_line} is outside of a file of {last} lines"
    for finding in findings:
        mark = finding.mark  # what is missing at the end of a line is marked one behind it
        if mark and not 1 <= mark.column < mark.end_column <= len(runbook.lines[mark.line - 1]) + 2:
            return f"the mark of {finding.rule} is outside of line {mark.line}"
    return ""


def _hang(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"no answer in {HANG} s of work")


def one(data: bytes) -> str:
    """Try one document, bounded in the time it works."""
    signal.signal(signal.SIGPROF, _hang)
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        return broken(data)
    except Exception as error:  # whatever it is, the document has to be kept
        return f"{type(error).__name__}: {error}"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def corpus_of(named: Sequence[Path]) -> list[str]:
    """Read what documents are made of: our own Markdown, and what is named."""
    ours = [*ROOT.glob("tests/**/*.md"), *ROOT.glob("src/**/*.md"), *ROOT.glob("docs/**/*.md")]
    texts = (path.read_text("utf-8", "replace") for path in sorted(ours) + list(named))
    return [text for text in texts if text.strip()]


def main() -> int:
    """Fuzz for a time; print what was done, keep what breaks."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    options.add_argument("documents", nargs="*", type=Path)
    given = options.parse_args()
    rng = random.Random(given.seed)
    corpus = corpus_of(given.documents)
    started = time.monotonic()
    count, slowest, failures = 0, 0.0, 0
    while time.monotonic() - started < given.seconds:
        data = damaged(rng, corpus)
        before = time.process_time()
        said = one(data)
        slowest = max(slowest, time.process_time() - before)
        count += 1
        if said:
            failures += 1
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / f"{given.seed}-{count}.md").write_bytes(data)
            print(f"{given.seed}-{count}: {said}", flush=True)
    seconds = time.monotonic() - started
    print(
        f"{count} documents in {seconds:.0f} s ({count / seconds:.1f}/s), "
        f"slowest {slowest:.2f} s of work, seed {given.seed}: {failures} broken"
    )
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
