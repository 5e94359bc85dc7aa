"""The AWS CLI at a person's terminal: what it asks is answered there, in its warmed process."""

import os
import pty
import threading
from collections.abc import Callable
from pathlib import Path

from steadyhand.model.run.target import Target
from steadyhand.world.door import Call, Hosted, Stream
from steadyhand.world.live import LiveWorld
from steadyhand.world.secrets import Secrets

LAB = Target("lab", "us-east-1", "123456789012", "http://127.0.0.1:1")


def test_the_aws_cli_asks_and_a_person_answers(tmp_path: Path) -> None:
    screen, keyboard = pty.openpty()
    asked: list[str] = []
    said: list[bytes] = []
    answers = {b"Key ID": b"one\r", b"Access Key": b"two\r", b"region": b"third-place\r",
               b"format": b"json\r"}  # fmt: skip

    def typed(line: str, _confirm: Callable[[str], bool]) -> str:
        asked.append(line)
        return ""

    def heard(_stream: Stream, chunk: bytes) -> None:
        said.append(chunk)
        for question in [one for one in answers if one in b"".join(said)]:
            os.write(screen, answers.pop(question))

    world = LiveWorld(LAB, Secrets({"stk_" + "a" * 24: "third-place"}), tmp_path)
    drained = threading.Thread(target=_drain, args=(screen,), daemon=True)
    drained.start()
    try:
        hosted = Hosted(keyboard, typed)
        code = world.send(Call(("aws", "configure"), str(tmp_path), timeout=30, hosted=hosted),
                          heard)  # fmt: skip
    finally:
        world.close()
        os.close(keyboard)
    assert code == 0, b"".join(said)
    assert asked == ["one", "two", "stk_" + "a" * 24, "json"]
    assert b"third-place" not in b"".join(said)
    assert not answers


def _drain(screen: int) -> None:
    try:
        while os.read(screen, 4096):
            pass
    except OSError:
        pass
