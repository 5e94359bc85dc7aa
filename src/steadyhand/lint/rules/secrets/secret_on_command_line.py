r"""# secret-on-command-line

## What it does

Finds a password, a token or an address with a password in it among the arguments of a program. What
the shell's own `echo` and `printf` are given is no command line, and a variable set in front of a
command (`PGPASSWORD=… psql`) is none either.

## Why it is bad

While the program runs, everybody on the machine sees its arguments in `ps`. A value that is typed
or pasted stays in the shell's history; all of it stays in transcripts, audit logs and recordings of
the session.

## Bad

```bash
aws rds modify-db-instance --db-instance-identifier shop --master-user-password "$NEW_PASSWORD"
psql "$DATABASE_URL" -c 'SELECT 1'
curl -H "Authorization: Bearer $API_TOKEN" https://shop.example.org/admin
```

## Good

```bash
printf '%s' "$NEW_PASSWORD" | aws rds modify-db-instance --db-instance-identifier shop \
  --master-user-password file:///dev/stdin
PGPASSWORD="$DB_PASSWORD" psql -h db.example.org -U shop -c 'SELECT 1'
printf 'header = "Authorization: Bearer %s"\n' "$API_TOKEN" |
  curl --config - https://shop.example.org/admin
echo "$REGISTRY_TOKEN" | docker login --username shop --password-stdin registry.example.org
```

## How to fix

Give it over standard input, a file that only its owner can read, or the environment: `file://` with
`aws`, `--config -` with `curl`, `PGPASSWORD` or `~/.pgpass` with `psql`, `REDISCLI_AUTH` with
`redis-cli`, `MYSQL_PWD` or a `--defaults-extra-file` with `mysql`, `--password-stdin` with
`docker login`.

## Source

https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html
"""

from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.rule import Rule
from steadyhand.lint.secrets.words import Carried, secret_words
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity
from steadyhand.model.document.runbook import Step

_HELP = {
    "aws": "give it as `file:///dev/stdin`, with `printf '%s' \"…\" |` in front",
    "curl": "give it as a line of `curl --config -`, over standard input",
    "psql": "give host and user as options, and the password as `PGPASSWORD=… psql`",
    "pg_dump": "give host and user as options, and the password as `PGPASSWORD=… pg_dump`",
    "pg_restore": "give host and user as options, and the password as `PGPASSWORD=… pg_restore`",
    "mysql": "give it as `MYSQL_PWD=… mysql`, or in a file with `--defaults-extra-file`",
    "mysqldump": "give it in a file, with `--defaults-extra-file`",
    "redis-cli": "give it as `REDISCLI_AUTH=… redis-cli`",
    "valkey-cli": "give it as `VALKEYCLI_AUTH=… valkey-cli`",
    "docker": "give it over standard input (`docker login --password-stdin`) or as `-e NAME` alone",
    "helm": "give it over standard input, with `--password-stdin`",
    "kubectl": "read it from a file: `--from-file`, or `-f -` with a manifest on standard input",
    "gh": "give it over standard input",
    "vault": "give it over standard input: `vault kv put PATH key=-`",
    "sshpass": "use a key, or `sshpass -e` with the password in `SSHPASS`",
}


# What is only used to log in stands there for a moment, and mostly cannot be given otherwise.
_SEVERITY = {True: Severity.WARNING, False: Severity.NOTE}


def check(subject: Subject) -> Iterator[Finding]:
    """Report each secret once for each procedure, program and option."""
    for procedure in subject.runbook.procedures:
        seen: set[tuple[str, str]] = set()
        for step in procedure.steps:
            for command in step.commands:
                for carried in secret_words(command, step):
                    key = (carried.taker, carried.shown)
                    if key not in seen:
                        seen.add(key)
                        yield _finding(subject, step, carried)


def _finding(subject: Subject, step: Step, carried: Carried) -> Finding:
    found = RULE.finding(
        step.span,
        f"{carried.what} is an argument of `{carried.taker}`: `ps`, history and transcripts show "
        "it",
        _HELP.get(carried.program, "give it over standard input, a file or the environment"),
        mark=subject.mark(step.span, carried.shown),
    )
    return replace(found, severity=_SEVERITY[carried.new])


RULE = Rule("secret-on-command-line", Severity.WARNING, Confidence.HIGH, check)
