"""At a real terminal, what is typed before a question stands there answers none."""

import os
import select
import subprocess
import sys
from pathlib import Path

DOCUMENT = """\
# S

## Go

```bash
# First
touch first; echo under way; sleep 1.5
# Second
touch second
```
"""


def _until(terminal: int, words: bytes) -> None:
    """Read what is shown until the words stand there."""
    shown = b""
    while words not in shown:
        assert select.select([terminal], [], [], 30)[0], shown
        shown += os.read(terminal, 4096)


def test_an_answer_that_was_typed_ahead_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "s.md").write_text(DOCUMENT)
    terminal, theirs = os.openpty()
    words = "-m steadyhand run s.md go --target aws:x@eu-west-1".split()
    command = [sys.executable, *words]
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as run:
        os.close(theirs)
        _until(terminal, b"\n? ")
        os.write(terminal, b"y\n")
        _until(terminal, b"under way\r\n")
        os.write(terminal, b"y\n")  # while nothing is asked
        _until(terminal, b"\n? ")
        os.write(terminal, b"l\n")
        assert run.wait(60) == 3
    os.close(terminal)
    assert not [*tmp_path.glob(".steadyhand/runs/*/second")]
