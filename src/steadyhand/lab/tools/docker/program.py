"""`docker build|tag|push|login|images` in; copies in the lab's folder, and what they say, out.

An image is a copy of its build folder: the Dockerfile has to be there, and is not run. `push` hands
the copy to the lab's registry. Messages are those of docker's own client, version 28.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

from steadyhand.lab.tools.asking import Unreachable, ask
from steadyhand.lab.tools.call import Call, Failed, ended
from steadyhand.lab.tools.docker.images import Image, Images, with_tag
from steadyhand.lab.tools.flags import BadFlag, Flags, Parsed, flags, parse_posix

# https://docs.docker.com/reference/cli/docker/image/tag/#description
NAME = re.compile(r"[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:[:/][a-z0-9]+(?:[._-]+[a-z0-9]+)*)*")
TAG = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
LOGINS = "docker-logins.json"


@ended
def main(call: Call) -> int:
    words = call.words
    if words and words[0] == "image" and len(words) > 1:
        words = ("images" if words[1] == "ls" else words[1], *words[2:])
    if not words:
        raise Failed(1, *_HELP)
    if words[0] in ("--version", "-v"):
        call.say("Docker version 28.2.2, build lab")
        return 0
    if words[0].startswith("-"):
        raise Failed(125, f"unknown flag: {words[0]}", "", *_HELP)
    if words[0] not in COMMANDS:
        said = f"docker: unknown command: docker {words[0]}"
        raise Failed(1, said, "", "Run 'docker --help' for more information")
    known, count, usage, run = COMMANDS[words[0]]
    tail = (
        "",
        f"Usage:  docker {usage}",
        "",
        f"Run 'docker {words[0]} --help' for more information",
    )
    try:
        given = parse_posix(known, words[1:])
    except BadFlag as bad:
        raise Failed(125, str(bad), *tail) from None
    if len(given.operands) not in count:
        raise Failed(1, f"docker: 'docker {words[0]}' requires {_wanted(count)}", *tail)
    run(call, given)
    return 0


def _wanted(count: range) -> str:
    few = count.start
    if len(count) > 1:
        return f"at most {count.stop - 1} argument{'s' if count.stop > 2 else ''}"
    return f"{few} argument{'s' if few > 1 else ''}"


# --- build, tag, images ---------------------------------------------------------------------------


def _build(call: Call, given: Parsed) -> None:
    source = (call.cwd / given.operands[0]).resolve()
    if not source.is_dir():
        where = given.operands[0]
        raise Failed(1, f'ERROR: unable to prepare context: path "{where}" not found')
    file = given.last("file") or "Dockerfile"
    found = call.cwd / file if given.has_value("file") else source / file
    if not found.is_file():
        said = "ERROR: failed to solve: failed to read dockerfile: open "
        raise Failed(1, f"{said}{file}: no such file or directory")
    names = [with_tag(name) for name in given.all("tag")]
    for name in names:
        _check(name, f'ERROR: failed to build: invalid tag "{name}": invalid reference format')
    images = Images(call.lab.folder)
    image = images.build(source)
    for name in names:
        images.tag(image, name)
    if given.has("quiet"):
        call.say(image.digest)
        return
    call.complain(f"#1 [internal] load build definition from {found.name}", "#1 DONE 0.0s", "")
    call.complain("#2 exporting to image", f"#2 writing image {image.digest} done")
    call.complain(*(f"#2 naming to {_full(name)} done" for name in names), "#2 DONE 0.0s")


def _full(name: str) -> str:
    first = name.partition("/")[0]
    if "/" in name and ("." in first or ":" in first or first == "localhost"):
        return name
    return f"docker.io/{name}" if "/" in name else f"docker.io/library/{name}"


def _check(name: str, said: str) -> None:
    repository, _, tag = with_tag(name).rpartition(":")
    if not NAME.fullmatch(repository) or not TAG.fullmatch(tag):
        raise Failed(1, said)


def _tag(call: Call, given: Parsed) -> None:
    source, target = given.operands
    said = 'Error parsing reference: "{}" is not a valid repository/tag: invalid reference format'
    _check(target, said.format(target))
    images = Images(call.lab.folder)
    image = images.find(source)
    if image is None:
        raise Failed(1, f"Error response from daemon: No such image: {with_tag(source)}")
    images.tag(image, with_tag(target))


def _images(call: Call, given: Parsed) -> None:
    wanted = given.operands[0] if given.operands else ""
    rows = [
        (name.rpartition(":")[0], name.rpartition(":")[2], image)
        for name, image in Images(call.lab.folder).tags()
        if not wanted or name == wanted or name.rpartition(":")[0] == wanted
    ]
    if given.has("quiet"):
        call.say(*dict.fromkeys(image.short for _, _, image in rows))
        return
    now = datetime.now(UTC)
    table = [("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE")]
    table += [(n, t, image.short, _ago(image, now), _size(image.size)) for n, t, image in rows]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        call.say("   ".join([*cells, row[4]]))


def _ago(image: Image, now: datetime) -> str:
    seconds = int((now - image.created).total_seconds())
    if seconds < 1:
        return "Less than a second ago"
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {name}s ago"
    return "About a minute ago" if seconds >= 60 else f"{seconds} seconds ago"


def _size(size: int) -> str:
    shown = float(size)
    for unit in ("B", "kB", "MB"):
        if shown < 1000:
            return f"{shown:.3g}{unit}"
        shown /= 1000
    return f"{shown:.3g}GB"


# --- login and push -------------------------------------------------------------------------------


def _registry(call: Call) -> str:
    return f"{call.lab.account}.dkr.ecr.{call.lab.region}.amazonaws.com"


def _login(call: Call, given: Parsed) -> None:
    host = given.operands[0] if given.operands else "https://index.docker.io/v1/"
    host = host.removeprefix("https://").rstrip("/")
    if given.has_value("password") and given.has("password-stdin"):
        raise Failed(1, "conflicting options: cannot specify both --password and --password-stdin")
    if given.has("password-stdin") and not given.has_value("username"):
        raise Failed(1, "the --password-stdin option requires --username to be set")
    password = call.stdin.read().strip() if given.has("password-stdin") else given.last("password")
    if given.has_value("password"):
        call.complain("WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
    if not password or not given.has_value("username"):
        raise Failed(1, "Error: Cannot perform an interactive login from a non TTY device")
    if host != _registry(call):
        said = f'Error response from daemon: Get "https://{host}/v2/": dial tcp: lookup {host}'
        raise Failed(1, f"{said}: no such host")
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html: always this name
    if given.last("username") != "AWS":
        said = f"Error response from daemon: login attempt to https://{host}/v2/ failed"
        raise Failed(1, f"{said} with status: 400 Bad Request")
    # That somebody logged in is kept; the password is not.
    (call.lab.folder / LOGINS).write_text(json.dumps([host]))
    call.say("Login Succeeded")


def _logged_in(call: Call, host: str) -> bool:
    file = call.lab.folder / LOGINS
    return file.exists() and host in json.loads(file.read_text())


def _push(call: Call, given: Parsed) -> None:
    name = with_tag(given.operands[0])
    _check(name, "invalid reference format")
    if name != given.operands[0]:
        call.say("Using default tag: latest")
    host, _, rest = _full(name).partition("/")
    repository, _, tag = rest.rpartition(":")
    call.say(f"The push refers to repository [{host}/{repository}]")
    image = Images(call.lab.folder).find(name)
    if image is None:
        raise Failed(1, f"An image does not exist locally with the tag: {name.rpartition(':')[0]}")
    if host == "docker.io":
        said = "push access denied, repository does not exist or may require authorization"
        raise Failed(1, f"{said}: server message: insufficient_scope: authorization failed")
    if host != _registry(call):
        where = f'Get "https://{host}/v2/": dial tcp: lookup {host}'
        raise Failed(1, f"{where}: no such host")
    if not _logged_in(call, host):
        raise Failed(1, "no basic auth credentials")
    _hand_over(call, repository, tag, image)
    call.say(f"{image.short}: Pushed", f"{tag}: digest: {image.digest} size: {image.size}")


def _hand_over(call: Call, repository: str, tag: str, image: Image) -> None:
    """Ask the lab's registry to take a copy: POST /registry/<repository>/<tag>.

    Sends `{"digest", "folder", "size"}`. 404 says that no such repository is there, 409 that the
    tag is taken and may not be moved; any other status above 299 carries its reason in `error`.
    """
    body = {"digest": image.digest, "folder": str(image.folder), "size": image.size}
    try:
        status, told = ask("POST", f"{call.lab.control}/registry/{repository}/{tag}", body)
    except Unreachable as error:
        raise Failed(1, f"error: {error}") from None
    if status == 404:
        said = f"name unknown: The repository with name '{repository}' does not exist in the"
        raise Failed(1, f"{said} registry with id '{call.lab.account}'")
    if status == 409:
        said = f"tag invalid: The image tag '{tag}' already exists in the '{repository}' repository"
        raise Failed(1, f"{said} and cannot be overwritten because the tag is immutable.")
    if status >= 300:
        raise Failed(
            1, f"unknown: {told.get('error', status) if isinstance(told, dict) else status}"
        )


_HELP = (
    "Usage:  docker [OPTIONS] COMMAND",
    "",
    "Run 'docker COMMAND --help' for more information.",
)

Command = tuple[Flags, range, str, Callable[[Call, Parsed], None]]
COMMANDS: dict[str, Command] = {
    "build": (
        flags(
            "tag file build-arg platform target label cache-from progress",
            "no-cache pull quiet push load rm",
            t="tag",
            f="file",
            q="quiet",
        ),
        range(1, 2),
        "build [OPTIONS] PATH | URL | -",
        _build,
    ),
    "tag": (flags(), range(2, 3), "tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", _tag),
    "push": (
        flags("platform", "all-tags disable-content-trust quiet", a="all-tags", q="quiet"),
        range(1, 2),
        "push [OPTIONS] NAME[:TAG]",
        _push,
    ),
    "login": (
        flags("username password", "password-stdin", u="username", p="password"),
        range(2),
        "login [OPTIONS] [SERVER]",
        _login,
    ),
    "images": (
        flags("", "quiet all no-trunc", q="quiet", a="all"),
        range(2),
        "images [OPTIONS] [REPOSITORY[:TAG]]",
        _images,
    ),
}
