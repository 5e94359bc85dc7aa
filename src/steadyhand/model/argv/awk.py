"""An awk program in, what it could do beside printing out. Knows awk's words, not its grammar."""

import re

_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_STARTS = re.compile(r"system\s*\(|\|&?\s*(getline|\")|\"\s*\||print[^;}\n]*\||/inet|@\w+\(")
_WRITES = re.compile(r"print[^;}\n]*>|-i\s*inplace")
_READS = re.compile(r"getline|close\s*\(")


def starts_programs(program: str) -> bool:
    """Tell whether a program may start others. Pure."""
    return any(_STARTS.search(text) for text in _forms(program))


def writes_files(program: str) -> bool:
    """Tell whether a program may write a file. Pure."""
    return any(_WRITES.search(text) for text in _forms(program))


def reads_more(program: str) -> bool:
    """Tell whether a program reads or closes what it names itself. Pure."""
    return _READS.search(program) is not None


def _forms(program: str) -> tuple[str, str]:
    """Give a program as it is, and with empty strings and one line for what goes on in the next.

    A quote in a regular expression opens no string: so what only one of them shows counts, too.
    """
    joined = re.sub(r"\\\n|,\s*\n", ", ", program)
    return program, re.sub(r"(,|&&|\|\|)\s*\n", r"\1 ", _STRING.sub('""', joined))
