"""argvs in, what the real AWS CLI says to each out. Its own program; it can send nothing.

`python -m tests.lint.aws.oracle DATA`: a JSON list of argvs (without `aws`) on stdin, a JSON list
of `[accepted, what it printed]` on stdout. awscli 1.x reads the models of DATA, botocore's own.
Each argv gets a forked child, so that no command sees what another left. Whatever would leave the
process ends it: the endpoint is replaced, and sockets cannot connect.
"""

import contextlib
import gc
import io
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NoReturn

_LONGEST = 200_000  # bytes of an answer; the list of all services is long


class _Sent(BaseException):
    """The CLI accepted a command: it was about to send the request."""


def main() -> None:
    """Answer each argv of stdin. Those of one service share a child that has loaded its models."""
    argvs: list[list[str]] = json.load(sys.stdin)
    _shut_off()
    driver = _driver(sys.argv[1])
    _end_what_would_run()
    table = driver._get_command_table()
    groups: dict[str, list[int]] = {}
    for number, argv in enumerate(argvs):
        groups.setdefault(next((word for word in argv if word in table), ""), []).append(number)
    answers: list[Any] = [None] * len(argvs)
    for service, numbers in groups.items():
        group = [argvs[number] for number in numbers]
        found = _in_child(partial(_group, driver, table.get(service), group))
        for number, answer in zip(numbers, found, strict=True):
            answers[number] = answer
    json.dump(answers, sys.stdout)


def _group(driver: Any, command: Any, argvs: list[list[str]]) -> list[Any]:
    _load(driver, command)
    gc.freeze()
    gc.disable()
    return [_in_child(partial(_answer, driver, argv)) for argv in argvs]


def _shut_off() -> None:
    """Take away every way out: credentials, configuration, names, connections."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
        AWS_ACCESS_KEY_ID="oracle",
        AWS_SECRET_ACCESS_KEY="oracle",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        PAGER="true",
    )

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise _Sent

    for owner, name in ((socket.socket, "connect"), (socket, "getaddrinfo")):
        setattr(owner, name, refuse)


def _driver(data: str) -> Any:
    from awscli.clidriver import create_clidriver

    driver = create_clidriver()
    loader = driver.session.get_component("data_loader")
    loader._search_paths.insert(0, data)
    return driver


def _load(driver: Any, command: Any) -> None:
    """Load a service's models, and make the client that every child of the group is lent."""
    from awscli.botocore.session import Session

    if not hasattr(command, "_get_command_table"):
        return
    command._get_command_table()
    name = command._service_name
    client = driver.session.create_client(name)
    with contextlib.suppress(Exception):  # not every service has both
        driver.session.get_paginator_model(name)
        driver.session.get_waiter_model(name)
    make = Session.create_client

    def create_client(self: Any, wanted: str, *arguments: Any, **options: Any) -> Any:
        if wanted == name and not options.get("endpoint_url"):
            return client
        return make(self, wanted, *arguments, **options)

    Session.create_client = create_client


def _end_what_would_run() -> None:
    """Replace what runs after all of the CLI's checks."""
    from awscli import help as cli_help
    from awscli.botocore.endpoint import Endpoint
    from awscli.customizations import sessionmanager
    from awscli.customizations.commands import BasicCommand
    from awscli.customizations.ecs import executecommand

    def sent(*_: Any, **__: Any) -> NoReturn:
        raise _Sent

    Endpoint.make_request = sent
    # Both look for another program before they ask anything.
    sessionmanager.check_call = executecommand.check_call = lambda *_, **__: 0
    for command in _below(cli_help.HelpCommand):
        command.__call__ = sent
    for command in _below(BasicCommand):
        if command.__name__ != "WaitCommand" and "_run_main" in vars(command):
            command._run_main = sent


def _below(kind: Any) -> Iterator[Any]:
    yield kind
    for below in kind.__subclasses__():
        yield from _below(below)


def _in_child(work: Callable[[], Any]) -> Any:
    """Do something in a forked child, and give what it returns."""
    here, there = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            with os.fdopen(there, "w") as pipe:
                json.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here) as pipe:
        answer = pipe.read()
    os.waitpid(pid, 0)
    return json.loads(answer)


def _answer(driver: Any, argv: list[str]) -> tuple[bool, str]:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        try:
            code = driver.main(argv)
        except _Sent:
            return True, ""
        except SystemExit as end:
            code = end.code
        except Exception as error:  # what the CLI does not catch is refused, too
            return False, f"{type(error).__name__}: {error}"
    return code == 0, said.getvalue()[-_LONGEST:]


if __name__ == "__main__":
    main()
