"""A program's stdin: chunks from the caller's file in, through a `Revealer`, to a pipe out.

Used only where a token may stand in them; otherwise a program gets the caller's file itself.
"""

import contextlib
import os
import selectors
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from steadyhand.world.secrets import Revealer, TokenSeen


@dataclass
class Fed:
    """`file` is what the program gets as stdin; `token_seen` says that feeding stopped at one."""

    file: int
    token_seen: bool = False


@contextlib.contextmanager
def feeding(stdin: int, revealer: Revealer) -> Iterator[Fed]:
    """Feed a pipe from `stdin` until that ends, the program closes it, or the block is left."""
    read, write = os.pipe()
    stop_read, stop_write = os.pipe()
    source = os.dup(stdin)  # the caller may close its own as soon as the call is over
    fed = Fed(read)
    thread = threading.Thread(
        target=_feed, args=(source, write, stop_read, revealer, fed), name="stdin", daemon=True
    )
    thread.start()
    try:
        yield fed
    finally:
        # The reading end first: a writer that is stuck in a full pipe gets its error from that.
        os.close(read)
        os.close(stop_write)
        thread.join()
        for file in (source, stop_read):
            os.close(file)


def _feed(source: int, write: int, stop: int, revealer: Revealer, fed: Fed) -> None:
    try:
        with selectors.DefaultSelector() as selector:
            # A plain file cannot be waited for, and need not be.
            with contextlib.suppress(PermissionError):
                selector.register(source, selectors.EVENT_READ)
            selector.register(stop, selectors.EVENT_READ)
            waits = len(selector.get_map()) == 2
            while True:
                if any(key.fd == stop for key, _ in selector.select(None if waits else 0)):
                    return
                if chunk := os.read(source, 65536):
                    _write(write, revealer.feed(chunk))
                else:
                    _write(write, revealer.flush())
                    return
    except TokenSeen:
        fed.token_seen = True
    except OSError:
        pass  # the program has had enough
    finally:
        os.close(write)


def _write(file: int, text: bytes) -> None:
    view = memoryview(text)
    while view:
        view = view[os.write(file, view) :]
