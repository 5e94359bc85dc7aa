"""A world that only looks: reads go through, everything else is Refused."""

from collections.abc import Callable

from steadyhand.world.door import Call, Refused, Sink, World


class DryWorld:
    """Wraps a world. `is_read` judges an expanded argv; whoever makes it owns the inner world."""

    def __init__(self, inner: World, is_read: Callable[[tuple[str, ...]], bool]) -> None:
        self._inner = inner
        self._is_read = is_read

    def send(self, call: Call, sink: Sink, stdin: int | None = None) -> int:
        """Do a read. Raises Refused for anything else."""
        if not self._is_read(call.argv):
            raise Refused(f"dry: `{' '.join(call.argv)}` is not a read, so it was not done")
        return self._inner.send(call, sink, stdin)

    def close(self) -> None:
        """Close the inner world. Idempotent."""
        self._inner.close()
