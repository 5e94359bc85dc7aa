"""Shell text in, the placeholders out that nothing marks: stubs, words in capitals, samples.

Each has a dictionary, and what is not in it stays text.
"""

import re
from collections.abc import Collection, Iterator
from functools import cache

from steadyhand.compile.shell.found import Form, Found, command_before, named, option_before

_XXX = re.compile(r"(?<![\w.-])[\w.-]*(?<![A-Za-z0-9])(?:x{3,}|X{3,})(?![A-Za-z0-9])[\w.-]*")
_TLD = r"(?:\.(?:com|org|net|io|dev|app|cloud|example|tld|local))"
_YOUR = re.compile(
    r"(?<![\w-])(?:your(?:[-_][a-z0-9]+)+|your(?:domain|company|org|app|site|host|server|bucket|"
    r"cluster|password|username|user|project|registry|repo|instance|database|region|key|token|"
    r"email|name)|YOUR(?:-[A-Z0-9]+)+)(?![\w-])" + _TLD + r"?(?![\w-])"
)
_HERE = re.compile(
    r"(?<![\w-])(?:[\w]+-)+here\b|(?<![\w-])(?:CHANGE|REPLACE|FILL|EDIT)[_-]?(?:ME|THIS|IN)(?![\w-])"
    r"|(?<![\w-])(?:change|replace)[-_]?(?:me|this)(?![\w-])|(?<![\w-])PLACEHOLDER(?![\w-])"
)
_TOLD = re.compile(r"your|here|change|replace|fill|edit|placeholder")
_LATER = re.compile(r"(?<=[ =:\"'])(?:TODO|TBD|FIXME)(?=$|[\s\"';,}])", re.MULTILINE)
# Alone in quotes it is a format: `to_char(now(), 'YYYY-MM-DD')`.
_WRITTEN_DATE = re.compile(
    r"(?<![\w%+])(?<!['\"])YYYY[-_/]?MM[-_/]?DD(?:[-_T ]?HH[:-]?MM(?:[:-]?SS)?)?"
    r"(?!['\"%])(?![A-Za-z])"
)
_DEVICE = re.compile(
    r"/dev/(?:sd|vd|xvd|hd|nvme|md|dm-)[XYZN](?:n?[0-9XYZN]|p[0-9XYZN]|n[0-9]p[0-9])*(?!\w)"
)
_DOTTED = re.compile(
    r"(?<![\w.-])(?:(?:(?:\d{1,3}|[xX]{1,3})\.){3}(?:\d{1,3}|[xX]{1,3})|v?[xX]\.[yYxX]\.[zZxX])"
    r"(?![\w.-])"
)
_CUT_OFF = re.compile(
    r"(?<![\w./-])(?:arn:[\w:/*-]*(?:\.{3}|…)[\w:/*.…-]*"
    r"|(?:(?:sg|subnet|vpc|i|ami|vol|snap|eni|sk|pk|ghp|xoxb)[-_][\w-]*|eyJ\w*|AKIA\w*|https?://)"
    r"(?:\.{3}|…))(?![\w/.])"
)
_UPPERCASE = re.compile(
    r"(?<![\w$.{%\\-])[A-Z][A-Z0-9]*(?:(?:_[A-Z0-9]+)+|(?:-[A-Z0-9]+)+)(?![\w=({.])"
)
# What a bare UPPERCASE word says of itself when it waits for a value: its last word, or its first.
_LAST = frozenset(
    "ID IDS ARN NAME HOST HOSTNAME PORT URL URI VERSION REVISION TAG TOKEN KEY PASSWORD SECRET "
    "REGION ACCOUNT BUCKET IP ADDRESS ENDPOINT USER USERNAME EMAIL DATE TIME TIMESTAMP PATH FILE "
    "NUMBER COUNT HASH SHA COMMIT BRANCH IMAGE CLUSTER SERVICE TASK INSTANCE DATABASE TABLE GROUP "
    "ROLE DOMAIN ZONE SUBNET VALUE HERE".split()
)
_FIRST = frozenset("YOUR MY PREVIOUS PREV NEW OLD TARGET REPLACE INSERT LAST SOME EXAMPLE".split())
# As endings of hyphened words these are parts of names: ECDHE-RSA-AES256-SHA.
_ALSO_ENDINGS = frozenset("SHA HASH TIME COUNT VALUE KEY".split())
_SQL_WORDS = frozenset(
    "CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_USER SESSION_USER LOCAL_TIME".split()
)
# Programs whose words in capitals are names they look for, or text.
_TAKES_NAMES = frozenset(
    "grep egrep fgrep rg awk sed jq printenv env echo printf export unset read declare "
    "local".split()
)
_NOUN = re.compile(
    r"(?<![\w$.{%\\/<\[&-])(?:POD(?:_?NAME)?|NAMESPACE|NODE(?:NAME)?|HOST(?:NAME)?|IP|USER(?:NAME)?|"
    r"PASSWORD|PORT|DATABASE|DBNAME|CLUSTER|SERVICE|REGION|VERSION|TAG|IMAGE|CONTAINER|INSTANCE|"
    r"BUCKET|DEPLOYMENT|DOMAIN|URL|PID|CONTEXT|RELEASE|REVISION|PROJECT|ZONE|BRANCH|COMMIT|SHA|"
    r"TOKEN|SERVER|DEVICE|INTERFACE|UNIT|ID|NAME)(?![\w=({.<>\[\]-]|:[^\s/\d])"
)
# Programs that have no words in capitals of their own, so that one among theirs is a placeholder.
_PLAIN_TOOLS = frozenset(
    "kubectl oc docker podman crictl nerdctl systemctl service journalctl ssh scp rsync ping dig "
    "nslookup host kill mount umount nc telnet traceroute mtr gcloud az helm argocd terraform gh "
    "docker-compose heroku flyctl nomad consul vault git curl wget fsck mkfs ip ethtool".split()
)
_BY_OPTION = frozenset(
    "aws psql pg_dump pg_restore pg_isready mysql mysqldump redis-cli valkey-cli mongosh "
    "mongo".split()
)
# Of these programs only some words in capitals are placeholders.
_OWN_WORDS: dict[str, frozenset[str]] = {
    "curl": frozenset({"URL"}),
    "wget": frozenset({"URL"}),
    "git": frozenset("BRANCH TAG COMMIT SHA VERSION REVISION".split()),
}
_HOST_OPTIONS = frozenset("-h -U -d -p -P -u -n -c".split())
# Templates of file names, not stubs.
_TAKES_XXX = frozenset(("mktemp", "mkstemp", "tempfile"))

