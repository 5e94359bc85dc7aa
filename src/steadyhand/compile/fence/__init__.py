"""A code block in; pieces, then steps with their comments out."""

from steadyhand.compile.fence.language import language_reason
from steadyhand.compile.fence.mentions import mentions
from steadyhand.compile.fence.weave import compile_fence

__all__ = ["compile_fence", "language_reason", "mentions"]
