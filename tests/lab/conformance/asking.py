"""A case in, what the lab's API made of it out: the code of its refusal, or its answer.

A case is an operation, what is asked, the code of the refusal ("" where it is answered), and the
page of AWS's documentation that says so. Texts in a case may hold `{names}` of the ground that the
suite stands on (conftest.py).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.lab.running_lab import RunningLab

Case = tuple[str, dict[str, Any], str, str]


def named(cases: Sequence[Case]) -> list[Any]:
    """The cases as parameters, each with a name that says which one failed."""
    return [
        pytest.param(*case, id=f"{number:02d}-{case[0]}-{case[2] or 'answered'}")
        for number, case in enumerate(cases, 1)
    ]


@dataclass
class Ground:
    """A lab, what is in it by name, and a client of each service that a test asked for."""

    lab: RunningLab
    names: dict[str, str]
    clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client that leaves every judgement of parameters to the API."""
        if service not in self.clients:
            # Its own checks would refuse first, and retries would hide an answer.
            self.clients[service] = self.lab.client(
                service, parameter_validation=False, retries={"total_max_attempts": 1}
            )
        return self.clients[service]

    def fill(self, value: Any) -> Any:
        match value:
            case str():
                return re.sub(r"\{(\w+)\}", lambda m: self.names.get(m[1], m[0]), value)
            case list():
                return [self.fill(one) for one in value]
            case Mapping():
                # None stands for what is not sent at all.
                return {key: self.fill(one) for key, one in value.items() if one is not None}
            case _:
                return value

    def ask(self, service: str, operation: str, asked: Mapping[str, Any]) -> tuple[str, Any]:
        """Give the refusal's code ("" for none) and the answer, or the refusal's message."""
        client = self.client(service)
        try:
            return "", client._make_api_call(operation, self.fill(asked))
        except ClientError as refused:
            error = refused.response["Error"]
            return str(error["Code"]), str(error.get("Message", ""))

    def answer(self, service: str, operation: str, /, **asked: Any) -> Any:
        """The answer of what has to be answered."""
        code, answer = self.ask(service, operation, asked)
        assert code == "", f"{operation}: {code}: {answer}"
        return answer

    def refusal(self, service: str, operation: str, /, **asked: Any) -> str:
        """The code of what has to be refused."""
        code, answer = self.ask(service, operation, asked)
        assert code, f"{operation} was answered: {answer}"
        return code

    def judge(self, service: str, case: Case) -> Any:
        """Hold one case against the lab."""
        operation, asked, expected, page = case
        code, answer = self.ask(service, operation, asked)
        assert code == expected, f"{page}\n{operation}: {code or 'answered'}: {answer}"
        return answer
