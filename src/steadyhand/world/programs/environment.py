"""Which variables a program is started with: built from nothing, never inherited from the operator.

Pure but for `from_operator`, which names the few that an AWS profile needs.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from steadyhand.model.run.target import Target
from steadyhand.world.door import Refused

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PLAIN = {"PATH": SYSTEM_PATH, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TERM": "dumb", "TZ": "UTC"}

# A script may set these: they change how an answer looks or how patient the CLI is.
_AWS_ALLOWED = frozenset(
    "AWS_REGION AWS_DEFAULT_REGION AWS_DEFAULT_OUTPUT AWS_PAGER AWS_CLI_AUTO_PROMPT "
    "AWS_MAX_ATTEMPTS AWS_RETRY_MODE".split()
)
# These decide what a name means, what a program loads, or where it connects to.
_NEVER = (
    "LD_", "PYTHON", "BASH_", "DYLD_", "SSL_CERT", "CURL_", "PSQL", "PGSERVICE", "GIT_", "LESS",
    "PERL", "RUBY", "NODE_", "JAVA_TOOL", "_JAVA", "MAKE", "TAR_", "GCONV_", "SSH_", "RSYNC_",
    "OPENSSL_",
)  # fmt: skip
_NEVER_EXACT = frozenset(
    "PATH ENV PAGER MANPAGER GH_PAGER EDITOR VISUAL GH_EDITOR BROWSER SHELL VIMINIT EXINIT "
    "GLIBC_TUNABLES IFS SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND HOME HOSTALIASES RES_OPTIONS "
    "LOCALDOMAIN HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy "
    "no_proxy".split()
)
_FROM_OPERATOR = (
    "HOME AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_CA_BUNDLE HTTPS_PROXY https_proxy "
    "NO_PROXY no_proxy SSL_CERT_FILE SSL_CERT_DIR"
).split()


def for_lab(target: Target, scratch: Path) -> dict[str, str]:
    """Give the AWS CLI what it needs to reach the lab, and nothing that opens anything else."""
    return {
        **_PLAIN,
        "HOME": str(scratch),
        "AWS_CONFIG_FILE": str(scratch / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(scratch / "credentials"),
        "AWS_ACCESS_KEY_ID": "lab",
        "AWS_SECRET_ACCESS_KEY": "lab",
        "AWS_DEFAULT_REGION": target.region,
        "AWS_ENDPOINT_URL": target.endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
    }


def for_tool(target: Target) -> dict[str, str]:
    """Give a stand-in of the lab what it needs: the program itself, the lab, its AWS API."""
    return {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "STEADYHAND_LAB": target.lab_file,
        "AWS_ACCESS_KEY_ID": "lab",
        "AWS_SECRET_ACCESS_KEY": "lab",
        "AWS_DEFAULT_REGION": target.region,
        "AWS_ENDPOINT_URL": target.endpoint,
    }


def for_profile(target: Target) -> dict[str, str]:
    """Give the AWS CLI a profile, without the operator's keys, which would win over it."""
    profile = target.name.partition(":")[2]
    region = {"AWS_DEFAULT_REGION": target.region} if target.region else {}
    return {**_PLAIN, **from_operator(), "AWS_PROFILE": profile, **region}


def from_operator() -> dict[str, str]:
    """Read the variables that say where profiles lie and how the network is reached."""
    return {name: os.environ[name] for name in _FROM_OPERATOR if name in os.environ}


def for_program(home: Path, exported: Mapping[str, str]) -> dict[str, str]:
    """Give a local program its environment: ours, and what the script exported. Pure."""
    return {**_PLAIN, "HOME": str(home), **without_dangerous(exported)}


def for_aws_command(exported: Mapping[str, str]) -> dict[str, str]:
    """Take from a script's variables what the AWS CLI may have of them. Pure.

    Raises Refused for one that would change the account, the endpoint or who asks.
    """
    for name in exported:
        if name.startswith("AWS_") and name not in _AWS_ALLOWED:
            raise Refused(f"{name} is set: it could change which account or endpoint is meant")
    kept = without_dangerous(exported)
    if "AWS_REGION" in kept:  # version 1 of the CLI does not know it, documents do
        kept["AWS_DEFAULT_REGION"] = kept["AWS_REGION"]
    return kept


def without_dangerous(exported: Mapping[str, str]) -> dict[str, str]:
    """Drop variables that decide what a name means or what a program loads. Pure."""
    return {
        name: value
        for name, value in exported.items()
        if name not in _NEVER_EXACT and not name.startswith(_NEVER)
    }
