"""A secret of the operator's: sent where it belongs, and nowhere else. Every sink is looked at,
also while the run is under way, for every form in which the value could be written.
"""

import base64
import contextlib
import html
import json
import logging
import os
import re
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from steadyhand.cli.program import run_program
from steadyhand.main import build

KEY = "Zq/9+k=L&m'7\"x<canary>\\4711"
HOST = "canaryhost4711zq"
DOCUMENT = """\
# Shop

## Look

```bash
# In an argument, and back in every form, cut into pieces
curl -s -H "X-Key: $SHOP_KEY" http://127.0.0.1:PORT/argument
# On the input
printf 'header = "X-Key: %s"' "$SHOP_KEY" | cat
printf '%s' "$SHOP_KEY" | curl -s -G --data-urlencode key@- http://127.0.0.1:PORT/input
# In the environment, a variable of the shell, and a file of the run
COPY="$SHOP_KEY"; export COPY
printf '%s' "$COPY" > noted.txt; cat noted.txt
env | sort
# In an error
curl -sS "http://$SHOP_HOST.invalid/"
```
"""


def forms(value: str) -> dict[str, bytes]:
    raw = value.encode()
    aligned = {
        f"base64 behind {n}": base64.b64encode(b"\0" * n + raw)[
            -(-8 * n // 6) : 8 * (n + len(raw)) // 6
        ]
        for n in range(3)
    }
    return aligned | {
        "plain": raw,
        "reversed": raw[::-1],
        "url": urllib.parse.quote(value, safe="").encode(),
        "url, small": re.sub(
            "%..", lambda m: m[0].lower(), urllib.parse.quote(value, safe="")
        ).encode(),
        "form": urllib.parse.quote_plus(value).encode(),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "JSON": json.dumps(value)[1:-1].encode(),
        "JSON in JSON": json.dumps(json.dumps(value)[1:-1])[1:-1].encode(),
        "HTML": html.escape(value).encode(),
        "Python": repr(value)[1:-1].encode(),
    }


CANARIES = {
    f"{of}: {name}": form
    for of, value in (("key", KEY), ("host", HOST))
    for name, form in forms(value).items()
}


def found(text: bytes, where: str) -> list[str]:
    return [f"{name} in {where}" for name, form in CANARIES.items() if form in text]


def on_disk(*folders: Path) -> list[str]:
    """Look at every byte of every file, as it is now; of one with many names, once."""
    kept: dict[int, tuple[Path, bytes]] = {}
    for folder in folders:
        for place, _, names in os.walk(folder):
            for file in (Path(place, name) for name in names):
                with contextlib.suppress(FileNotFoundError):  # gone while it was looked for
                    if file.is_file() and not file.is_symlink():
                        number = file.stat().st_ino
                        kept[number] = kept.get(number) or (file, file.read_bytes())
    return [one for file, body in kept.values() for one in found(body, str(file))]


class Echo(ThreadingHTTPServer):
    """Says whatever it is sent, in every form, a few bytes at a time; looks around meanwhile."""

    folder: Path
    keys: list[str]
    leaks: list[str]
    looked: int = 0


class _Echoing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Echo)
        server.keys.append(self.headers.get("X-Key", "") or urllib.parse.unquote(self.path))
        body = b"\n".join(form + b" and" for form in forms(KEY).values())
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for at in range(0, len(body), 97):
            self.wfile.write(body[at : at + 97])
            self.wfile.flush()
            time.sleep(0.005)
        sessions = Path(tempfile.gettempdir()).glob("steadyhand-*")
        server.leaks += on_disk(server.folder, *sessions)
        server.looked += 1

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def echo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Echo]:
    server = Echo(("127.0.0.1", 0), _Echoing)
    server.folder, server.keys, server.leaks = tmp_path, [], []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    (tmp_path / "shop.md").write_text(DOCUMENT.replace("PORT", str(server.server_port)))
    (tmp_path / "steadyhand.toml").write_text('[run]\nsecrets = ["SHOP_KEY", "SHOP_HOST"]\n')
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOP_KEY", KEY)
    monkeypatch.setenv("SHOP_HOST", HOST)
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


class _Login(BaseHTTPRequestHandler):
    """Gives a token to whoever asks, and says who came with it."""

    def do_GET(self) -> None:
        came = self.headers.get("Authorization", "")
        body = json.dumps({"came": came} if came else {"access_token": JWT}, indent=1).encode()
        server = self.server
        assert isinstance(server, Echo)
        server.keys.append(came)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for at in range(0, len(body), 7):
            self.wfile.write(body[at : at + 7])
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None: ...


JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
LOGIN = """\
# Shop

## Look

```bash
TOKEN=$(curl -s http://127.0.0.1:PORT/login | grep access_token | cut -d'"' -f4)
curl -s -H "Authorization: Bearer $TOKEN" http://127.0.0.1:PORT/orders
```
"""


def steadyhand(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["steadyhand", *words])
        code = run_program(build)
    printed = capfd.readouterr()
    return code, printed.out + printed.err


def test_a_secret_is_sent_and_shows_up_nowhere(
    echo: Echo,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level(logging.DEBUG, "steadyhand")
    code, said = steadyhand(capfd, "run", "shop.md", "Look", "--target", "aws:none@eu-west-1")
    run = next(
        line.split()[1].rstrip(":") for line in said.splitlines() if line.startswith("run 2")
    )
    while code == 3:
        printed = steadyhand(capfd, "approve", run, "--yes")[1]
        code, more = steadyhand(capfd, "resume", run)
        said += printed + more
    # It came where it was sent, whole, and the run came to the error at its end.
    assert KEY in echo.keys, said
    assert any(KEY in one for one in echo.keys[1:]), (echo.keys, said)
    assert "Could not resolve host" in said, said
    deadline = time.monotonic() + 30
    while echo.looked < 2 and time.monotonic() < deadline:
        time.sleep(0.05)  # it looks around while the run goes on, and may not be done yet
    assert echo.looked >= 2
    sinks = {"terminal": said, "logs": caplog.text}
    for words in (
        ("runs", "show", run), ("runs", "show", run, "--json"), ("runs", "list", "--json"),
        ("runs", "export", run, "--md"), ("runs", "export", run, "--html"),
        ("runs", "export", run, "--json"), ("audit", "export"), ("audit", "verify"),
        ("plan", "shop.md", "Look", "--target", "aws:none@eu-west-1", "--json"),
    ):  # fmt: skip
        code, printed = steadyhand(capfd, *words)
        assert code == 0, (words, printed)
        sinks[" ".join(words)] = printed
    leaks = [leak for name, text in sinks.items() for leak in found(text.encode(), name)]
    assert leaks + echo.leaks + on_disk(tmp_path) == []
    assert "stk_" in sinks["terminal"], "what was shown is a token"


def test_a_token_that_nobody_has_named_is_used_and_kept_nowhere(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Echo(("127.0.0.1", 0), _Login)
    server.keys = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.md").write_text(LOGIN.replace("PORT", str(server.server_port)))
    try:
        code, said = steadyhand(capfd, "run", "shop.md", "Look", "--target", "aws:none@eu-west-1")
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
    assert code == 0, said
    assert server.keys == ["", f"Bearer {JWT}"]
    assert '"came": "Bearer stk_' in said
    assert JWT not in said
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert [file for file in kept if JWT.encode() in file.read_bytes()] == []
