"""What the AWS CLI or the service would refuse, as data: one `Problem` for each."""

from enum import StrEnum

from msgspec import Struct


class Kind(StrEnum):
    UNKNOWN_SERVICE = "unknown-service"
    UNKNOWN_OPERATION = "unknown-operation"
    UNKNOWN_WAITER = "unknown-waiter"
    MISSING_OPERATION = "missing-operation"
    UNKNOWN_OPTION = "unknown-option"
    AMBIGUOUS_OPTION = "ambiguous-option"
    UNEXPECTED_WORD = "unexpected-word"  # neither an option nor the value of one
    MISSING_VALUE = "missing-value"
    UNWANTED_VALUE = "unwanted-value"  # --flag=value
    MISSING_OPTION = "missing-option"
    WRONG_TYPE = "wrong-type"
    WRONG_SYNTAX = "wrong-syntax"  # neither shorthand nor JSON
    INVALID_CHOICE = "invalid-choice"
    OUT_OF_RANGE = "out-of-range"
    WRONG_LENGTH = "wrong-length"
    WRONG_FORM = "wrong-form"  # the model's pattern
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    QUERY_SYNTAX = "query-syntax"
    QUERY_FIELD = "query-field"
    V1_ONLY = "v1-only"
    V2_ONLY = "v2-only"
    ELIDED = "elided"  # `...` stands where arguments should


class Problem(Struct, frozen=True):
    """One problem. `word` is the index in the argv; `wrong` the text in it that is meant.

    `right` may stand in place of `wrong`, where that is known; `help` says what to do otherwise.
    """

    kind: Kind
    word: int
    message: str
    wrong: str = ""
    right: str = ""
    help: str = ""
