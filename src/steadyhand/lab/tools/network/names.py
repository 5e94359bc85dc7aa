"""`nslookup` and `dig`: a name in, what the lab's table of hosts says of it out. No packet is sent.

The forms are BIND 9's: https://bind9.readthedocs.io/en/stable/manpages.html
"""

import zlib

from steadyhand.lab.tools.call import Call, Failed, ended

SERVER = "127.0.0.53"
TTL = 60
TYPES = {"A", "AAAA", "ANY", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"}
PLUS = {"short", "noall", "answer", "nocmd", "nocomments", "nostats", "noquestion", "trace"}


@ended
def nslookup(call: Call) -> int:
    names = []
    for word in call.words:
        if not word.startswith("-"):
            names.append(word)
        elif word.partition("=")[0] not in ("-type", "-query", "-timeout", "-retry", "-debug"):
            call.complain(f"*** Invalid option: {word[1:]}")
    if not names:
        raise Failed(1, "nslookup: the interactive mode needs a terminal")
    server = names[1] if len(names) > 1 else SERVER
    call.say(f"Server:\t\t{server}", f"Address:\t{server}#53", "")
    found = call.lab.address(names[0])
    if found is None:
        call.say(f"** server can't find {names[0]}: NXDOMAIN", "")
        return 1
    call.say("Non-authoritative answer:", f"Name:\t{names[0]}", f"Address: {found}", "")
    return 0


@ended
def dig(call: Call) -> int:
    names, kind, plus = [], "A", []
    for word in call.words:
        if word.startswith("+"):
            if word[1:].partition("=")[0] not in PLUS | {"time", "tries", "timeout"}:
                raise Failed(1, f"Invalid option: {word}", *_DIG_USAGE)
            plus.append(word[1:])
        elif word.startswith("-"):
            raise Failed(1, f"Invalid option: {word}", *_DIG_USAGE)
        elif word.upper() in TYPES:
            kind = word.upper()
        elif not word.startswith("@"):
            names.append(word)
    name = names[0].rstrip(".") if names else "."
    found = call.lab.address(name)
    answers = [found] if found is not None and kind in ("A", "ANY") else []
    if "short" in plus:
        call.say(*answers)
        return 0
    _tell(call, name, kind, found is not None, answers)
    return 0


_DIG_USAGE = (
    "Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}",
    "            {global-d-opt} host [@local-server] {local-d-opt}",
    "            [ host [@local-server] {local-d-opt} [...]]",
    "",
    'Use "dig -h" (or "dig -h | more") for complete list of options',
)


def _tell(call: Call, name: str, kind: str, known: bool, answers: list[str]) -> None:
    status = "NOERROR" if known else "NXDOMAIN"
    number = zlib.crc32(name.encode()) % 65536
    call.say(
        "",
        f"; <<>> DiG 9.18 <<>> {' '.join(call.words)}",
        ";; global options: +cmd",
        ";; Got answer:",
        f";; ->>HEADER<<- opcode: QUERY, status: {status}, id: {number}",
        f";; flags: qr rd ra; QUERY: 1, ANSWER: {len(answers)}, AUTHORITY: 0, ADDITIONAL: 1",
        "",
        ";; QUESTION SECTION:",
        f";{name}.\t\t\tIN\t{kind}",
        "",
    )
    if answers:
        rows = [f"{name}.\t\t{TTL}\tIN\tA\t{address}" for address in answers]
        call.say(";; ANSWER SECTION:", *rows, "")
    call.say(";; Query time: 0 msec", f";; SERVER: {SERVER}#53({SERVER}) (UDP)", "")
