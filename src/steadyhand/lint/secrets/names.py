"""A variable's or placeholder's name in, whether it holds a secret's value out. Never sees values.

Stricter than the compiler, which would rather hide too much: `SECRET_NAME`, `KMS_KEY_ID`,
`CACHE_KEY` and `NEXT_TOKEN` are none here.
"""

import re

_SECRET = frozenset(
    {"password", "passwd", "passphrase", "pass", "pw", "token", "apikey", "webhook"}
)
# What a key or a secret is called by that is a value: `SECRET_NAME` and `CACHE_KEY` are names.
_KEYS = frozenset(
    "api access secret auth signing encryption account license master sas shared jwt".split()
)
_SECRETS = frozenset(
    "client app shared jwt session webhook signing hmac oauth consumer api".split()
)
# What an API gives out to go on with a list, to repeat a request safely, to hold a lock.
_NO_TOKENS = frozenset(
    "next page continuation continue start starting sync idempotency client task lock fence".split()
)
_TAILS = frozenset("new old current value plain prod production staging b64 base64".split())
_URL = re.compile(
    r"(?:^|_)(?:database|db|postgres(?:ql)?|pg|redis|mongo(?:db)?|mysql|amqp|rabbitmq|broker|"
    r"sqlalchemy|jdbc)_(?:url|uri|dsn|conn(?:ection)?(?:_string)?)$|(?:^|_)webhook(?:_url)?$|"
    r"(?:^|_)connection_string$"
)


def is_secret(name: str) -> bool:
    """Tell whether a name says that its value is a secret. Pure."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\W+", "_", name).lower().strip("_")
    if _URL.search(snake):
        return True
    parts = [part for part in snake.split("_") if part]
    while len(parts) > 1 and (parts[-1] in _TAILS or parts[-1].isdigit()):
        parts.pop()
    if not parts:
        return False
    last, before = parts[-1], parts[-2] if len(parts) > 1 else ""
    if last == "token":
        return before not in _NO_TOKENS
    if last == "key":
        return before in _KEYS
    if last == "secret":
        return before in _SECRETS
    if last == "pat":
        return bool(before)
    return last in _SECRET
