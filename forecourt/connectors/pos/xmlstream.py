"""XML as a stream of records in bounded memory, from files nobody vouches for.

Hardened as defusedxml does: a document type declaration is refused before anything in it is looked at, so there are no
entities and nothing outside the file is ever opened. libxml2 holds the depth to 256 and a text to 10 MB; this file
holds a record to 2 MiB and the parser's look-ahead to 1 MiB, and drops whatever is done with.
"""

from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from lxml import etree

from forecourt.connectors.pos.broken import Broken

MAX_RECORD_BYTES: Final = 2 * 1024 * 1024
MAX_DEPTH: Final = 64
_MAX_STALL_BYTES: Final = 1024 * 1024
_CHUNK_BYTES: Final = 64 * 1024
_HARDENED: Final = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}


class Record(NamedTuple):
    """A complete element of the stream. `element` is None where it was too large to hold."""

    line: int
    name: str
    element: "etree._Element | None"


def local(tag: str) -> str:
    """A tag's name without its namespace."""
    return tag.rpartition("}")[2]


def root_name(head: bytes) -> str:
    """The root's local name, from a document's first bytes. Broken where it declares a document type or is no XML."""
    gate = _Gate()
    parser = etree.XMLParser(target=gate, **_HARDENED)
    try:
        parser.feed(head)
        parser.close()
    except _Seen:
        return gate.root
    except etree.XMLSyntaxError as error:
        if gate.root:
            return gate.root
        raise Broken(error.lineno or 1, f"this is not XML: {_short(error)}") from error
    if not gate.root:
        raise Broken(1, f"no XML element in the first {len(head)} bytes")
    return gate.root


class _Seen(Exception):
    """The root element has come; nothing more is to be read."""


class _Gate:
    """Looks at what comes before and with the root element, and at no more."""

    root = ""

    def doctype(self, *_: object) -> None:
        raise Broken(
            1, "the file declares a document type or entities, which is not allowed; export it without a DOCTYPE"
        )

    def start(self, tag: str, _: object) -> None:
        self.root = local(tag)
        raise _Seen

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...

    def comment(self, text: str) -> None: ...

    def pi(self, target: str, text: str | None = None) -> None: ...

    def close(self) -> None: ...


def records(stream: BinaryIO, root: str, wanted: frozenset[str]) -> Iterator[Record]:
    """Every outermost element below the root whose local name is wanted, in order, gone once the next is asked for.

    Broken where the XML is not well-formed, has another root, or will not stay within bounds; what came before it has
    been given by then.
    """
    chunk = stream.read(_CHUNK_BYTES)
    if not chunk.strip():
        raise Broken(0, "the file is empty")
    found_root = root_name(chunk)
    if found_root != root:
        raise Broken(1, f"the root element is {found_root[:60]!r}, not {root}")
    yield from _Stream(root, wanted).run(stream, chunk)


class _Stream:
    """The state of reading one document."""

    def __init__(self, root: str, wanted: frozenset[str]) -> None:
        tags = [f"{{*}}{name}" for name in (root, *wanted)]
        self.parser = etree.XMLPullParser(
            events=("start", "end"), tag=tags, remove_comments=True, remove_pis=True, **_HARDENED
        )
        self.wanted = wanted
        self.root: etree._Element | None = None
        self.open: etree._Element | None = None
        self.too_large = False
        self.held = 0
        self.stalled = 0
        self.shape: tuple[int, ...] = ()

    def run(self, stream: BinaryIO, chunk: bytes) -> Iterator[Record]:
        error = None
        while chunk and error is None:
            try:
                self.parser.feed(chunk)
            except etree.XMLSyntaxError as caught:
                error = caught
            yield from self._records()
            self._bound(len(chunk))
            chunk = stream.read(_CHUNK_BYTES)
        if error is None:
            try:
                self.parser.close()
            except etree.XMLSyntaxError as caught:
                error = caught
            yield from self._records()
        if error is not None:
            raise Broken(error.lineno or 0, f"the XML breaks off: {_short(error)}") from error

    def _records(self) -> Iterator[Record]:
        for event, element in self.parser.read_events():
            if self.root is None:
                self.root = element
            elif event == "start":
                if self.open is None and local(element.tag) in self.wanted:
                    self.open, self.held, self.too_large = element, 0, False
            elif element is self.open:
                self.open, self.stalled, self.shape = None, 0, ()
                yield Record(element.sourceline or 0, local(element.tag), None if self.too_large else element)
                element.clear(keep_tail=False)
                _drop_before(element)

    def _bound(self, fed: int) -> None:
        """Drop what is not needed, and stop where dropping cannot keep the document within bounds."""
        self.held += fed
        if self.open is not None and self.held > MAX_RECORD_BYTES:
            self.too_large = True
        if self.root is None:
            self.stalled += fed
        else:
            shape = self._shape(self.open if self.open is not None and not self.too_large else None)
            self.stalled = self.stalled + fed if shape == self.shape else 0
            self.shape = shape
        if self.stalled > _MAX_STALL_BYTES:
            raise Broken(0, f"a tag, text or comment is longer than {_MAX_STALL_BYTES} bytes")

    def _shape(self, keep: "etree._Element | None") -> tuple[int, ...]:
        """How the open end of the document looks, after dropping finished elements outside of `keep`."""
        shape, node, dropping, depth = [], self.root, True, 0
        while node is not None:
            depth += 1
            if depth > MAX_DEPTH:
                raise Broken(node.sourceline or 0, f"elements are nested deeper than {MAX_DEPTH}")
            dropping = dropping and node is not keep
            if dropping and len(node) > 1:
                shape.append(-self.held)  # something was dropped: the document moves on
                del node[:-1]
            shape.append(len(node))
            node = node[-1] if len(node) else None
        return tuple(shape)


def _drop_before(element: "etree._Element") -> None:
    """Free the elements before this one; it stays, empty, until the next is done: the parser may still stand on it."""
    parent = element.getparent()
    if parent is not None:
        while (before := element.getprevious()) is not None:
            parent.remove(before)


def _short(error: etree.XMLSyntaxError) -> str:
    return (error.msg or "not well-formed").splitlines()[0][:200]
