"""`python -m steadyhand.lab.providers --host H --port P`: the providers, until SIGTERM.

Prints one line of JSON when it listens: its host and ports, and each provider's address.
"""

import argparse
import ipaddress
import json
import signal
from _thread import start_new_thread

from steadyhand.lab.providers.known import KINDS, address
from steadyhand.lab.providers.server import Providers


def _loopback(text: str) -> str:
    if not ipaddress.ip_address(text).is_loopback:
        raise argparse.ArgumentTypeError(f"{text} is not a loopback address")
    return text


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m steadyhand.lab.providers")
    parser.add_argument("--host", type=_loopback, default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--tls", default="", help="a file with a certificate and its key")
    given = parser.parse_args()
    providers = Providers(given.host, given.port, given.tls)
    # shutdown() waits for the loop, so it may not be called on the thread that runs it.
    signal.signal(signal.SIGTERM, lambda *_: start_new_thread(providers.stop, ()))
    addresses = {name: address(providers.host, providers.port, name) for name in KINDS}
    told = {
        "host": providers.host,
        "port": providers.port,
        "tls_port": providers.tls_port,
        "providers": addresses,
    }
    print(json.dumps(told), flush=True)
    providers.serve()


if __name__ == "__main__":
    main()
