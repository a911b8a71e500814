"""Files as bytes: folders walked, gzip unpacked within bounds, lines read without holding a long one."""

import gzip
import os
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedIOBase, BufferedReader, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from forecourt.connectors.pos.broken import Broken
from forecourt.kernel.problems import Invalid

MAX_LINE_BYTES: Final = 1024 * 1024
HEAD_BYTES: Final = 64 * 1024
_FREE_BYTES: Final = 256 * 1024 * 1024
_MAX_RATIO: Final = 300
_IGNORED: Final = (".part", ".tmp", ".refusals.jsonl", ".summary.json")


def files(paths: Sequence[Path]) -> list[Path]:
    """The files to read: those named, and all in the folders named, in order of their names.

    Hidden files, links, unfinished ones (`.part`) and our own reports are left out. Invalid when a path is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found.extend(_walk(path))
        elif path.is_file():
            found.append(path)
        else:
            raise Invalid.field("path", f"{path} is neither a file nor a folder")
    return found


def is_data(path: Path) -> bool:
    """Whether a file in a folder is one to import."""
    return (
        not path.name.startswith(".") and not path.name.endswith(_IGNORED) and not path.is_symlink() and path.is_file()
    )


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if is_data(path):
                yield path


class Source:
    """An open file: `stream` gives its bytes unpacked, `position` how many of the file's own bytes were read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._raw = path.open("rb")
        magic = self._raw.read(2)
        self._raw.seek(0)
        unpacked = _Unpacked(self._raw) if magic == b"\x1f\x8b" else None
        self.stream = cast(BinaryIO, BufferedReader(unpacked, HEAD_BYTES) if unpacked else self._raw)

    def head(self) -> bytes:
        """The first bytes, unpacked; nothing is consumed."""
        with Source(self.path) as other:
            try:
                return other.stream.read(HEAD_BYTES)
            except Broken:
                return b""

    def position(self) -> int:
        return 0 if self._raw.closed else self._raw.tell()

    def __enter__(self) -> "Source":
        return self

    def __exit__(self, *_: object) -> None:
        self._raw.close()


class _Unpacked(RawIOBase):
    """Gzip unpacked as it is read, refusing what ends early, is damaged, or swells without end."""

    def __init__(self, raw: BufferedIOBase) -> None:
        self._raw = raw
        self._gzip = gzip.GzipFile(fileobj=cast(BinaryIO, raw))
        self._given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._gzip.read1(len(buffer))
        except (EOFError, OSError, zlib.error) as error:
            raise Broken(0, f"the gzip file is damaged or ends early: {error}") from error
        self._given += len(data)
        if self._given > _FREE_BYTES and self._given > _MAX_RATIO * max(self._raw.tell(), 1):
            raise Broken(0, f"the gzip file swells to more than {_MAX_RATIO} times its size; unpack it yourself")
        buffer[: len(data)] = data
        return len(data)


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Each line with its number, without its line end; None for one over 1 MiB, which is skipped and never held."""
    number = 0
    while line := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(HEAD_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line.rstrip(b"\r\n")
