r"""# secret-printed

## What it does

Finds a secret that is printed on the terminal: `echo "$DB_PASSWORD"`, `aws secretsmanager
get-secret-value` or `kubectl get secret -o yaml` whose answer nothing takes in, a key file under
`cat`, `env | grep PASSWORD`, `set -x` in a block that handles a secret.

## Why it is bad

What is on the screen is in the scroll-back, in the recording of the session, in the transcript of
the incident and in the shared screen of the call. From then on the secret has to be changed.

## Bad

```bash
aws secretsmanager get-secret-value --secret-id shop/db --query SecretString --output text
kubectl get secret shop-db -o jsonpath='{.data.password}' | base64 -d
echo "new password: $DB_PASSWORD"
```

## Good

```bash
DB_PASSWORD=$(aws secretsmanager get-secret-value --secret-id shop/db --query SecretString)
kubectl get secret shop-db -o json | jq '.data | keys'
aws secretsmanager describe-secret --secret-id shop/db
echo "$DB_PASSWORD" | docker login --username shop --password-stdin registry.example.org
```

## How to fix

Take it into a variable (`X=$(…)`), pipe it to the program that needs it, or ask for what is not
secret: its keys, its version, its length (`${#DB_PASSWORD}`).

## Source

https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from steadyhand.actions.aws.argv import parse_aws
from steadyhand.actions.words import as_argv, known
from steadyhand.lint.rule import Rule
from steadyhand.lint.secrets.names import is_secret
from steadyhand.lint.secrets.words import secret_words, spelled
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Command

# What these print is still what they were given, or a part of it.
_FILTERS = frozenset(
    "jq yq base64 grep egrep cut awk sed tr head tail less more cat tee column xargs python "
    "python3 sort uniq rev fold nl printf openssl".split()
)
_FILES = re.compile(
    r"(?:^|/)(?:\.aws/credentials|\.pgpass|\.netrc|\.my\.cnf|id_(?:rsa|ed25519|ecdsa)|shadow|"
    r"\.git-credentials|\.docker/config\.json)$|^/(?:var/)?run/secrets/.+|\.(?:pem|key|p12)$"
)
_PUBLIC = re.compile(
    r"(?:cert|chain|ca|bundle)[\w.-]*\.pem$|pub(?:lic)?[\w.-]*\.(?:pem|key)$|"
    r"^/etc/(?:ssl|pki/tls)/certs/[^/]+\.pem$",
    re.IGNORECASE,
)
# Keys of a secret that are none themselves.
_PUBLIC_KEYS = re.compile(
    r"\.data\.(?:user(?:name)?|host|port|dbname|database|(?:ca|tls)\\?\.crt)\b"
)
_NAMES = re.compile(r"passw|secret|token|api_?key|credential", re.IGNORECASE)
# To look at a stored secret may be what the step is for; to say one aloud is not.
_SEVERITY = {"echo": Severity.WARNING, "printf": Severity.WARNING}
_KEYS_ONLY = re.compile(r"\bkeys\b|\blength\b|\.metadata")


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command whose output, at the end of its pipeline, holds a secret."""
    for procedure in subject.runbook.procedures:
        for _, block in groupby(procedure.steps, lambda step: step.fence):
            steps = list(block)
            yield from _traced(subject, steps)
            for step in steps:
                for index, command in enumerate(step.commands):
                    what = _prints(command, step) or _shows_environment(step.commands, index)
                    if what and _on_the_terminal(step.commands, index):
                        yield _finding(subject, step, command, what)


def _on_the_terminal(commands: Sequence[Command], index: int) -> bool:
    """Tell whether the output of a command ends on the terminal, maybe through filters."""
    first = commands[index]
    if first.nested or _goes_to_a_file(first):
        return False
    for command in commands[index + 1 :]:
        if command.nested:
            continue
        if not command.piped:
            break
        words = " ".join(word.shown for word in command.words)
        quiet = re.search(r"\bgrep\b.*\s-\w*[qc]", words) or _KEYS_ONLY.search(words)
        if (command.name or "") not in _FILTERS or _goes_to_a_file(command) or quiet:
            return False
    return True


def _goes_to_a_file(command: Command) -> bool:
    return any(r.operator in {">", ">>", "1>", "1>>", "&>", ">|"} for r in command.redirects)


