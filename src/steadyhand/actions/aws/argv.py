"""An `aws` argv in, its service, operation and options out. Knows no operation's meaning."""

from functools import lru_cache

from msgspec import Struct

from steadyhand.actions.words import Argv, option

# https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-options.html
_GLOBALS_WITH_VALUE = frozenset(
    "--endpoint-url --output --query --profile --region --color --ca-bundle --cli-read-timeout "
    "--cli-connect-timeout --cli-binary-format --cli-input-json --cli-error-format".split()
)
# Options of their own that begin like longer ones.
_WHOLE = frozenset("--service --services --task --tasks --force --name --cluster".split())


class AwsCommand(Struct, frozen=True):
    """`rest` is everything after the operation; for `wait` the waiter is its first word."""

    service: str
    operation: str
    rest: Argv
    argv: Argv

    @property
    def name(self) -> str:
        return f"aws {self.service} {self.operation}".strip()

    def get(self, name: str) -> str | None:
        """Give an option's value, or None where it is not given."""
        return option(self.rest, *self._spellings(name))

    def has(self, name: str) -> bool:
        """Tell whether an option is given."""
        spellings = self._spellings(name)
        return any(word.partition("=")[0] in spellings for word in self.rest)

    def anywhere(self, name: str) -> str | None:
        """Give a global option's value, which may also stand before the operation."""
        return option(self.argv, name)

    def _spellings(self, name: str) -> Argv:
        """Name an option and the abbreviations of it that stand here: the CLI takes those too."""
        words = {word.partition("=")[0] for word in self.rest}
        short = {
            word for word in words if len(word) > 4 and name.startswith(word) and word not in _WHOLE
        }
        return (name, *sorted(short))

    def values(self, name: str) -> Argv:
        """Give all values of an option that takes several."""
        if name not in self.rest:
            single = option(self.rest, name)
            return () if single is None else (single,)
        start = self.rest.index(name) + 1
        taken: list[str] = []
        for word in self.rest[start:]:
            if word.startswith("--"):
                break
            taken.append(word)
        return tuple(taken)


@lru_cache(maxsize=8192)  # every rule and every reader asks about the same commands
def parse_aws(argv: Argv) -> AwsCommand:
    """Find service and operation behind any global options; "" for what is not there. Pure."""
    names: list[str] = []
    index = 1
    while index < len(argv) and len(names) < 2:
        word = argv[index]
        if word in _GLOBALS_WITH_VALUE:
            index += 1
        elif not word.startswith("-"):
            names.append(word)
        index += 1
    service, operation = [*names, "", ""][:2]
    return AwsCommand(service, operation, argv[index:], argv)
