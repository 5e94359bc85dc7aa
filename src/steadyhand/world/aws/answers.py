"""What the AWS CLI printed on stderr in, whether the request may have been carried out, out.

Knows botocore's messages. https://github.com/boto/botocore/blob/develop/botocore/exceptions.py
"""

# It was sent, or may have been, and no answer came back that could be read.
_LOST = (
    b"Connection was closed before we received a valid response",
    b"Read timeout on endpoint URL",
    b"An HTTP Client raised an unhandled exception",
    b"An HTTP Client failed to establish a connection",
    b"Response may be incomplete",
    b"Unable to parse response",
    b"bytes read, but total bytes expected is",
)
# No connection came about, so nothing was sent.
_UNSENT = (
    b"Could not connect to the endpoint URL",
    b"Connect timeout on endpoint URL",
    b"Failed to connect to proxy URL",
    b"SSL validation failed",
    b"Unable to locate credentials",
    b"The config profile (",
    b"You must specify a region",
)


def looks_lost(stderr: bytes) -> bool:
    """Tell whether the request may have been carried out without an answer. Pure."""
    return any(words in stderr for words in _LOST)


def looks_unsent(stderr: bytes) -> bool:
    """Tell whether the request certainly did not leave. Pure."""
    return not looks_lost(stderr) and any(words in stderr for words in _UNSENT)
