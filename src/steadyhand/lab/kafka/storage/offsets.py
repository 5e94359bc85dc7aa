"""What groups committed: kept in memory, and in a journal that is rewritten at times."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KEEP_LINES = 20_000  # a longer journal is rewritten with what still counts


@dataclass(frozen=True)
class Committed:
    offset: int
    metadata: str = ""


Partition = tuple[str, int]


class Offsets:
    """Committed offsets by group and partition; each change is one line, written at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._groups: dict[str, dict[Partition, Committed]] = {}
        self._lines = 0
        if path.exists():
            for line in path.read_text().splitlines():
                self._replay(line)
        self._rewrite()

    def _replay(self, line: str) -> None:
        try:
            group, topic, partition, offset, metadata = json.loads(line)
        except ValueError:
            return  # the last line of a broker that was killed while it wrote
        self._set(group, (topic, partition), offset, metadata)

    def _set(self, group: str, partition: Partition, offset: int, metadata: str) -> None:
        held = self._groups.setdefault(group, {})
        if offset < 0:
            held.pop(partition, None)
        else:
            held[partition] = Committed(offset, metadata)
        if not held:
            del self._groups[group]

    def _rewrite(self) -> None:
        draft = self._path.with_suffix(".draft")
        rows = [
            (group, *partition, kept.offset, kept.metadata)
            for group, held in self._groups.items()
            for partition, kept in held.items()
        ]
        draft.write_text("".join(json.dumps(row) + "\n" for row in rows))
        draft.replace(self._path)
        self._lines = len(rows)
        self._journal = self._path.open("a", buffering=1)

    def commit(self, group: str, partition: Partition, offset: int, metadata: str = "") -> None:
        """Set an offset; a negative one takes it away."""
        self._set(group, partition, offset, metadata)
        self._journal.write(json.dumps((group, *partition, offset, metadata)) + "\n")
        self._lines += 1
        if self._lines > KEEP_LINES + 2 * sum(len(held) for held in self._groups.values()):
            self._journal.close()
            self._rewrite()

    def of(self, group: str) -> dict[Partition, Committed]:
        return dict(self._groups.get(group, {}))

    def groups(self) -> Iterator[str]:
        yield from sorted(self._groups)

    def forget_group(self, group: str) -> None:
        for partition in self.of(group):
            self.commit(group, partition, -1)

    def forget_topic(self, topic: str) -> None:
        for group in list(self._groups):
            for partition in self.of(group):
                if partition[0] == topic:
                    self.commit(group, partition, -1)

    def close(self) -> None:
        self._journal.close()
