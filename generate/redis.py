"""A real server and a published list in, Redis' and Valkey's commands out: arity, flags, kinds.

    .venv/bin/python generate/redis.py

Writes `src/steadyhand/lint/tools/data/redis.json`. What Debian's `redis-server` answers to
`COMMAND` is joined with npm's `@ioredis/commands` (MIT), which follows the newest Redis, and with
the few names that only Valkey, Sentinel and servers that speak the protocol have. The arity is kept
where all that know a command agree. Needs apt, dpkg-deb and npm; nothing is installed.
"""

import json
import os
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path
from typing import Any

DEBS = "redis-server redis-tools libjemalloc2 liblzf1 libatomic1 liblua5.1-0 lua-cjson lua-bitop"
OUT = Path(__file__).parent.parent / "src/steadyhand/lint/tools/data/redis.json"
Table = dict[str, dict[str, Any]]
# Names of commands without arity, as `name` or `name|kind`.
ELSEWHERE = {
    # https://valkey.io/commands/
    "valkey": "clusterscan commandlog|get commandlog|len commandlog|reset commandlog|help delifeq "
    "client|capa client|import-source script|show cluster|migrateslots cluster|flushslot "
    "cluster|getslotmigrations cluster|cancelslotmigrations cluster|slot-stats",
    # https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
    "sentinel": "sentinel",
    # https://www.dragonflydb.io/docs/command-reference and https://docs.keydb.dev/docs/commands
    "others": "dfly expiremember expirememberat pexpirememberat stick saddex addreplicaof",
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        tables = [of_server(Path(folder)), of_package(Path(folder))]
    merged: Table = {}
    for table in tables:
        join(merged, table)
    for names in ELSEWHERE.values():
        for name in names.split():
            head, _, kind = name.partition("|")
            entry = merged.setdefault(head, {"flags": []})
            if kind:
                entry.setdefault("kinds", {}).setdefault(kind, {"flags": []})
    OUT.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(merged[name], sort_keys=True)}" for name in sorted(merged)
    )
    OUT.write_text("{\n" + lines + "\n}\n")
    print(OUT, OUT.stat().st_size, "bytes,", len(merged), "commands")


def join(into: Table, table: Table) -> None:
    for name, entry in table.items():
        if (known := into.get(name)) is None:
            into[name] = entry
            continue
        if known.get("arity") != entry.get("arity"):
            print("arity differs:", name, known.pop("arity", None), entry.get("arity"))
        known["flags"] = sorted({*known["flags"], *entry["flags"]})
        if "kinds" in entry:
            join(known.setdefault("kinds", {}), entry["kinds"])


def of_server(folder: Path) -> Table:
    """Start Debian's server on a unix socket, ask it, stop it."""
    run("apt-get", "download", "-q", *DEBS.split(), cwd=folder)
    for deb in folder.glob("*.deb"):
        run("dpkg-deb", "-x", str(deb), str(folder))
    libraries = ":".join(sorted({str(p.parent) for p in folder.glob("usr/lib/**/*.so*")}))
    environment = {**os.environ, "LD_LIBRARY_PATH": libraries}
    socket = folder / "socket"
    server = subprocess.Popen(
        [folder / "usr/bin/redis-server", "--port", "0", "--unixsocket", socket, "--save", ""],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            if socket.exists():
                break
            time.sleep(0.1)
        cli = str(folder / "usr/bin/redis-cli")
        said = run(cli, "-s", str(socket), "--json", "COMMAND", env=environment)
    finally:
        server.terminate()
        server.wait(20)
    return dict(described(row) for row in json.loads(said))


def described(row: list[Any]) -> tuple[str, dict[str, Any]]:
    """Read one row of COMMAND: name, arity, flags, keys, step, ACL categories, …, kinds."""
    name = row[0].rpartition("|")[2]
    entry: dict[str, Any] = {"arity": row[1], "flags": sorted(row[2])}
    if "@dangerous" in row[6]:
        entry["flags"] = sorted({*entry["flags"], "dangerous"})
    if row[9]:
        entry["kinds"] = dict(described(kind) for kind in row[9])
    return name, entry


def of_package(folder: Path) -> Table:
    run("npm", "pack", "--silent", "@ioredis/commands", cwd=folder)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extract("package/built/commands.json", folder, filter="data")
    given = json.loads((folder / "package/built/commands.json").read_text())
    return {name: plain(entry) for name, entry in given.items()}


def plain(entry: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"arity": entry["arity"], "flags": sorted(entry["flags"])}
    if kinds := entry.get("subcommands"):
        made["kinds"] = {name: plain(kind) for name, kind in kinds.items()}
    return made


def run(*command: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        check=True,
        timeout=300,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    return done.stdout.decode()


if __name__ == "__main__":
    main()
