"""SQL in, its effect and the reason out: statements and the functions in them."""

from steadyhand.actions.sql.statements import NOT_CODE, classify_sql

__all__ = ["NOT_CODE", "classify_sql"]
