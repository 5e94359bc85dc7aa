"""What a command does, by tool: argv in; effect, resource, way to look, undo and verify out.

Pure: nothing here calls the world. It says which argv to read with, and reads what that printed.
"""

from steadyhand.actions.action import Action, Observation, Settled
from steadyhand.actions.classify import classify, classify_argv, classify_text
from steadyhand.actions.extract import EXTRACTIONS, CannotExtract, Extracted, facts_for
from steadyhand.actions.registry import ACTIONS, action_for, changing
from steadyhand.actions.sql import classify_sql

__all__ = [
    "ACTIONS",
    "EXTRACTIONS",
    "Action",
    "CannotExtract",
    "Extracted",
    "Observation",
    "Settled",
    "action_for",
    "changing",
    "classify",
    "classify_argv",
    "classify_sql",
    "classify_text",
    "facts_for",
]
