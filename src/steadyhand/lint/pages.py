"""The rules in, the pages of `docs/rules/` out: `python -m steadyhand.lint.pages docs/rules`."""

import sys
from pathlib import Path

from steadyhand.lint.lint import RULES
from steadyhand.lint.report.sarif import summary
from steadyhand.lint.rule import Rule

_NOTE = "<!-- Written by `make rules` from the rule's docstring. -->"


def pages() -> dict[str, str]:
    """Give each file's name and text: a page a rule, and README.md, the index. Pure."""
    written = {f"{name}.md": _page(rule) for name, rule in RULES.items()}
    return {**written, "README.md": _index()}


def _page(rule: Rule) -> str:
    title, _, body = rule.page.partition("\n")
    says = f"Severity: {rule.severity.value}. Confidence: {rule.confidence.value}."
    return f"{title}\n\n{_NOTE}\n\n{says}\n{body.rstrip()}\n"


def _index() -> str:
    by_folder: dict[str, list[Rule]] = {}
    for rule in RULES.values():
        by_folder.setdefault(rule.check.__module__.rpartition(".")[0], []).append(rule)
    parts = ["# The rules of `steadyhand lint`", "", _NOTE, ""]
    parts += [f"{len(RULES)} rules. `steadyhand rules NAME` prints a page.", ""]
    for folder, rules in by_folder.items():
        about = (sys.modules[folder].__doc__ or "").strip().splitlines()[0]
        parts += [f"## {about.removeprefix('Rules about ').rstrip('.').capitalize()}", ""]
        parts += ["| rule | severity | what it does |", "|---|---|---|"]
        parts += [
            f"| [{rule.name}]({rule.name}.md) | {rule.severity.value} | {_cell(rule.page)} |"
            for rule in sorted(rules, key=lambda one: one.name)
        ]
        parts.append("")
    return "\n".join(parts)


def _cell(page: str) -> str:
    return summary(page).replace("|", "\\|")


def main(folder: Path) -> None:
    """Write the pages into a folder, and take out those of rules that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    written = pages()
    for old in folder.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
