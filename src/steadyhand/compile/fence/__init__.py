"""A code block in; pieces, then steps with their comments out."""

from steadyhand.compile.fence.pieces import language_reason
from steadyhand.compile.fence.weave import compile_fence

__all__ = ["compile_fence", "language_reason"]
