"""A target that is an AWS profile: its account is read, held in the plan, and looked at again.

The profile's endpoint is a small AWS API on loopback, set where an operator would set it.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from steadyhand.cli.program import run_program
from steadyhand.main import build

DOCUMENT = """\
# Shop

## Look

```bash
# Who is asked
aws sts get-caller-identity --query Arn --output text
# When
date -u +%Y
```

## Sign

- [ ] Look at the shop
"""
_ANSWER = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    "<GetCallerIdentityResult><Arn>arn:aws:iam::{0}:user/ops</Arn><UserId>A</UserId>"
    "<Account>{0}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Api(ThreadingHTTPServer):
    """Says in which account the caller is; 403 when there is none."""

    account = "123456789012"


class _Answering(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        assert isinstance(self.server, Api)
        body = _ANSWER.format(self.server.account).encode()
        self.send_response(200 if self.server.account else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    server = Api(("127.0.0.1", 0), _Answering)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    (tmp_path / "config").write_text(
        f"[profile shop]\nendpoint_url = http://127.0.0.1:{server.server_port}\n"
        "aws_access_key_id = none\naws_secret_access_key = none\n"
    )
    (tmp_path / "shop.md").write_text(DOCUMENT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    yield server
    server.shutdown()
    server.server_close()
    thread.join(5)


def steadyhand(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["steadyhand", *words])
        code = run_program(build)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


TARGET = ("--target", "aws:shop@eu-west-1")


def test_a_run_on_a_profile_is_for_the_account_that_its_plan_names(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = steadyhand(capsys, "plan", "shop.md", "Look", *TARGET)
    assert (code, "target aws:shop 123456789012 eu-west-1" in out) == (0, True), err
    digest = out.split()[1].rstrip(":")
    code, out, err = steadyhand(capsys, "run", "--plan", digest)
    assert (code, "arn:aws:iam::123456789012:user/ops" in out) == (0, True), err
    api.account = "210987654321"
    code, _, err = steadyhand(capsys, "run", "--plan", digest)
    said = "it was planned for account 123456789012; aws:shop is 210987654321 now"
    assert (code, said in err) == (2, True), err
    api.account = ""
    code, _, err = steadyhand(capsys, "plan", "shop.md", "Look", *TARGET)
    assert (code, "the target's account cannot be read" in err) == (1, True), err


def test_without_a_command_of_aws_nobody_asks_for_an_account(
    api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.account = ""
    code, _, err = steadyhand(capsys, "run", "shop.md", "Look", "--only", "2", *TARGET)
    assert code == 0, err
    assert steadyhand(capsys, "run", "shop.md", "Sign", *TARGET)[0] == 3
