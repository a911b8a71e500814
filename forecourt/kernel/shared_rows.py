"""Numbers that several processes share without ever waiting for each other.

A file mapped into memory holds a row of numbers for each process. Everybody reads all rows; a process writes its own alone,
one number at a time, which the machine does whole or not at all. So nothing that is written is lost to a rival, and a process
may be killed at any point: its numbers stay, and the next that begins takes its row over.
"""

import fcntl
import mmap
import os
from pathlib import Path
from typing import Final

from forecourt.kernel.problems import Unavailable

MOST_ROWS: Final = 128
"""Processes that may share a file at once."""
_NUMBER_BYTES: Final = 8
_GATE: Final = 0
"""The byte whose lock is held while a process comes in; those behind it are held by the processes that have a row each."""


class SharedRows:
    """The rows in a file, `width` whole numbers of 64 bits each, and this process's own among them.

    One object for a file in a process: the locks by which rows are told free belong to the process. A child must make its own.
    Whoever comes in while nobody is there finds zeros, so that nothing outlives a start of the machine. Unavailable
    when all rows are taken.
    """

    def __init__(self, path: Path, width: int) -> None:
        self._width = width
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _GATE)
        try:
            if self._lock(1, MOST_ROWS):
                fcntl.lockf(self._file, fcntl.LOCK_UN, MOST_ROWS, 1)
                os.ftruncate(self._file, 0)
            size = _NUMBER_BYTES * (1 + MOST_ROWS * width)
            os.ftruncate(self._file, size)
            self._numbers = memoryview(mmap.mmap(self._file, size)).cast("q")
            row = self._claimed(path)
            self._numbers[0] = max(self._numbers[0], row + 1)
        finally:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _GATE)
        self._own = 1 + row * width

    @property
    def rows(self) -> int:
        """How many rows have been used since somebody came in first."""
        return self._numbers[0]

    def column(self, index: int) -> memoryview:
        """What stands at this place of every row."""
        numbers = self._numbers
        return numbers[1 + index : 1 + numbers[0] * self._width : self._width]

    def write(self, index: int, number: int) -> None:
        """Put a number into this process's own row."""
        self._numbers[self._own + index] = number

    def add(self, index: int, number: int) -> None:
        """Add to a number of this process's own row; its threads must not do so at once."""
        self._numbers[self._own + index] += number

    def clear(self) -> None:
        """Put zeros into all rows: for whoever is alone."""
        for index in range(1, 1 + self.rows * self._width):
            self._numbers[index] = 0

    def _claimed(self, path: Path) -> int:
        for row in range(MOST_ROWS):
            if self._lock(1 + row, 1):
                return row
        raise Unavailable(f"More than {MOST_ROWS} processes share {path}; run fewer workers.")

    def _lock(self, start: int, length: int) -> bool:
        """Hold these bytes until this process ends; whether they were free."""
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, length, start)
        except (BlockingIOError, PermissionError):
            return False
        return True
