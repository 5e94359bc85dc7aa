"""`image.py FOLDER PACKAGE MODULE WORD…`: runs a package's module out of a pushed copy of the
package's folder, in the place of the installed one. The rest of what it imports is as installed.
"""

import importlib
import runpy
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path


def main() -> None:
    folder, package, module = sys.argv[1:4]
    sys.argv = [module, *sys.argv[4:]]
    install(Path(folder), package)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def install(folder: Path, package: str) -> None:
    """Let `package` be what lies in `folder`. Raises ImportError."""
    parent, _, name = package.rpartition(".")
    spec = spec_from_file_location(
        package, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None or not (folder / "__init__.py").is_file():
        raise ImportError(f"the image has no package {name}")
    above = importlib.import_module(parent)
    made = module_from_spec(spec)
    sys.modules[package] = made
    setattr(above, name, made)
    spec.loader.exec_module(made)


if __name__ == "__main__":
    main()
