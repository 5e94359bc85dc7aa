"""Whoever made an AwsCli is killed without warning: no process of it stays behind."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from steadyhand.world.aws.zygote import Children

pytestmark = pytest.mark.lab

_PARENT = """
import sys, threading
from steadyhand.model.run.target import Target
from steadyhand.world.aws.client import AwsCli
cli = AwsCli(Target("lab", "us-east-1", "1", sys.argv[1]))
call = ("aws", "ecs", "list-clusters")
def start():
    # From a thread that ends, which must not be taken for the end of the parent.
    print(cli.run(("aws", "--version"), "/", {}, None, lambda *_: None), flush=True)
thread = threading.Thread(target=start)
thread.start()
thread.join()
print(cli._current.process.pid, cli._current.scratch, flush=True)
cli.run(call, "/", {}, None, lambda *_: None)
"""


def test_kill_9_of_the_parent_leaves_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(
            [sys.executable, "-c", _PARENT, endpoint], stdout=subprocess.PIPE, text=True
        ) as parent:
            assert parent.stdout is not None
            assert parent.stdout.readline() == "0\n"
            pid, scratch = parent.stdout.readline().split()
            zygote = psutil.Process(int(pid))
            silent.accept()[0].close()  # the second call is under way, and will try again
            family = [zygote, *zygote.children(recursive=True)]
            assert len(family) >= 3  # the one that works and those that wait
            os.kill(parent.pid, signal.SIGKILL)
            parent.wait()
    _, alive = psutil.wait_procs(family, timeout=5)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]
    for _ in range(50):
        if not Path(scratch).exists():
            break
        time.sleep(0.1)
    assert not Path(scratch).exists()


def test_where_there_are_too_many_processes_those_there_are_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", refused)
    door, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with door:
        far.close()  # it would serve until then
        Children(door, None, 2).serve()
