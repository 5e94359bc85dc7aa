"""# needs-terminal

## What it does

Finds a command that opens a prompt, an editor or a full screen, or asks a question: `psql` without
a statement, `kubectl exec -it … -- bash`, `ssh host`, `crontab -e`, `terraform apply` without a
saved plan. What is fed by a pipe or a heredoc needs nobody, and where a script asks of its own will
(`read -p "Sure? "`), it is meant to.

## Why it is bad

Such a step cannot be run, recorded or rehearsed by a machine, and the text does not say what is to
be typed there. Commands that stand below it are meant for the prompt; pasted together they end up
somewhere else.

## Bad

```bash
kubectl exec -it deploy/web -- bash
```

## Good

```bash
kubectl exec deploy/web -- printenv APP_VERSION
```

## How to fix

Hand over the command: `psql … -c "SELECT …"`, `ssh host 'systemctl status web'`,
`kubectl exec … -- command`, `terraform plan -out=plan` and then `terraform apply plan`. Where it
has to be a person, say what they look for.

## Source

https://kubernetes.io/docs/tasks/debug/debug-application/get-shell-running-container/
"""

from collections.abc import Iterator

from steadyhand.actions import classify
from steadyhand.actions.words import Argv, shown
from steadyhand.lint.changes.calls import program, short
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.lint.tools.lasting import asking
from steadyhand.model.document.finding import Confidence, Finding, Severity

_SQL = 'hand the statement over: `{} -c "…"`'
_INSTEAD = {
    "psql": _SQL.format("psql"),
    "mysql": 'hand the statement over: `mysql -e "…"`',
    "mariadb": 'hand the statement over: `mariadb -e "…"`',
    "mongosh": "hand the script over: `mongosh --eval '…'`",
    "redis-cli": "write the command behind it: `redis-cli … INFO`",
    "valkey-cli": "write the command behind it: `valkey-cli … INFO`",
    "ssh": "write the command behind it: `ssh HOST 'COMMAND'`",
    "kubectl exec": "write the command behind `--`, without `-it`",
    "oc exec": "write the command behind `--`, without `-it`",
    "docker exec": "write the command behind the container, without `-it`",
    "docker compose exec": "write the command behind the container, without `-it`",
    "aws ecs execute-command": 'hand over one command: `--command "…"`',
    "aws ssm start-session": "`aws ssm send-command` runs a command without a terminal",
    "terraform apply": "`terraform plan -out=plan`, read it, then `terraform apply plan`",
    "terraform destroy": "`terraform plan -destroy -out=plan`, read it, then apply that",
    "terraform force-unlock": "check whose lock it is, then add `-force`",
    "kubectl edit": "`kubectl patch`, `kubectl set`, or a file and `kubectl apply`",
    "crontab": "`crontab FILE` with the table in a file",
    "systemctl edit": "a file in `/etc/systemd/system/UNIT.d/` and `systemctl daemon-reload`",
    "top": "one look is `top -b -n 1`",
    "git commit": "give the message with `-m`",
    "gh run watch": "name the run: `gh run watch ID`",
}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each command that somebody has to sit at."""
    for procedure in subject.runbook.procedures:
        for step in procedure.steps:
            for command in step.commands:
                if classify(command).interactive and command.name != "read":
                    argv = asking(procedure, step, command)
                    yield RULE.finding(
                        step.span,
                        f"`{shown((short(argv),))}` needs somebody at a terminal",
                        _instead(argv),
                        mark=subject.mark(step.span, program(argv)),
                    )


def _instead(argv: Argv) -> str:
    for name in (short(argv), program(argv)):
        if name in _INSTEAD:
            return _INSTEAD[name]
    return "say what is typed there, or use a command that is given all it needs"


RULE = Rule("needs-terminal", Severity.NOTE, Confidence.HIGH, check)