_THING = (
    r"app|application|service|svc|cluster|bucket|db|database|instance|function|lambda|queue|topic|"
    r"table|stack|secret|key|pod|deployment|deploy|namespace|ns|image|repo|repository|registry|"
    r"server|host|container|volume|network|project|resource-?group|rg|vm|vpc|release|chart|node|"
    r"user|role|policy|lb|alb|group|task|job|pipeline|branch|site|website|api|web|backend|frontend|"
    r"cache|redis|postgres|mysql|distribution|domain|env|environment|org|organization|account|team|"
    r"workspace|configmap|statefulset|daemonset|pvc|pv|keyspace|index|collection|alarm|package"
)
# Values that documents use for "something of this kind", each behind a text that must be there.
# Sources: RFC 2606 and RFC 6761 (hosts), RFC 5737 (addresses),
# https://docs.aws.amazon.com/general/latest/gr/aws-general.pdf (accounts).
_SAMPLES: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("@",),
        r"(?<![\w@.+-])[\w.+-]+@(?:[\w-]+\.)*example\.(?:com|org|net)(?![\w-]|\.\w)",
    ),
    (
        ("example.", "my"),
        r"(?<![\w@.-])(?:[\w-]+\.)*(?:example\.(?:com|org|net|edu)|"
        r"my-?(?:domain|company|site|app|host)\.(?:com|org|net|io))(?![\w-]|\.\w)",
    ),
    (("1.2.3",), r"(?<![\w.])v?1\.2\.3(?![\w.-])"),
    (
        ("abc123", "a1b2c3d4", "abcd1234", "abcdef12"),
        r"(?<![\w-])(?:abc123(?:def(?:456)?)?|a1b2c3d4(?:e5f6)?|abcd1234|"
        r"abcdef12(?:34567890)?)(?![\w-])",
    ),
    (
        ("192.0.2.", "198.51.100.", "203.0.113."),
        r"(?<![\d.])(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}(?![\d.])",
    ),
    (
        ("123456789012", "111122223333", "444455556666", "111111111111"),
        r"(?<!\d)(?:123456789012|111122223333|444455556666|111111111111)(?!\d)",
    ),
    (
        ("123", "abc1", "abcdef12", "abcd1234"),
        r"(?<![\w-])(?:i|vpc|subnet|sg|ami|vol|snap|eni|rtb|igw|nat|eipalloc|acl|lt|tgw|fs|db)"
        r"-0?(?:1234567890abcdef0?|123456789abcdef0?|0?12345678|1234|abc123(?:def(?:456)?)?|"
        r"abcd1234|abcdef12(?:34567890)?)(?![\w-])",
    ),
    (
        ("123e4567-", "12345678-1234-"),
        r"(?<![\w-])(?:123e4567-e89b-12d3-a456-426614174000|"
        r"12345678-1234-1234-1234-123456789(?:012|abc))(?![\w-])",
    ),
    (("EXAMPLE",), r"(?<!\w)(?:AKIA|ASIA)\w*EXAMPLE(?!\w)"),
    (
        ("my-", "my_"),
        rf"(?<![\w.-])my[-_](?:[a-z0-9]+[-_]){{0,3}}(?:{_THING})"
        r"(?:[-_]?(?:\d{1,3}|name))?(?![\w-])",
    ),
    (
        ("20",),
        r"(?<![\w.])20\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
        r"(?:Z|[+-]\d\d:?\d\d)?)?(?!\w)",
    ),
)
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
_FORMAT_VERSION = re.compile(r"version\W{1,6}$|(?:gpt|claude|model)[\w.-]*-$", re.IGNORECASE)


