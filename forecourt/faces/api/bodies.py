"""Reading what callers send: bounded in size, plain or gzip, JSON or JSON Lines."""

import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, Final, Protocol

import msgspec
from django.http import HttpRequest

from forecourt.faces.api.problems import Malformed, TooLarge, UnsupportedMediaType
from forecourt.kernel.wire import refuse_nul

JSON_TYPES: Final = ("application/json",)
LINES_TYPES: Final = ("application/jsonl", "application/x-ndjson")
MAX_JSON_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a JSON body, inflated: a list of 5,000 sales fits."""
MAX_LINES_BYTES: Final = 2 * 1024**3
"""Bytes of an import as sent."""
MAX_LINE_BYTES: Final = 1024 * 1024
_CHUNK_BYTES: Final = 64 * 1024
_PIECE_BYTES: Final = 256 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def is_sent(request: HttpRequest) -> bool:
    """Whether there is a body at all, by its headers."""
    return request.META.get("CONTENT_LENGTH") not in {None, "", "0"} or "HTTP_TRANSFER_ENCODING" in request.META


def read(request: HttpRequest) -> bytes:
    """The whole body, inflated. TooLarge, UnsupportedMediaType or Malformed."""
    encoding = _encoding_of(request)
    _check_type(request, JSON_TYPES)
    return b"".join(_inflated(_chunks(_source(request), MAX_JSON_BYTES), encoding, MAX_JSON_BYTES))


def decode(body: bytes) -> Any:
    """JSON as plain values. Malformed when it is none or too deep; Invalid when a text in it holds NUL."""
    try:
        value = msgspec.json.decode(body)
        if b"\\u0000" in body:
            refuse_nul(value)
    except msgspec.DecodeError as error:
        raise Malformed(f"The body is not JSON that can be read: {error}.") from None
    except UnicodeDecodeError:
        raise Malformed("The body is not JSON that can be read: it is not UTF-8.") from None
    except RecursionError:
        raise Malformed(
            "The body is not JSON that can be read: lists and objects stand too deep in each other."
        ) from None
    return value


def spool(request: HttpRequest) -> IO[bytes]:
    """The body of an import, taken whole before anything is answered, in memory while small and on disk when large.

    A caller who sends everything before reading anything would otherwise wait for us while we wait for him.
    """
    _encoding_of(request)
    _check_type(request, LINES_TYPES)
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=1024 * 1024)  # noqa: SIM115 - closed by the stream that reads it
    for chunk in _chunks(_source(request), MAX_LINES_BYTES):
        file.write(chunk)
    file.seek(0)
    return file


def lines(file: IO[bytes], request: HttpRequest) -> Iterator[bytes | Malformed]:
    """The lines of a spooled import without those that are blank; a Malformed in place of one that is too long.

    What cannot be inflated further ends the lines with a Malformed.
    """
    with file:
        pending, skipping = b"", False
        try:
            for chunk in _inflated(_chunks(file, MAX_LINES_BYTES), _encoding_of(request), None):
                *whole, pending = (pending + chunk).split(b"\n")
                for line in whole:
                    if skipping or len(line) > MAX_LINE_BYTES:
                        yield _too_long()
                    elif line.strip():
                        yield line
                    skipping = False
                if len(pending) > MAX_LINE_BYTES:
                    pending, skipping = b"", True
        except (Malformed, TooLarge) as problem:
            yield Malformed(problem.detail)
            return
        if skipping:
            yield _too_long()
        elif pending.strip():
            yield pending


def _too_long() -> Malformed:
    return Malformed(f"This line is longer than {MAX_LINE_BYTES} bytes; it was left out.")


def _encoding_of(request: HttpRequest) -> str:
    encoding = str(request.META.get("HTTP_CONTENT_ENCODING", "")).strip().lower()
    if encoding not in {"", "identity", "gzip"}:
        raise UnsupportedMediaType(
            f"Content-Encoding {encoding[:40]!r} is not known here; send the body plain or as gzip."
        )
    return encoding


def _check_type(request: HttpRequest, types: tuple[str, ...]) -> None:
    given = (request.content_type or "").lower()
    if not given and not is_sent(request):
        raise Malformed("There is no body; send one.")
    if given not in types:
        raise UnsupportedMediaType(f"Content-Type {given[:60]!r} is not taken here; send {' or '.join(types)}.")


def _source(request: HttpRequest) -> Readable:
    """Where the body comes from. Django ends a body without a Content-Length at once; the server under it does not."""
    if "chunked" in str(request.META.get("HTTP_TRANSFER_ENCODING", "")).lower():
        return request.environ["wsgi.input"]  # type: ignore[attr-defined,no-any-return]
    return request


def _chunks(source: Readable, most: int) -> Iterator[bytes]:
    total = 0
    while chunk := source.read(_CHUNK_BYTES):
        total += len(chunk)
        if total > most:
            raise _too_large(most)
        yield chunk


def _inflated(chunks: Iterator[bytes], encoding: str, most: int | None) -> Iterator[bytes]:
    """The chunks inflated, a bounded piece at a time, so that a bomb is noticed before it goes off."""
    if encoding != "gzip":
        yield from chunks
        return
    inflater, fresh, total = zlib.decompressobj(_GZIP), True, 0
    for chunk in chunks:
        rest, more = chunk, True
        while rest or more:
            fresh = fresh and not rest
            try:
                piece = inflater.decompress(rest, _PIECE_BYTES)
            except zlib.error:
                raise Malformed("The body says it is gzip but cannot be inflated.") from None
            total += len(piece)
            if most is not None and total > most:
                raise _too_large(most)
            if piece:
                yield piece
            rest, more = inflater.unconsumed_tail, len(piece) == _PIECE_BYTES
            if inflater.eof:
                rest, more = inflater.unused_data, False
                inflater, fresh = zlib.decompressobj(_GZIP), True
    if not fresh:
        raise Malformed("The gzip body ends too early; send it whole.")


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"The body is larger than {most // 1024 // 1024} MiB; send it in smaller parts.")
