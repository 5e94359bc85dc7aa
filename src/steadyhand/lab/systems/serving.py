"""An application and where to listen, in; served until SIGTERM or SIGINT, drained, out.

uvicorn, but for its clock: it looks ten times a second whether it is to end, and with a dozen
processes that is half of what a lab does while nobody uses it. Here a signal wakes it.
"""

import asyncio
import signal
from contextlib import suppress
from typing import Any

import uvicorn

DATE_SECONDS = 1.0  # how old the date of an answer may be


def serve(app: Any, host: str, port: int, **how: Any) -> None:
    """Serve; `how` are further settings of uvicorn's. Ends the program where it cannot start."""
    config = uvicorn.Config(app, host=host, port=port, access_log=False, log_config=None, **how)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_serve(uvicorn.Server(config)))


async def _serve(server: uvicorn.Server) -> None:
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    while not ending.is_set():
        await server.on_tick(0)  # answers bear a date, which it keeps
        with suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), DATE_SECONDS)
    await server.shutdown()
