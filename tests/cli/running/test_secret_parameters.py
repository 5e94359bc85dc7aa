"""A secret that fills a placeholder: a token in the plan and the journal, the value at the door."""

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from steadyhand.cli.program import run_program
from steadyhand.main import build

DOCUMENT = """\
# Shop

## Call

```bash
# Ask with it
curl -sS -H "Authorization: Bearer <api-token>" http://127.0.0.1:PORT/orders
```
"""
VALUE = "correct-horse-battery"
TARGET = ("--target", "aws:none@eu-west-1")
pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")


class Orders(ThreadingHTTPServer):
    """Says back what it was asked with, and remembers it."""

    asked: list[str]


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Orders)
        self.server.asked.append(self.headers["Authorization"])
        body = f"asked with {self.headers['Authorization']}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Orders]:
    server = Orders(("127.0.0.1", 0), _Answering)
    server.asked = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.md").write_text(DOCUMENT.replace("PORT", str(server.server_port)))
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.mark.parametrize("given", ["set", "values"])
def test_a_secret_parameter_is_nowhere_in_clear(
    orders: Orders,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: str,
) -> None:
    words = ["run", "shop.md", "Call", *TARGET]
    settings = tmp_path.parent / f"{tmp_path.name}.toml"
    if given == "set":
        words += ["--set", f"api-token={VALUE}"]
    else:
        settings.write_text(f'[values]\napi-token = "{VALUE}"\n')
        words += ["--config", str(settings)]
    monkeypatch.setattr("sys.argv", ["steadyhand", *words])
    assert run_program(build) == 0
    out = capsys.readouterr().out
    assert orders.asked == [f"Bearer {VALUE}"]
    assert "asked with Bearer stk_" in out
    assert VALUE not in out
    files = [Path(folder) / name for folder, _, names in os.walk(tmp_path) for name in names]
    assert [file.name for file in files if VALUE.encode() in file.read_bytes()] == []


@pytest.mark.usefixtures("orders")
def test_a_saved_plan_does_not_keep_the_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["plan", "shop.md", "Call", *TARGET, "--set", f"api-token={VALUE}"]
    monkeypatch.setattr("sys.argv", ["steadyhand", *words])
    assert run_program(build) == 0
    digest = capsys.readouterr().out.split()[1].rstrip(":")
    monkeypatch.setattr("sys.argv", ["steadyhand", "run", "--plan", digest])
    assert run_program(build) == 2
    assert "secrets were not kept with it" in capsys.readouterr().err


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    ("value", "hidden"), [("12345", False), ("12345 ", False), ("123456", True)]
)
def test_a_value_that_is_too_short_to_be_hidden_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], value: str, hidden: bool
) -> None:
    words = ["run", "shop.md", "Call", *TARGET, "--set", f"api-token={value}"]
    monkeypatch.setattr("sys.argv", ["steadyhand", *words])
    assert run_program(build) == 0
    out = capsys.readouterr().out
    assert ("; too short to be hidden where a program prints it)" in out) == (not hidden)
    assert (f"asked with Bearer {value}\n" in out) == (not hidden)
