"""The API's OpenAPI document, as text: `python -m steadyhand.api.schema FILE` writes it there."""

import json
import sys
from pathlib import Path

from steadyhand.api.program import application


def text() -> str:
    """Give the document, always the same for one version."""
    return json.dumps(application().openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text())
