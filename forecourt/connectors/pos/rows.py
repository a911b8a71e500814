"""Rows of a CSV file: physical lines joined where a quoted cell goes on, each within bounds, decoded one by one."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO, Final

from forecourt.connectors.pos.sources import HEAD_BYTES, MAX_LINE_BYTES, lines
from forecourt.connectors.pos.values import Refusal

_MAX_JOINED: Final = 64
_MAX_CELLS: Final = 500
Row = tuple[int, list[str]]


def decoded(body: bytes, encoding: str) -> str:
    """Text in the encoding given, else UTF-8, else GB 18030, which Chinese tills still write."""
    if encoding:
        return body.decode(encoding)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start > len(body) - 4 and len(body) >= HEAD_BYTES:
            return body[: error.start].decode("utf-8")
        return body.decode("gb18030")


def rows(stream: BinaryIO, encoding: str, marks: str) -> "Iterator[Row | Refusal]":
    """Each row with the number of its first line; a refusal for what cannot be decoded or taken apart.

    `marks` holds the delimiter, or those to choose from by the first line.
    """
    waiting: deque[tuple[int, bytes | None]] = deque()
    source = lines(stream)
    mark = marks[0]
    is_first = True
    while True:
        entry = waiting.popleft() if waiting else next(source, None)
        if entry is None:
            return
        line, body = entry
        if is_first and body is not None:
            body = body.removeprefix(b"\xef\xbb\xbf")
        joined, more = _joined(body, waiting, source) if body is not None else (None, [])
        if joined is None:
            waiting.extendleft(reversed(more))
            why = "a quote is opened and never closed" if body is not None else f"longer than {MAX_LINE_BYTES} bytes"
            yield Refusal(line=line, reference="", reason=f"the line cannot be read: {why}")
            continue
        if not joined.strip():
            continue
        try:
            text = decoded(joined, encoding)
            if is_first:
                mark = max(marks, key=text.count)
            is_first = False
            cells = next(csv.reader([text], delimiter=mark, strict=True))
        except (UnicodeDecodeError, csv.Error, StopIteration) as error:
            yield Refusal(line=line, reference="", reason=f"the line cannot be read: {str(error)[:160]}")
            continue
        if len(cells) > _MAX_CELLS:
            yield Refusal(line=line, reference="", reason=f"the line has more than {_MAX_CELLS} cells")
            continue
        yield line, cells


def _joined(
    body: bytes, waiting: "deque[tuple[int, bytes | None]]", source: "Iterator[tuple[int, bytes | None]]"
) -> "tuple[bytes | None, list[tuple[int, bytes | None]]]":
    """A line with those that its open quote runs on into; None and what was read, when the quote is never closed."""
    if body.count(b'"') % 2 == 0:
        return body, []
    read: list[tuple[int, bytes | None]] = []
    size, quotes = len(body), body.count(b'"')
    while len(read) < _MAX_JOINED and size <= MAX_LINE_BYTES:
        entry = waiting.popleft() if waiting else next(source, None)
        if entry is None:
            break
        read.append(entry)
        if entry[1] is None:
            break
        size += len(entry[1])
        quotes += entry[1].count(b'"')
        if quotes % 2 == 0:
            return b"\n".join([body, *(part for _, part in read if part is not None)]), []
    return None, read
