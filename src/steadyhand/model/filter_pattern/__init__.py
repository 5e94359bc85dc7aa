"""The filter-pattern language of CloudWatch Logs: a text in, a test of one log event out.

Pure: knows nothing of log groups, of time, or of who asks.
"""

from steadyhand.model.filter_pattern.match import matcher
from steadyhand.model.filter_pattern.parse import parse_pattern
from steadyhand.model.filter_pattern.pattern import BadPattern, Pattern
from steadyhand.model.filter_pattern.remarks import Remark, RemarkKind, remarks

__all__ = [
    "BadPattern",
    "Pattern",
    "Remark",
    "RemarkKind",
    "matcher",
    "parse_pattern",
    "remarks",
]
