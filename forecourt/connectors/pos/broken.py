"""The point where a file cannot be read any further."""


class Broken(Exception):
    """A file breaks off, is not what it should be, or would not stay within bounds. What came before still counts."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason
