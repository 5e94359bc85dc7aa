"""Placeholders as steps use them in; typed parameters, and which of them are one value, out."""

from steadyhand.compile.parameters.aliases import aliases
from steadyhand.compile.parameters.make import Use, contacts, parameter, printers
from steadyhand.compile.parameters.sources import positions, tool

__all__ = ["Use", "aliases", "contacts", "parameter", "positions", "printers", "tool"]
