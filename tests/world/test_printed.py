"""What is printed: redacted as it streams, or sealed as a whole with JSON's shape kept."""

import json

import pytest

from steadyhand.world.door import Stream
from steadyhand.world.printed import Printed, seal_output
from steadyhand.world.secrets import TOKEN, Secrets
from tests.world.conftest import Kept


def test_streams_are_redacted_apart(kept: Kept) -> None:
    secrets = Secrets()
    token = secrets.seal("correct-horse")
    printed = Printed(secrets, kept.sink, seal=False)
    for stream, chunk in [
        (Stream.OUT, b"a correct-"),
        (Stream.ERR, b"horse is not split over streams "),
        (Stream.OUT, b"horse b"),
        (Stream.ERR, b"correct-horse"),
    ]:
        printed.take(stream, chunk)
    printed.finish()
    assert kept.out == f"a {token} b"
    assert kept.err == f"horse is not split over streams {token}"
    assert printed.errors.endswith(b"correct-horse")  # for whoever judges, not shown


def test_sealed_output_is_one_token(kept: Kept) -> None:
    secrets = Secrets()
    printed = Printed(secrets, kept.sink, seal=True)
    for chunk in (b"abc", b"def/+\n"):
        printed.take(Stream.OUT, chunk)
    assert kept.out == ""
    printed.finish()
    assert TOKEN.fullmatch(kept.out.removesuffix("\n"))
    assert secrets.reveal(kept.out) == "abcdef/+\n"


@pytest.mark.parametrize("newlines", ["", "\n", "\r\n", "\n\n"])
def test_what_ends_the_line_is_kept(newlines: str) -> None:
    secrets = Secrets()
    sealed = seal_output(b"a-secret-value" + newlines.encode(), secrets).decode()
    assert TOKEN.fullmatch(sealed.removesuffix(newlines))
    assert seal_output(b"\n", secrets) == b"\n"


def test_json_keeps_its_shape() -> None:
    secrets = Secrets()
    answer = {
        "Name": "db-password",
        "SecretString": '{"user":"admin","password":"correct-horse"}',
        "VersionStages": ["AWSCURRENT"],
        "CreatedDate": 12.5,
    }
    sealed = json.loads(seal_output(json.dumps(answer, indent=4).encode() + b"\n", secrets))
    assert TOKEN.fullmatch(sealed["SecretString"])
    assert sealed | {"SecretString": ""} == answer | {"SecretString": ""}
    assert secrets.reveal(sealed["SecretString"]) == answer["SecretString"]
    # What is inside is known too, should it show up alone.
    assert TOKEN.fullmatch(secrets.redact(b"correct-horse").decode())


@pytest.mark.parametrize(
    "answer",
    [
        {"Parameters": [{"Name": "n", "Value": "first-value"}, {"Name": "m", "Value": "second"}]},
        {"Credentials": {"SecretAccessKey": "first-value", "SessionToken": "t-o-k-e-n"}},
        "first-value",
        ["first-value", "second-value"],
        {"renamed": "first-value"},
        {"renamed": {"deeper": ["first-value", 123456789]}},
    ],
)
def test_no_value_stays_in_json(answer: object) -> None:
    secrets = Secrets()
    sealed = seal_output(json.dumps(answer).encode(), secrets).decode()
    assert "first-value" not in sealed
    assert "123456789" not in sealed
    assert secrets.reveal(sealed).replace('"123456789"', "123456789") == json.dumps(answer)


def test_a_secret_that_is_json_itself_shows_none_of_its_values() -> None:
    secrets = Secrets()
    body = {"token": "first-value", "password": "correct-horse", "port": 5432, "tls": True}
    sealed = json.loads(seal_output(json.dumps(body).encode(), secrets))
    assert {key for key, value in sealed.items() if TOKEN.fullmatch(str(value))} == {
        "token", "password", "port",
    }  # fmt: skip


def test_digits_are_one_token() -> None:
    assert TOKEN.fullmatch(seal_output(b"123456\n", Secrets()).decode().strip())


def test_what_is_not_text_cannot_be_sealed() -> None:
    with pytest.raises(ValueError, match="not text"):
        seal_output(b"\xff\xfe\x00", Secrets())
