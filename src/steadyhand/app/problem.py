"""A mistake or a circumstance that a person can do something about: one clear message."""


class Problem(Exception):
    """The message says where, what, and what to do. The skins print it and exit with `code`."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code
