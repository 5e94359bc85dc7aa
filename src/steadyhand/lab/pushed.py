"""What `docker push` sends in; the image in the lab's registry, as a copy of its own, out.

A copy's folder is named by its content's hash, so the same content is kept once.
"""

import json
import re
import shutil
from pathlib import Path
from typing import Any

from steadyhand.lab.ecs.registry import Registry

FOLDER = "registry"  # below the lab's
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
Answer = tuple[int, Any]


def push(registry: Registry, lab: Path, repository: str, tag: str, body: str) -> Answer:
    """Take an image out of the lab's folder; see tools/docker for the answers."""
    if repository not in registry.repositories:
        return 404, {"error": f"there is no repository {repository}"}
    try:
        told = json.loads(body)
        digest, source = str(told["digest"]), Path(str(told["folder"])).resolve()
    except (ValueError, KeyError, TypeError):
        return 400, {"error": "digest and folder are missing"}
    if not DIGEST.fullmatch(digest) or source.parent != (lab / "images").resolve():
        return 400, {"error": "that is no image of this lab"}
    target = lab / FOLDER / digest.partition(":")[2]
    if not target.exists():
        try:
            shutil.copytree(source, target)
        except OSError as error:
            shutil.rmtree(target, ignore_errors=True)
            return 500, {"error": f"the layer cannot be stored: {error.strerror}"}
    registry.push(repository, tag, target)
    return 201, {"digest": digest}
