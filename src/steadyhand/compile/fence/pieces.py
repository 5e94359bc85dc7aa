"""A code block in, its pieces out: commands, SQL, comments, and lines that are none of these."""

from steadyhand.compile.fence.language import SESSIONS, SHELL, is_sql
from steadyhand.compile.fence.piece import Piece, PieceKind
from steadyhand.compile.fence.script import cut_script, cut_sql
from steadyhand.compile.fence.session import cut_session, is_session
from steadyhand.compile.markdown import Fence

__all__ = ["Piece", "PieceKind", "pieces"]


def pieces(fence: Fence) -> tuple[Piece, ...]:
    """Cut a block into its pieces; blank lines belong to none. Pure."""
    if is_session(fence.lines, fence.language in SESSIONS):
        return tuple(cut_session(fence.lines))
    if is_sql(fence):
        return tuple(cut_sql(fence.lines))
    return tuple(cut_script(fence.lines, fence.language in SHELL))
