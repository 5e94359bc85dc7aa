"""Lines of a recorded session in, its pieces out: what was typed and what was printed."""

import re
from collections.abc import Iterator, Sequence

from steadyhand.compile.fence.line.outputs import looks_like_command
from steadyhand.compile.fence.line.prompts import MORE, At, Prompt, is_prompted, is_root, prompt_of
from steadyhand.compile.fence.piece import Piece, PieceKind
from steadyhand.compile.shell import end_of_statement, find_placeholders, masked

_LONGEST = 200  # lines of one thing that was typed
_BECOMES_ROOT = re.compile(r"(?:sudo\s+(?:-i|-s|su\b|bash)|su\b|ssh\s|.*\s(?:ba|a|z)?sh$)")


def is_session(lines: Sequence[str], recorded: bool) -> bool:
    """Tell whether a block shows prompts; `recorded` says that its language promises them. Pure."""
    strong = [is_prompted(line) for line in lines]
    if any(strong):
        first = next((s for s, x in zip(strong, lines, strict=True) if _says_something(x)), False)
        return recorded or first
    return all_root(lines, recorded)


def all_root(lines: Sequence[str], recorded: bool) -> bool:
    """Tell whether the lines that begin with `#` show root's prompt, and are no comments. Pure."""
    marked = [line for line in lines if line.lstrip().startswith("#")]
    as_root = [line for line in marked if is_root(line)]
    if recorded:
        return bool(as_root)
    others = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return bool(marked) and len(as_root) == len(marked) and not any(map(looks_like_command, others))


def cut_session(lines: Sequence[str]) -> Iterator[Piece]:
    """Cut a session into its pieces; blank lines belong to none. Pure."""
    root = not any(is_prompted(line) for line in lines)
    prompts = [_prompt(line) for line in lines]
    at = 0
    while at < len(lines):
        prompt = prompts[at]
        close = at > 0 and bool(lines[at - 1].strip())
        if prompt is not None and prompt.root and not (root or _was_root(prompts, at)):
            prompt = None
        if not lines[at].strip():
            at += 1
            continue
        if prompt is not None and prompt.at is not At.MORE:
            said = _typed(lines, prompts, at, prompt)
            yield Piece(_kind(prompt, said[0]), at, said, close, prompt.program or "shell")
            at += len(said)
            continue
        end = at + 1
        comment = lines[at].lstrip().startswith("#")
        while not comment and end < len(lines) and lines[end].strip() and prompts[end] is None:
            end += 1
        kind = PieceKind.COMMENT if comment else PieceKind.OUTPUT
        yield Piece(kind, at, tuple(lines[at:end]), close)
        at = end


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _prompt(line: str) -> Prompt | None:
    prompt = prompt_of(line)
    if prompt is None or prompt.at is At.MORE:
        return None
    return prompt if not prompt.root or is_root(line) else None


def _was_root(prompts: Sequence[Prompt | None], at: int) -> bool:
    """Tell whether something typed before makes `# ` the prompt from then on."""
    return any(p is not None and _BECOMES_ROOT.match(p.typed) for p in prompts[:at])


def _kind(prompt: Prompt, typed: str) -> PieceKind:
    match prompt.at:
        case At.SQL:
            return PieceKind.SQL
        case At.OTHER:
            return PieceKind.TYPED
        case _:
            return PieceKind.COMMENT if typed.startswith("#") else PieceKind.COMMAND


def _typed(
    lines: Sequence[str], prompts: Sequence[Prompt | None], at: int, prompt: Prompt
) -> tuple[str, ...]:
    """Give what was typed from one prompt on, over as many lines as it needs."""
    if prompt.at is At.OTHER:
        return (prompt.typed,)
    said = [prompt.typed]
    most = min(len(lines), at + _LONGEST)
    for index in range(at + 1, most):
        if prompts[index] is not None or not _goes_on(said, prompt):
            break
        more = prompt_of(lines[index])
        if more is not None and more.at is At.MORE:
            said.append(more.typed)
        else:
            said.append(MORE.sub("", lines[index]))
    if _goes_on(said, prompt):  # it has no end: what follows was printed
        return tuple(_continued(said))
    return tuple(said)


def _goes_on(said: Sequence[str], prompt: Prompt) -> bool:
    last = said[-1].rstrip()
    if prompt.at is At.SQL:
        return not said[0].startswith("\\") and not last.endswith((";", "\\g", "\\gx", "\\G"))
    if last.endswith("\\"):
        return True
    text = "\n".join(said)
    return end_of_statement(masked(text, find_placeholders(text)).split("\n"), 0) is None


def _continued(said: Sequence[str]) -> Sequence[str]:
    end = 1
    while end < len(said) and said[end - 1].rstrip().endswith("\\"):
        end += 1
    return said[:end]
