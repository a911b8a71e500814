"""The formats sales come in. A new format is one file here that calls `@format_named`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import BinaryIO

from forecourt.connectors.pos.broken import Broken
from forecourt.connectors.pos.values import Item, Mapping, Reading, Refusal
from forecourt.kernel.problems import Invalid

Reader = Callable[[BinaryIO, Reading], Iterator[Item]]
Look = Callable[[bytes, Mapping], bool]


@dataclass(frozen=True, slots=True)
class Format:
    """`recognises` looks at the first 64 KiB of a file, knowing the mapping; of those that do, the lowest `order` wins."""

    name: str
    reader: Reader
    recognises: Look
    order: int = 0

    def read(self, stream: BinaryIO, reading: Reading) -> Iterator[Item]:
        """All that the file holds, in order. Where the file breaks off, the break is its last item, a refusal."""
        try:
            yield from self.reader(stream, reading)
        except Broken as broken:
            yield Refusal(line=broken.line, reference="", reason=broken.reason)


_formats: dict[str, Format] = {}


def format_named(name: str, *, recognises: Look, order: int = 0) -> Callable[[Reader], Reader]:
    """Register a reader under the name that `--format` takes."""

    def register(reader: Reader) -> Reader:
        _formats[name] = Format(name, reader, recognises, order)
        return reader

    return register


def names() -> list[str]:
    """The names of all formats."""
    return sorted(_formats)


def named(name: str) -> Format:
    """The format of that name; Invalid when there is none."""
    if name not in _formats:
        raise Invalid.field("format", f"there is no format {name!r}; choose one of {', '.join(names())}")
    return _formats[name]


def recognised(head: bytes, mapping: Mapping) -> Format | None:
    """The format a file is in, by its first bytes and what the mapping says of it, or None."""
    for candidate in sorted(_formats.values(), key=lambda item: item.order):
        if candidate.recognises(head, mapping):
            return candidate
    return None


for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
