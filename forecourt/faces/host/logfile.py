"""The log files under FORECOURT_HOME/log: one a process, written by the supervisor alone, turned over by size."""

import json
from pathlib import Path
from typing import Final

_LARGEST_BYTES: Final = 20 * 1024 * 1024
_KEPT: Final = 5
_LOUD: Final = frozenset({"warning", "error", "critical"})


class LogFile:
    """A file of lines that is turned over before it grows beyond 20 MB; five older ones are kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("ab", buffering=0)
        self._size = path.stat().st_size

    def write(self, data: bytes) -> None:
        if self._size + len(data) > _LARGEST_BYTES:
            self._turn_over()
        self._file.write(data)
        self._size += len(data)

    def close(self) -> None:
        self._file.close()

    def _turn_over(self) -> None:
        self._file.close()
        for number in range(_KEPT, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1)) if number < _KEPT else older.unlink()
        self._path.replace(self._numbered(1))
        self._file = self._path.open("ab", buffering=0)
        self._size = 0

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def is_loud(line: bytes) -> bool:
    """Whether a line is a warning or worse; a line that is no JSON is (a traceback, a word of the interpreter)."""
    try:
        return json.loads(line).get("level") in _LOUD
    except (ValueError, AttributeError):
        return bool(line.strip())
