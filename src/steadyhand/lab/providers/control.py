"""Calls to /_control in, the state of the providers out; the way to make one misbehave.

GET /_control · GET, PUT, DELETE /_control/<provider> · PUT /_control/github/runs/<id>
"""

from collections.abc import Mapping

from steadyhand.lab.providers import github
from steadyhand.lab.providers.account import Account, BadSwitch
from steadyhand.lab.providers.messages import Call, Malformed, Reply

PREFIX = "/_control"


def answer(call: Call, accounts: Mapping[str, Account]) -> Reply:
    try:
        return _answer(call, accounts)
    except (BadSwitch, Malformed) as error:
        return Reply(400, {"error": str(error)})


def _answer(call: Call, accounts: Mapping[str, Account]) -> Reply:
    match call.method, call.path.removeprefix(PREFIX).strip("/").split("/"):
        case "GET", [""]:
            return Reply(200, {name: account.told() for name, account in accounts.items()})
        case "PUT", ["github", "runs", number] if number.isdigit():
            return Reply(200, github.move_run(accounts["github"], int(number), call.json()))
        case method, [name] if name in accounts and method in ("GET", "PUT", "DELETE"):
            account = accounts[name]
            if method != "GET":
                account.set(call.json() if method == "PUT" else {})
            return Reply(200, _whole(account))
        case _:
            return Reply(404, {"error": f"there is no {call.method} {call.path}"})


def _whole(account: Account) -> dict[str, object]:
    """What is told of an account, and what it has received."""
    with account.lock:
        kept = {"messages": list(account.received)}
        if account.provider == "github":
            kept["runs"] = github.runs_of(account)
        if account.provider == "pagerduty":
            return {**account.told(), **kept, "alerts": dict(account.store)}
        return {**account.told(), **kept}
