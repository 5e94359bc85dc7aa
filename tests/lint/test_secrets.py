"""Names that hold secrets, and keys of each provider.

The keys are put together here, so that no scanner takes this file for a leak.
"""

import pytest

from steadyhand.lint.secrets.names import is_secret
from tests.lint.subjects import findings

CHANCE = "Zr3TnW1xVb6YkLm0PsDf4GhJ9cKvE7uR2aXoQi8Zr3TnW1xVb6YkLm0PsDf4GhJ9"


@pytest.mark.parametrize(
    "name",
    "DB_PASSWORD db_password NEW_PASS PASSWORD PASS GEMINI_API_KEY apikey ADMIN_TOKEN admin-token "
    "AWS_SECRET_ACCESS_KEY CLIENT_SECRET clientSecret JWT_SECRET DATABASE_URL PROD_DATABASE_URL "
    "REDIS_URL SLACK_WEBHOOK_URL NEW_PASSWORD_2 MYSQL_PWD_NEW_PASSWORD GITHUB_PAT "
    "CONNECTION_STRING SIGNING_KEY OLD_TOKEN_VALUE".split(),
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    "SECRET_NAME SECRET_ARN DB_SECRET SECRET KMS_KEY_ID AWS_ACCESS_KEY_ID CACHE_KEY KEY SSH_KEY "
    "NEXT_TOKEN CONTINUATION_TOKEN MAX_TOKENS PASSWORD_FILE TOKEN_PATH BYPASS PAT COMPASS "
    "BASE_URL SHOP_URL GOOGLE_APPLICATION_CREDENTIALS PWD HOST".split(),
)
def test_names_of_other_things(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("provider", "key"),
    [
        ("GitHub", "ghp_" + CHANCE[:36]),
        ("GitHub", "github_pat_" + CHANCE[:22] + "_" + CHANCE[:59]),
        ("GitLab", "glpat-" + CHANCE[:20]),
        ("AWS", "aws_secret_access_key = " + CHANCE[:40]),
        ("Slack", "xoxb-" + "482910573829-" + CHANCE[:24]),
        ("Slack", "https://hooks.slack.com/services/" + "T4XJ7RZ2L/B9KQ2LMZX/" + CHANCE[:24]),
        ("Stripe", "sk_live_" + CHANCE[:24]),
        ("an API key", "sk-" + "proj-" + CHANCE[:40]),
        ("an API key", "sk-" + "ant-api03-" + CHANCE[:40]),
        ("Google", "AIza" + CHANCE[:35]),
        ("npm", "npm_" + CHANCE[:36]),
        ("SendGrid", "SG." + CHANCE[:22] + "." + CHANCE[:43]),
        ("DigitalOcean", "dop_v1_" + "7c1e9a4b3d2f8065" * 4),
        ("Vault", "hvs." + CHANCE[:30]),
        ("PyPI", "pypi-" + CHANCE[:56]),
    ],
)
def test_keys_of_providers(provider: str, key: str) -> None:
    text = f"# P\n\nThe key is `{key}`.\n"
    (found,) = findings(text, "literal-secret")
    assert provider in found.message
    assert found.mark is not None
    line = text.split("\n")[found.mark.line - 1]
    assert line[found.mark.column - 1 : found.mark.end_column - 1] in key
    assert key[-20:] not in found.message


def test_a_key_cut_short_or_of_one_letter_is_none() -> None:
    for key in ("ghp_" + CHANCE[:30], "ghp_" + "1" * 36, "AIza" + CHANCE[:36], "sk-" + "task-" * 9):
        assert not findings(f"# P\n\n{key}\n", "literal-secret"), key
