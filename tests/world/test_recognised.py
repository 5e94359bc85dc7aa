"""What nobody has named is a secret all the same where it has the shape of one."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steadyhand.world.recognised import LONGEST, recognised
from steadyhand.world.secrets import Redactor, Secrets

# Made up, each in the shape that its maker gives it.
_JWT = (
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
)
_KEY = "MIIEpAIBAAKCAQEA1c7\nabc+/9=\n"
# The text, with the secret between ⟨ and ⟩.
SECRETS = [
    f"GITHUB ⟨ghp_{'a1B2' * 9}⟩ is set",
    f"⟨github_pat_{'11ABCDEFG0' * 6}⟩",
    "slack: ⟨xoxb-123456789012-abcdefghijklmnopqrst⟩,",
    "⟨glpat-abcDEF123456ghiJKL78⟩",
    f"stripe ⟨sk_live_{'a1' * 12}⟩.",
    "openai ⟨sk-proj-abc123def456ghi789jkl012mno345pq⟩",
    f"maps?key=⟨AIza{'Sy1' * 11}ab⟩&x=1",
    f"Authorization: Bearer ⟨{_JWT}⟩\n",
    f'{{"id_token": "⟨{_JWT}⟩"}}',
    f"-----BEGIN RSA PRIVATE KEY-----⟨\n{_KEY}⟩-----END RSA PRIVATE KEY-----\nafter it",
    '{"key": "-----BEGIN PRIVATE KEY-----⟨\\nMIIEvQ\\nIBADAN\\n⟩-----END PRIVATE KEY-----\\n"}',
    f"-----BEGIN OPENSSH PRIVATE KEY-----⟨\n{_KEY}⟩",  # the beginning of a file
    f"https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=⟨{'0f' * 32}⟩ is open",
    "?X-Amz-Security-Token=⟨IQoJb3JpZ2luX2VjEBQaCXVzLWVhc3Q%3D⟩&X-Amz-Date=1",
    "postgresql://app:⟨s3cr3tpw⟩@db.host:5432/shop",
    "redis://:⟨only-a-password⟩@cache:6379/0",
    "DB_PASSWORD=⟨Tr0ub4dor⟩\nNEXT=1",
    'password: "⟨hunter2hunter2⟩"',
    '{"SecretAccessKey": "⟨wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟩", "Expiration": "2026"}',
    "aws_secret_access_key = ⟨wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY⟩",
    "x-api-key: ⟨abcdef123456⟩\r\nhost: x",
    '{"access_token":"⟨2YotnFZFEjr1zCsicMWpAA⟩","expires_in":3600}',
    '{"name": "DB_PASSWORD",\n        "value": "⟨Abc12345xyz⟩"}',
    '{"name":"OPENAI_API_KEY","value":"⟨Abc12345xyz⟩"},{"name":"PORT","value":"8080"}',
]
PLAIN = [
    "Unexpected token '<' in JSON",
    "amqp://nobody here",
    '{"NextToken": "abc123456789", "nextForwardToken": "f/3412"}',
    "password: required",
    "password authentication failed for user app2",
    "contractorlens-task-definition/contractorlens-backend-12345678901234567",
    "sk-learn and ask-question-about-something-long",
    "http://127.0.0.1:8080/x@y",
    "git@github.com:owner/name.git https://github.com/owner/name",
    '"name": "SECRET_ARN", "valueFrom": "arn:aws:secretsmanager:us-east-1:1234:secret:x-AbC"',
    '"name": "API_KEY_PARAMETER", "value": "/shop/prod/key1"',
    '"secrets": [{"name": "DB_PASSWORD", "valueFrom": "/shop/db1"}]',
    '"MasterUserPassword": "****"',
    "DB_PASSWORD=$DB_PASSWORD2 TOKEN={token}",
    "postgresql://app:xxxxx@db https://user:***@host",
    "arn:aws:ecs:us-east-1:123456789012:task/x/0123456789abcdef0123456789abcdef",
    "-----BEGIN CERTIFICATE-----\nMIIDazCCAlOgAwIBAgIU\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\nMIIBIjANBg\n-----END PUBLIC KEY-----",
]
_TOKEN = re.compile(rb"stk_[0-9a-f]{24}")


def shown(*chunks: bytes, secrets: Secrets | None = None) -> bytes:
    redactor = Redactor(Secrets() if secrets is None else secrets)
    return b"".join(map(redactor.feed, chunks)) + redactor.flush()


def marked(text: str) -> tuple[bytes, bytes]:
    """Give a text as a program prints it, and as it is shown, with T for a token."""
    return (
        text.replace("⟨", "").replace("⟩", "").encode(),
        re.sub("⟨[^⟩]*⟩", "T", text).encode(),
    )


@pytest.mark.parametrize("text", [*SECRETS, *PLAIN])
def test_however_it_is_cut_the_secret_is_a_token_and_the_rest_is_as_it_was(text: str) -> None:
    printed, wanted = marked(text)
    assert _TOKEN.sub(b"T", shown(printed)) == wanted
    for at in range(1, len(printed)):
        cut = shown(printed[:at], printed[at:])
        assert _TOKEN.sub(b"T", cut) == wanted, at
    each = shown(*(printed[at : at + 1] for at in range(len(printed))))
    assert _TOKEN.sub(b"T", each) == wanted


@pytest.mark.parametrize("text", SECRETS)
def test_where_it_is_sent_its_value_is_put_in_again(text: str) -> None:
    printed, _ = marked(text)
    secrets = Secrets()
    assert secrets.reveal(shown(printed, secrets=secrets).decode()) == printed.decode()


def test_once_it_was_seen_it_is_a_secret_in_every_form() -> None:
    secrets = Secrets()
    shown(b"password=Tr0ub4dor9 \n", secrets=secrets)
    said = shown(b"and Tr0ub4dor9, 547230756234646f7239 again", secrets=secrets)
    assert b"Tr0ub4dor9" not in said
    assert b"547230756234646f7239" not in said


def test_after_very_many_they_are_no_longer_looked_for_but_still_not_shown() -> None:
    secrets = Secrets()
    lines = [b"password=secret%05d;\n" % number for number in range(500)]
    said = shown(*lines, secrets=secrets)
    assert b"secret0" not in said
    assert len(set(_TOKEN.findall(said))) == 50
    assert said.count(b"(a secret, not shown)") == 450
    assert shown(lines[3], secrets=secrets) == said.splitlines(keepends=True)[3]


def test_what_is_no_text_is_not_shown_either() -> None:
    assert shown(b"password=abc123\xff\xfe9;") == b"password=(a secret, not shown);"


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=6))
def test_other_text_comes_through_as_it_is(text: bytes, cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(text)]
    chunks = [text[a:b] for a, b in pairwise(places)]
    assert (shown(*chunks) == text) == (recognised(text)[0] == [])


@pytest.mark.parametrize("prompt", ["Password:", "password=", '"api_key": "', "redis://:"])
def test_a_prompt_is_shown_before_anybody_answers_it(prompt: str) -> None:
    redactor = Redactor(Secrets())
    assert redactor.feed(prompt.encode()) == prompt.encode()
    assert redactor.feed(b"hunter4711") != b"hunter4711"


def test_no_more_is_held_than_can_be_one() -> None:
    redactor = Redactor(Secrets())
    said = redactor.feed(b"eyJ" + b"a" * 100_000)
    assert len(said) >= 100_000 - LONGEST


def test_time_grows_with_the_text_and_not_faster() -> None:
    """Texts made to lead the patterns astray; each is searched once, and the test ends."""
    for piece in (
        b'"name":"',
        b"secret",
        b"://a:",
        b"-----BEGIN ",
        b"eyJ.",
        b"password=",
        b"a" * 9,
    ):
        text = piece * (200_000 // len(piece))
        secrets = Secrets()
        assert secrets.reveal(shown(text, secrets=secrets).decode()) == text.decode()