_SOME_PATH = re.compile(r"(?<![\w.$}/])/path/to/[\w./-]*[\w-]")


def stubs(text: str) -> Iterator[Found]:
    """Find what stands for a value by its shape: `sg-xxx`, `your-domain.com`, `10.0.x.x`."""
    lower = text.lower()
    if "xxx" in lower:
        yield from _crossed(text)
    for pattern in (_YOUR, _HERE):
        for match in pattern.finditer(text) if _TOLD.search(lower) else ():
            name = match.group().removesuffix("-here")
            yield Found(name, match.group(), match.start(), match.end(), Form.STUB)
    for match in _LATER.finditer(text):
        command = command_before(text, match.start())
        if command and command not in _TAKES_NAMES and not command.startswith("#"):
            yield Found(match.group(), match.group(), match.start(), match.end(), Form.UPPERCASE)
    for match in _WRITTEN_DATE.finditer(text) if "YYYY" in text else ():
        yield Found("date", match.group(), match.start(), match.end(), Form.STUB)
    if "/path/to/" in text:
        for match in _SOME_PATH.finditer(text):
            name = re.sub(r"[^\w]+", "-", match.group().strip("/"))
            yield Found(name, match.group(), match.start(), match.end(), Form.STUB)
    if "/dev/" in text:
        for match in _DEVICE.finditer(text):
            yield Found("device", match.group(), match.start(), match.end(), Form.STUB)
    if "x." in lower or ".x" in lower:
        for match in _DOTTED.finditer(text):
            if "x" in match.group().lower():
                name = "address" if match.group().count(".") == 3 else "version"
                yield Found(name, match.group(), match.start(), match.end(), Form.STUB)
    if "..." in text or "…" in text:
        for match in _CUT_OFF.finditer(text):
            name = named(match.group()) or "value"
            yield Found(name, match.group(), match.start(), match.end(), Form.STUB)


