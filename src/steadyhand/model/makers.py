"""Keys and tokens to which their makers give a prefix, so that they can be found in any text.

https://docs.github.com/code-security/secret-scanning/introduction/supported-secret-scanning-patterns
"""

from msgspec import Struct


class Made(Struct, frozen=True):
    """What it is, the prefixes that it may have, and a pattern (ASCII) of what follows them."""

    what: str
    prefixes: tuple[str, ...]
    rest: str


SECRETS = (
    Made("a GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"[A-Za-z0-9]{36}"),
    Made("a GitHub token", ("github_pat_",), r"[A-Za-z0-9_]{60,}"),
    Made("a GitLab token", ("glpat-",), r"[A-Za-z0-9_-]{20,}"),
    Made(
        "a Slack token", ("xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"), r"\d{6,}-[A-Za-z0-9-]{20,}"
    ),
    Made("a Stripe key", ("sk_live_", "rk_live_"), r"[A-Za-z0-9]{20,}"),
    Made("an API key", ("sk-",), r"(?:proj-|ant-[a-z0-9]+-)?(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{32,}"),
    Made("a Google API key", ("AIza",), r"[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"),
    Made("an npm token", ("npm_",), r"[A-Za-z0-9]{36}(?![A-Za-z0-9_])"),
    Made("a SendGrid key", ("SG.",), r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    Made("a DigitalOcean token", ("dop_v1_",), r"[a-f0-9]{64}"),
    Made("a Vault token", ("hvs.",), r"[A-Za-z0-9_-]{24,}"),
    Made("a PyPI token", ("pypi-",), r"[A-Za-z0-9_-]{50,}"),
)
