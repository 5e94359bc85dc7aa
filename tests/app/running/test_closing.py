"""The end of the control plane ends what its worlds do, so that nobody waits for it any more."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from steadyhand.app.control import Control
from steadyhand.main import build
from steadyhand.model.run.events import RunOpened
from steadyhand.model.run.target import Target
from steadyhand.world.door import Call, World, ask
from tests.run.shop import plan_of

TARGET = Target("aws:shop", "us-east-1", "")


def of_a_run(control: Control) -> World:
    plan = replace(plan_of("# Shop\n\n## Look\n\n```bash\ndate\n```\n"), target=TARGET.words)
    control.engine.turn("run", "r").append(RunOpened(plan, "ada", digest=plan.digest))
    return control.performer.world_of("r")


def of_a_target(control: Control) -> World:
    return control.reading_world(TARGET)


@pytest.mark.parametrize("world_of", [of_a_run, of_a_target])
def test_what_a_thread_waits_for_is_ended(
    tmp_path: Path, world_of: Callable[[Control], World]
) -> None:
    control = build(tmp_path)
    codes: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        call = Call(("curl", "-s", f"http://127.0.0.1:{silent.getsockname()[1]}"), str(tmp_path))
        world = world_of(control)
        waiting = threading.Thread(
            target=lambda: codes.append(ask(world, call).exit_code), daemon=True
        )
        waiting.start()
        with silent.accept()[0]:
            control.close()
            control.close()
            waiting.join(30)
            assert not waiting.is_alive()
    assert codes == [137]
