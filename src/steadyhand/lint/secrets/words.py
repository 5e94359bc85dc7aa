"""A command in, the words of it that carry a secret out: by what the option takes, and by names."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from steadyhand.lint.secrets.names import is_secret
from steadyhand.lint.shell.remote import for_another_machine
from steadyhand.model.document.runbook import Step
from steadyhand.model.document.shell import Command, PartKind, Word

# Options whose value is a secret, whatever it is called.
_VALUES: dict[str, frozenset[str]] = {
    "aws": frozenset(
        "--master-user-password --secret-string --auth-token --password --new-password "
        "--old-password --temporary-password --secret-access-key --aws-secret-access-key".split()
    ),
    "mysql": frozenset({"--password"}),
    "mysqldump": frozenset({"--password"}),
    "mysqladmin": frozenset({"--password"}),
    "mariadb": frozenset({"--password"}),
    "redis-cli": frozenset({"-a", "--pass"}),
    "valkey-cli": frozenset({"-a", "--pass"}),
    "mongosh": frozenset({"-p", "--password"}),
    "mongodump": frozenset({"-p", "--password"}),
    "mongorestore": frozenset({"-p", "--password"}),
    "sshpass": frozenset({"-p"}),
    "ldapsearch": frozenset({"-w"}),
    "wget": frozenset({"--password", "--http-password", "--ftp-password"}),
    "docker": frozenset({"--password"}),
    "podman": frozenset({"--password"}),
    "helm": frozenset({"--password"}),
    "az": frozenset({"--password", "--admin-password", "--client-secret", "--account-key"}),
    "keytool": frozenset({"-storepass", "-keypass"}),
    "argocd": frozenset({"--password", "--auth-token"}),
    "influx": frozenset({"--password", "--token"}),
    "vault": frozenset({"-token"}),
    "consul": frozenset({"-token", "-http-token"}),
}
_ATTACHED = frozenset({"mysql", "mysqldump", "mysqladmin", "mariadb", "sshpass"})
# Words before a value that say what the value is not: a name, a file, what is looked for.
_NAMES_IT = re.compile(
    r"--?(?:i|key|identity-file|.*(?:-id|-ids|-name|-names|-arn|-file|-path|-from-file|"
    r"-key-id|-namespace))$"
)
# Programs that only compare or take apart what they get, or that the shell itself is.
_BUILTIN = frozenset(
    "echo printf [ [[ test export local declare readonly typeset read set unset : true false "
    "return exit eval cd mapfile readarray".split()
)
# These keep what they are given.
_STORES = frozenset({"aws", "kubectl", "oc", "vault", "gh", "heroku", "az", "gcloud"})
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?::?[-?][^{}]*)?\})")


class Carried(Struct, frozen=True):
    """A word that carries a secret: `shown` is how it is written, `option` what it is given to."""

    program: str
    word: Word
    option: str
    shown: str
    new: bool = False  # it is being set, or the tool has a better way for this very option
    literal: bool = False  # the secret itself stands in the document

    @property
    def what(self) -> str:
        return "the secret itself" if self.literal else f"`{self.shown}`"

    @property
    def taker(self) -> str:
        return f"{self.program} {self.option}".strip()


def secret_words(command: Command, step: Step) -> Iterator[Carried]:
    """Give the words that put a secret on a command line. Pure.

    Builtins have no command line that others could see.
    """
    away = for_another_machine(command) if command.name not in {"ssh", "aws"} else ()
    count = sum(any(word is one for one in away) for word in command.words)  # without heredocs
    inner = command.words[-count:] if count else ()
    if inner and inner[0].literal:
        yield from _carried(command.words[: -len(inner)], step)
        yield from _carried(inner, step)
    else:
        yield from _carried(command.words, step)


def _carried(words: Sequence[Word], step: Step) -> Iterator[Carried]:
    name = (words[0].literal or "").rpartition("/")[2] if words else ""
    if name == "sudo" and len(words) > 1 and (words[1].literal or "-")[:1] != "-":
        words = words[1:]
        name = (words[0].literal or "").rpartition("/")[2]
    if not name or name in _BUILTIN:
        return
    values = _VALUES.get(name, frozenset())
    option = ""
    for word in words[1:]:
        shown = word.shown
        own, equals, _ = shown.partition("=")
        if option in values:
            yield from _value(name, word, option, step)
        elif equals and own in values:
            yield from _value(name, word, own, step)
        elif name in _ATTACHED and shown.startswith("-p") and len(shown) > 2:
            yield from _value(name, word, "-p", step)
        elif not _NAMES_IT.fullmatch(option) and not _NAMES_IT.fullmatch(own):
            yield from _named(name, word, own if shown.startswith("-") else option, step)
        option = own if shown.startswith("-") and not equals else ""


def spelled(word: Word, step: Step) -> Iterator[tuple[str, str]]:
    """Give the name of each variable and placeholder of a word with how it is written. Pure.

    Variables in single quotes are for another shell.
    """
    written = {(o.parameter, o.quote[:1]): step.text[o.start : o.end] for o in step.parameters}
    for part in word.parts:
        if part.kind is PartKind.PARAMETER:
            text = written.get((part.text, '"' if part.quoted else ""))
            single = written.get((part.text, "'"), part.text)
            if text is not None or not single.startswith("$"):
                yield part.text, text or single
        elif part.kind is PartKind.DYNAMIC:
            match = _VARIABLE.fullmatch(part.text)
            yield ((match.group(1) or match.group(2)) if match else ""), part.text


def _named(program: str, word: Word, option: str, step: Step) -> Iterator[Carried]:
    for name, text in spelled(word, step):
        # A bare NAME is a placeholder in a header; elsewhere it may be the name of a variable.
        marked = text[:1] in "$<{[" or re.search(r"\b(?:Bearer|Basic|[Tt]oken)\b", word.shown)
        if name and marked and is_secret(name):
            yield Carried(program, word, option, text, new=program in _STORES)
            return


def _value(program: str, word: Word, option: str, step: Step) -> Iterator[Carried]:
    known = next((text for _, text in spelled(word, step)), None)
    if known is not None:
        yield Carried(program, word, option, known, new=True)
        return
    value = (word.literal or "").removeprefix(option).removeprefix("=")
    if not value or value.startswith(("file://", "fileb://", "env:", "-", "@")):
        return
    if option == "--secret-string" and value.lstrip().startswith(("{", "[")):
        return  # a document: what is secret in it, its text does not say
    yield Carried(program, word, option, value, new=True, literal=True)
