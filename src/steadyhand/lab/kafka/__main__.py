"""`python -m steadyhand.lab.kafka --host H --port P --data DIR`: a broker until SIGTERM."""

import argparse
import asyncio
import logging
from pathlib import Path

from steadyhand.lab.kafka.answers.call import Options
from steadyhand.lab.kafka.broker import run


def main() -> None:
    parser = argparse.ArgumentParser(prog="steadyhand.lab.kafka")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9092)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--auto-create-topics", action="store_true")
    parser.add_argument("--partitions", type=int, default=1)
    parser.add_argument("--min-session-timeout-ms", type=int, default=6000)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options = Options(
        host=given.host,
        port=given.port,
        auto_create_topics=given.auto_create_topics,
        partitions=given.partitions,
        min_session=given.min_session_timeout_ms / 1000,
    )
    asyncio.run(run(options, given.data))


if __name__ == "__main__":
    main()
