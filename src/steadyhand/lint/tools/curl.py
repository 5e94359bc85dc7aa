"""A `curl` argv in, what curl refuses out: options it does not have, values that are missing."""

from msgspec import Struct

from steadyhand.actions.curl import parse_curl
from steadyhand.actions.curl.options import FLAGS, VALUES
from steadyhand.actions.words import Argv
from steadyhand.lint.tools.catalogue import nearest


class CurlProblem(Struct, frozen=True):
    """`subject` is the option that is wrong, as it is written."""

    subject: str
    message: str
    help: str


def check_curl(argv: Argv) -> tuple[CurlProblem, ...]:
    """Check a `curl` argv; holes are allowed. Pure."""
    curl = parse_curl(argv)
    found = [_unknown(option) for option in curl.unknown]
    if curl.wanting:
        message = f"the value of `{curl.wanting}` is missing"
        found.append(CurlProblem(curl.wanting, message, "write the value behind it"))
    return tuple(found)


def _unknown(option: str) -> CurlProblem:
    meant = ""
    if option.startswith("--"):
        meant = nearest(option[2:], [*FLAGS.split(), *VALUES.split()], 0.7)
    help = f"did you mean `--{meant}`?" if meant else "`curl --help all` lists the options"
    return CurlProblem(option, f"curl has no option `{option}`", help)
