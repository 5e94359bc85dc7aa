"""What a command does, by tool: argv in; effect, resource, way to look, undo and verify out.

Pure: nothing here calls the world. It says which argv to read with, and reads what that printed.
"""

from steadyhand.actions.classify import classify, classify_argv, classify_text
from steadyhand.actions.sql import classify_sql

__all__ = ["classify", "classify_argv", "classify_sql", "classify_text"]
