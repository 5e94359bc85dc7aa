"""A `curl` argv in: the request it makes, its effect, and the options curl does not have."""

from steadyhand.actions.curl.effect import classify_curl
from steadyhand.actions.curl.request import CurlCall, parse_curl

__all__ = ["CurlCall", "classify_curl", "parse_curl"]
