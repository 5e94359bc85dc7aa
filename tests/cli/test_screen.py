"""What a terminal gets: our own colours, the text, and nothing that it would obey."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.cli.screen import Screen
from steadyhand.model.visible import UNSEEN

OURS = ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[1;33m")
PIECES = st.sampled_from(
    [*OURS, "\x1b", "\r", "\n", "\r\n", "[2K", "[8m", "[30m", "\u202e", "é", "a"]
)


def shown(*chunks: bytes) -> str:
    below = io.BytesIO()
    screen = Screen(below, "utf-8")
    for chunk in chunks:
        assert screen.write(chunk) == len(chunk)
    screen.flush()
    return below.getvalue().decode()


@given(st.lists(PIECES | st.text(max_size=3)).map("".join), st.integers(1, 4))
def test_nothing_that_a_terminal_obeys_comes_through(text: str, size: int) -> None:
    data = text.encode(errors="replace")
    for cut in ([data], [data[at : at + size] for at in range(0, len(data), size)]):
        said = shown(*cut)
        for own in OURS:
            said = said.replace(own, "")
        assert UNSEEN.search(said.replace("\r\n", "")) is None


@given(st.lists(st.sampled_from([*OURS, "\n", "\t", "\r\n", "text ", "日本", "👩\u200d👧"])))
def test_text_and_our_colours_come_through_as_they_are(pieces: list[str]) -> None:
    text = "".join(pieces)
    assert shown(text.encode()) == text
    cut = [text.encode()[at : at + 1] for at in range(len(text.encode()))]
    assert re.sub(r"\\x1b(\[[\d;]+m)", "\x1b\\1", shown(*cut)) == text


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("rm -rf /srv\rls", "rm -rf /srv\\r\nls"),
        ("\x1b[2K\x1b[1A", "\\x1b[2K\\x1b[1A"),
        ("\x1b[30mx", "\\x1b[30mx"),
        ("a\u202eb", "a\\u202eb"),
        ("50%\r100%\r\n", "50%\\r\n100%\r\n"),
    ],
)
def test_the_rest_is_written_out(printed: str, seen: str) -> None:
    assert shown(printed.encode()) == seen


DOCUMENT = """# Shop \x1b[2J

## Restart

```bash
systemctl restart nginx \x1b[8m
```
"""


@pytest.mark.parametrize("terminal", [True, False])
def test_a_plan_is_shown_as_it_will_be_run(tmp_path: Path, terminal: bool) -> None:
    (tmp_path / "hidden.md").write_text(DOCUMENT)
    words = ("plan", "hidden.md", "Restart", "--target", "aws:x@eu-west-1")
    keyboard, screen = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "steadyhand", *words],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=screen if terminal else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
    )
    os.close(screen)
    said = (os.read(keyboard, 65536) if terminal else done.stdout).decode()
    os.close(keyboard)
    assert done.returncode == 0, said
    assert ("nginx \\x1b[8m" in said) == terminal, said
    assert "will not be given to bash: \\x1b: nobody who reads the step sees this" in said
