"""`curl --help all` in, the table of its options out: printed, to be pasted into `actions/curl`.

    python generate/curl.py

Debian's curl 7.88 says which options take a value. What came later is in `NEWER`, from
https://curl.se/docs/optionswhen.html.
"""

import re
import subprocess
import textwrap

NEWER_FLAGS = (
    "ca-native proxy-ca-native proxy-http2 trace-ids mptcp skip-existing tls-earlydata out-null "
    "follow dump-ca-embed show-headers"
)
NEWER_VALUES = (
    "haproxy-clientip ipfs-gateway trace-config variable ech ip-tos keepalive-cnt vlan-priority "
    "ssl-sessions upload-flags sigalgs parallel-max-host knownhosts"
)


def main() -> None:
    said = subprocess.run(
        ["curl", "--help", "all"], check=True, timeout=20, capture_output=True, text=True
    ).stdout
    flags, values, short = set(NEWER_FLAGS.split()), set(NEWER_VALUES.split()), []
    for line in said.splitlines():
        match = re.match(r"\s*(?:-(.), )?\s*--(\S+)(?: ([<\[]\S+))?\s", line)
        if match is None:
            continue
        letter, name, value = match.groups()
        (values if value and name != "help" else flags).add(name)
        if letter:
            short.append(f"{letter}={name}")
    for title, names in (("VALUES", values), ("FLAGS", flags), ("SHORT", short)):
        text = textwrap.wrap(" ".join(sorted(names)), 92, break_on_hyphens=False)
        lines = ' "\n    "'.join(text)
        print(f'{title} = (\n    "{lines}"\n)')


if __name__ == "__main__":
    main()