def _crossed(text: str) -> Iterator[Found]:
    for match in _XXX.finditer(text):
        spelling = match.group().strip(".-")
        start = match.start() + match.group().index(spelling)
        if _DOTTED.fullmatch(spelling):
            continue
        if command_before(text, start) not in _TAKES_XXX:
            name = named(re.sub(r"(?<![A-Za-z0-9])[xX]{3,}(?![A-Za-z0-9])", "", spelling)) or "xxx"
            yield Found(name, spelling, start, start + len(spelling), Form.STUB)


def uppercase(text: str, assigned: Collection[str]) -> Iterator[Found]:
    """Find words in capitals that wait for a value: `TASK_ID`, and `POD` where one is taken."""
    for match in _UPPERCASE.finditer(text):
        word = match.group()
        parts = re.split("[_-]", word)
        if word in assigned or word in _SQL_WORDS or _in_remark(text, match.start()):
            continue
        if parts[-1] not in _LAST and parts[0] not in _FIRST:
            continue
        if re.match(r"\\?[\"']\s*:", text[match.end() :]):
            continue  # a key of JSON
        if re.search(r"\bname:\s*$", text[: match.start()]):
            continue  # a variable of a container, in YAML
        command = command_before(text, match.start())
        if "-" in word and (_quoted(text, match.start()) or not _hyphened(text, match)):
            continue  # a header, a title, a cipher
        if (not command or command in _TAKES_NAMES) and parts[0] != "YOUR":
            continue
        yield Found(word, word, match.start(), match.end(), Form.UPPERCASE)
    for match in _NOUN.finditer(text):
        if match.group() in assigned or _in_remark(text, match.start()):
            continue
        if _waits(text, match):
            yield Found(match.group(), match.group(), match.start(), match.end(), Form.UPPERCASE)


def _in_remark(text: str, at: int) -> bool:
    """Tell whether a place stands behind a `#` that begins a comment in its line."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    mark = line.find(" # ")
    return mark > 0 and line.count("'", 0, mark) % 2 == 0 and line.count('"', 0, mark) % 2 == 0


def _hyphened(text: str, match: re.Match[str]) -> bool:
    last = match.group().rpartition("-")[2]
    return last in _LAST - _ALSO_ENDINGS and not re.match(r"[:-]", text[match.end() :])


def _waits(text: str, match: re.Match[str]) -> bool:
    """Tell whether one word in capitals is given to a program as the value of something."""
    word, at = match.group(), match.start()
    before = text[at - 1 : at]
    if option_before(text, at) in {"-e", "--env"} and before == " ":
        return False  # a variable that is handed on
    if before not in {" ", "@", ":", "=", "/"} or _quoted(text, at):
        return False
    command = command_before(text, at)
    if command == "sudo":
        command = next(iter(text[:at].rpartition("sudo ")[2].split()), "")
    option = option_before(text, at)
    nearest = text[:at].rstrip().endswith(option) if option else False
    named_so = option.rstrip("=").lower().strip("-").replace("-", "")
    says = bool(named_so) and word.lower().replace("_", "")[:4] in named_so
    if before == "=":
        return says and command in (_PLAIN_TOOLS | _BY_OPTION)
    if command in _BY_OPTION:
        return nearest and (says or (command != "aws" and option in _HOST_OPTIONS))
    if command not in _PLAIN_TOOLS:
        return False
    own = _OWN_WORDS.get(command)
    return own is None or word in own or before in {"@", "/", ":"} or (nearest and says)


def _quoted(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line.count('"') % 2 == 1 or line.count("'") % 2 == 1


@cache  # most documents have none of most kinds
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def samples(text: str) -> Iterator[Found]:
    """Find values that documents use for any of their kind. Each is its own default."""
    for gates, pattern in _SAMPLES:
        found = any(gate in text for gate in gates)
        for match in _compiled(pattern).finditer(text) if found else ():
            spelling = match.group()
            if not _FORMAT_VERSION.search(text, max(0, match.start() - 30), match.start()):
                yield Found(spelling, spelling, match.start(), match.end(), Form.SAMPLE, spelling)
