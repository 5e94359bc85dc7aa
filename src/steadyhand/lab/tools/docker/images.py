"""A folder in, an image out: a copy whose name is the hash of what is in it. And the local tags.

Lies in the lab's folder: `images/<digest>/` and `docker.json`. Knows no registry.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

KEPT = 20  # images without a tag that stay; the oldest go


@dataclass(frozen=True)
class Image:
    digest: str  # "sha256:…"
    folder: Path
    created: datetime
    size: int  # bytes

    @property
    def short(self) -> str:
        return self.digest.partition(":")[2][:12]


class Images:
    """The images of one lab. Several tools may use it at once."""

    def __init__(self, lab: Path) -> None:
        self._folder = lab / "images"
        self._record = lab / "docker.json"
        self._lab = lab

    def build(self, source: Path) -> Image:
        """Copy a folder, without what its .dockerignore names. The same content is one image."""
        files = sorted(_files(source))
        digest = _digest(source, files)
        target = self._folder / digest
        if not target.exists():
            draft = self._folder / f".{digest}.{os.getpid()}"
            for name in files:
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source / name, draft / name)
            draft.mkdir(parents=True, exist_ok=True)
            if target.exists():  # another build of the same was quicker
                shutil.rmtree(draft)
            else:
                draft.rename(target)
        with self._recorded() as record:
            size = sum((source / name).stat().st_size for name in files)
            made = {"created": datetime.now(UTC).isoformat(), "size": size}
            record["images"].setdefault(f"sha256:{digest}", made)
            self._forget(record, f"sha256:{digest}")
        found = self.find(f"sha256:{digest}")
        assert found is not None
        return found

    def tag(self, image: Image, name: str) -> None:
        """Let `repository:tag` mean this image, and no other any more."""
        with self._recorded() as record:
            record["tags"][name] = image.digest

    def find(self, name: str) -> Image | None:
        """Give the image of `repository:tag`, of an id, or of the beginning of one."""
        with self._recorded() as record:
            digest = record["tags"].get(with_tag(name), "")
            wanted = name.removeprefix("sha256:")
            if not digest and len(wanted) >= 4:
                fits = [one for one in record["images"] if one[7:].startswith(wanted)]
                digest = fits[0] if len(fits) == 1 else ""
            return self._image(record, digest) if digest in record["images"] else None

    def tags(self) -> list[tuple[str, Image]]:
        """Every `repository:tag` and its image, the newest first."""
        with self._recorded() as record:
            found = [(name, self._image(record, d)) for name, d in record["tags"].items()]
        return sorted(found, key=lambda pair: pair[1].created, reverse=True)

    def _image(self, record: dict[str, Any], digest: str) -> Image:
        kept = record["images"][digest]
        created = datetime.fromisoformat(kept["created"])
        return Image(digest, self._folder / digest.partition(":")[2], created, kept["size"])

    def _forget(self, record: dict[str, Any], newest: str) -> None:
        """Remove the oldest images that have no tag. What a registry was given, it has copied."""
        tagged = {*record["tags"].values(), newest}
        loose = [digest for digest in record["images"] if digest not in tagged]
        for digest in loose[:-KEPT]:
            del record["images"][digest]
            shutil.rmtree(self._folder / digest.partition(":")[2], ignore_errors=True)

    @contextmanager
    def _recorded(self) -> Iterator[dict[str, Any]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._lab / "docker.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self._record.read_text() if self._record.exists() else ""
            record = json.loads(before or '{"images": {}, "tags": {}}')
            yield record
            after = json.dumps(record, indent=1)
            if after != before:
                draft = self._record.with_suffix(".draft")
                draft.write_text(after)
                draft.replace(self._record)


def with_tag(name: str) -> str:
    """`repository:tag`; a name without a tag means `latest`."""
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


# https://docs.docker.com/build/concepts/context/#dockerignore-files, without its `**` and `!`
def _files(source: Path) -> Iterator[str]:
    ignored = source / ".dockerignore"
    lines = ignored.read_text().splitlines() if ignored.is_file() else []
    patterns = [line.strip().strip("/") for line in lines if line.strip() and line[0] != "#"]
    for folder, folders, files in os.walk(source):
        inside = Path(folder).relative_to(source)
        folders[:] = [name for name in folders if not _ignores(patterns, inside / name)]
        for name in files:
            if not _ignores(patterns, inside / name) and (Path(folder) / name).is_file():
                yield str(inside / name)


def _ignores(patterns: list[str], path: Path) -> bool:
    return path.name in (".git", "__pycache__") or any(fnmatch(str(path), p) for p in patterns)


def _digest(source: Path, files: list[str]) -> str:
    found = hashlib.sha256()
    for name in files:
        content = (source / name).read_bytes()
        runs = os.access(source / name, os.X_OK)
        found.update(f"{name}\0{int(runs)}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()
