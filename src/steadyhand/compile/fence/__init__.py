"""A code block in; pieces, then steps with their comments out."""

from steadyhand.compile.fence.language import language_reason
from steadyhand.compile.fence.mentions import given, mentions
from steadyhand.compile.fence.weave import compile_fence

__all__ = ["compile_fence", "given", "language_reason", "mentions"]
