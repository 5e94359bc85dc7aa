"""An image's name in, the build a task runs out. Knows releases and pushed copies; no process."""

from dataclasses import dataclass, field
from pathlib import Path

IMAGE = Path(__file__).with_name("image.py")


@dataclass(frozen=True)
class Build:
    """What `python -m module` runs, and the folder it starts in. `folder` is where a pushed copy
    lies; None: as installed."""

    module: str
    version: str
    home: Path
    folder: Path | None = None

    @property
    def program(self) -> tuple[str, ...]:
        """What Python is to run."""
        if self.folder is None:
            return ("-m", self.module)
        package = self.module.rpartition(".")[0]
        return (str(IMAGE), str(self.folder), package, self.module)


@dataclass
class Repository:
    """`lines` are the release lines, "2.4", that it has builds of; `pushed` are copies by tag."""

    module: str
    home: Path
    lines: set[str] = field(default_factory=set)
    pushed: dict[str, Build] = field(default_factory=dict)


@dataclass
class Registry:
    """Every image there is, by repository."""

    repositories: dict[str, Repository] = field(default_factory=dict)

    def add(self, repository: str, module: str, home: Path, line: str) -> None:
        """Say that builds of a release line are there."""
        self.repositories.setdefault(repository, Repository(module, home)).lines.add(line)

    def push(self, name: str, tag: str, folder: Path) -> None:
        """Let a tag mean a copy of a build folder. Raises LookupError for an unknown repository."""
        repository = self.repositories[name]
        repository.pushed[tag] = Build(repository.module, tag, folder, folder)

    def find(self, image: str) -> Build | None:
        """Give the build of `host/repository:tag`; None where there is no such image."""
        name, _, tag = image.rpartition(":")
        repository = self.repositories.get(name.partition("/")[2])
        if repository is None:
            return None
        if tag in repository.pushed:
            return repository.pushed[tag]
        if line_of(tag) not in repository.lines:
            return None
        return Build(repository.module, tag, repository.home)


def line_of(tag: str) -> str:
    """The release line of a version: "2.4" of "2.4.7"."""
    return tag.removeprefix("v").rpartition(".")[0]
