"""SQL in, its effect and the reason out: statements and the functions in them."""

from steadyhand.actions.sql.statements import ENDS, NOT_CODE, classify_sql

__all__ = ["ENDS", "NOT_CODE", "classify_sql"]