def _prints(command: Command, step: Step) -> str:
    """Say what secret a command prints; "" for none."""
    match (command.name or "").rpartition("/")[2]:
        case "echo" | "printf":
            names = [(n, t) for word in command.words[1:] for n, t in spelled(word, step)]
            return next((f"`{t}`" for n, t in names if is_secret(n) and t[:1] == "$"), "")
        case "printenv":
            name = next((w.literal or "" for w in command.words[1:]), "")
            return f"`{name}`" if is_secret(name) else ""
        case "cat" | "less" | "more" | "head" | "tail":
            return next((f"`{f}`" for w in command.words[1:] if _is_key_file(f := w.shown)), "")
        case "aws":
            return _from_aws(command)
        case "kubectl" | "oc":
            return _from_kubernetes(command)
        case "terraform" | "tofu":
            words = [word.shown for word in command.words[1:]]
            raw = words[2:3] if words[:2] == ["output", "-raw"] else []
            return next((f"the output `{name}`" for name in raw if _NAMES.search(name)), "")
        case "gcloud":
            words = [word.shown for word in command.words[1:4]]
            return "the secret" if words == ["secrets", "versions", "access"] else ""
        case _:
            return ""


def _is_key_file(path: str) -> bool:
    return _FILES.search(path) is not None and _PUBLIC.search(path) is None


def _from_aws(command: Command) -> str:
    aws = parse_aws(as_argv(command))
    query = aws.anywhere("--query") or ""
    match aws.service, aws.operation:
        case "secretsmanager", "get-secret-value":
            shows = not query or "Secret" in query
            return "the secret's value" if shows and not _KEYS_ONLY.search(query) else ""
        case "ssm", "get-parameter" | "get-parameters" | "get-parameters-by-path":
            names = (*aws.values("--name"), *aws.values("--names"), *aws.values("--path"))
            secret = any(_NAMES.search(name) or not known(name) for name in names)
            shows = aws.has("--with-decryption") and (not query or "Value" in query)
            return "the parameter's value" if shows and secret else ""
        case _:
            return ""


def _from_kubernetes(command: Command) -> str:
    words = [word.shown for word in command.words[1:]]
    if "get" not in words[:3] or not any(
        re.fullmatch(r"secrets?(?:/.+)?", word) for word in words[:5]
    ):
        return ""
    form = " ".join(words)
    match = re.search(r"(?:-o|--output)[ =]?(\S+)", form)
    if match is None:
        return ""
    whole = match.group(1).startswith(("yaml", "json")) and "jsonpath" not in match.group(1)
    return "the secret's data" if whole or ".data" in _PUBLIC_KEYS.sub("", form) else ""


def _shows_environment(commands: Sequence[Command], index: int) -> str:
    """Find `env | grep PASSWORD`."""
    command = commands[index]
    if command.name not in {"env", "printenv"}:
        return ""
    greps = [c for c in commands[index + 1 : index + 2] if c.name == "grep"]
    asked = [word.shown for grep in greps for word in grep.words[1:]]
    return next((f"what is called `{word}`" for word in asked if _NAMES.search(word)), "")


def _traced(subject: Subject, steps: Sequence[Step]) -> Iterator[Finding]:
    """Find `set -x` in front of a command with a secret."""
    tracing: Step | None = None
    for step in steps:
        if re.match(r"set\s+(?:-\w*x|-o\s+xtrace)", step.text):
            tracing = step
        elif re.match(r"set\s+(?:\+\w*x|\+o\s+xtrace)", step.text):
            tracing = None
        elif tracing and any(True for c in step.commands for _ in secret_words(c, step)):
            yield RULE.finding(
                tracing.span,
                f"`set -x` prints every argument, also the secret in line {step.span.line}",
                "leave it out, or write `set +x` in front of that command",
                mark=subject.mark(tracing.span, tracing.text),
            )
            return


def _finding(subject: Subject, step: Step, command: Command, what: str) -> Finding:
    found = RULE.finding(
        step.span,
        f"this prints {what} on the terminal, and so into every transcript of it",
        "take it into a variable, or pipe it to the program that needs it",
        mark=subject.mark(step.span, command.name or ""),
    )
    return replace(found, severity=_SEVERITY.get(command.name or "", Severity.NOTE))


RULE = Rule("secret-printed", Severity.WARNING, Confidence.MEDIUM, check)
