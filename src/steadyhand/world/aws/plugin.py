"""What we change in the AWS CLI: its endpoint, its retries of waiting, and `logs tail`.

Works on a driver and its session before any command. Knows no command.
"""

import importlib
import time
from types import SimpleNamespace
from typing import Any

# rds, docdb and neptune in us-east-1, and sqs, emr and health nearly everywhere, get an endpoint
# from this customisation, and that one wins over AWS_ENDPOINT_URL.
_BEFORE_PARSING = "before-building-argument-table-parser"


def point_at(driver: Any, endpoint: str) -> None:
    """Send every command to `endpoint`, unless it names one itself."""
    from awscli.customizations.overridesslcommonname import update_endpoint_url

    emitter = driver.session.get_component("event_emitter")
    emitter.unregister(_BEFORE_PARSING, update_endpoint_url)

    def fill_in(parsed_args: Any, **_: Any) -> None:
        if parsed_args.endpoint_url is None:
            parsed_args.endpoint_url = endpoint
        parsed_args.profile = None  # whichever a document names: here all of them are the lab

    emitter.register_first("top-level-args-parsed", fill_in)


def divide_waits(factor: float) -> None:
    """Let waiters look again sooner: in the lab, things are sooner so. Whole process."""
    # By this name: the CLI brings its own botocore, and `awscli.botocore` would be a second copy.
    waiter: Any = importlib.import_module("botocore.waiter")
    waits = SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / factor))
    waiter.time = waits


def add_logs_tail(driver: Any) -> None:
    """Teach the CLI `logs tail`, which its version 1 lacks."""
    import awscli_plugin_logs_tail

    awscli_plugin_logs_tail.awscli_initialize(driver.session.get_component("event_emitter"))
