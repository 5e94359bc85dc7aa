r"""# literal-variable

## What it does

Finds `$NAME` in single quotes that are given to a program which does not expand it either: the body
or a header of `curl`, a JSON argument of `aws` or `kubectl patch`.

## Why it is bad

Between single quotes bash expands nothing. The text `$NAME` itself is sent, mostly without any
error: the message in the chat says "Rollback to $VERSION", the secret's new value is `$NEW_TOKEN`.

## Bad

```bash
curl -X POST https://chat.example.org/hook -d '{"text":"Rolled back to $VERSION"}'
```

## Good

```bash
curl -X POST https://chat.example.org/hook -d "{\"text\":\"Rolled back to $VERSION\"}"
curl -X POST https://chat.example.org/hook -d '{"text":"Rolled back to '"$VERSION"'"}'
awk '{ print $NF }' access.log
```

## How to fix

Close the single quotes around the variable (`'…'"$VERSION"'…'`), use double quotes, or let `jq -n
--arg version "$VERSION"` build the JSON, which also escapes what is in it.

## Source

https://www.gnu.org/software/bash/manual/bash.html#Single-Quotes
"""

import re
from collections.abc import Iterator

from steadyhand.lint.rule import Rule
from steadyhand.lint.shell.quotes import SINGLE, expansions
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Command
from steadyhand.model.document.span import Span

# Of these options the value goes out as it is.
_SENT = {
    "curl": "-d --data --data-raw --data-binary --data-ascii --data-urlencode --json -H --header "
    "-F --form --form-string -u --user --url",
    "http": "",
    "aws": "--secret-string --message --message-body --overrides --payload --item --key --value "
    "--cli-input-json --document --policy-document --network-configuration --tags --subject "
    "--detail --entries --environment --expression-attribute-values --change-batch",
    "kubectl": "-p --patch --overrides",
    "oc": "-p --patch --overrides",
    "gh": "-f --raw-field -F --field -b --body -t --title",
    "git": "-m --message",
    "docker": "-e --env --label",
}
_NAME = re.compile(r"[A-Z][A-Z0-9_]+[A-Z0-9]")  # `$US` and `$ID` may be meant as they are


def check(subject: Subject) -> Iterator[Finding]:
    """Report each such variable where it stands."""
    for step in subject.runbook.steps():
        sent = [text for command in step.commands for text in _sent(command)]
        if not any("$" in text for text in sent):
            continue
        for one in expansions(step.text):
            spelling = step.text[one.start : one.end]
            if one.context != SINGLE or _NAME.fullmatch(one.name) is None:
                continue
            if any(spelling in text for text in sent):
                yield _finding(subject, step, one.start, spelling)


def _sent(command: Command) -> Iterator[str]:
    """Give the quoted texts of a command that nobody expands any more."""
    name = (command.name or "").rpartition("/")[2]
    options = _SENT.get(name, "").split()
    if not options:
        return
    before = ""
    for word in command.words[1:]:
        option = word.shown.partition("=")[0]
        if before in options or (option in options and "=" in word.shown):
            yield "".join(part.text for part in word.parts if part.quoted)
        before = word.shown


def _finding(subject: Subject, step: Step, start: int, spelling: str) -> Finding:
    line = step.span.line + step.text.count("\n", 0, start)
    span = Span(step.span.path, line, line)
    return RULE.finding(
        span,
        f"`{spelling}` stands in single quotes, so it is sent as these letters",
        f"close the quotes around it: `'…'\"{spelling}\"'…'`",
        mark=subject.mark(span, spelling),
    )


RULE = Rule("literal-variable", Severity.WARNING, Confidence.HIGH, check)
