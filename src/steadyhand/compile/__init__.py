"""Markdown in, `Runbook` out, with the account of every block. Reports, never raises."""

from steadyhand.compile.markdown import Document, parse
from steadyhand.compile.runbook import compile_runbook

__all__ = ["Document", "compile_runbook", "parse"]
