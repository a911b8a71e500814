"""JSON Lines: one sale a line, in the JSON of the API; a line may also hold a list of sales."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from forecourt.connectors.pos import guess
from forecourt.connectors.pos.broken import Broken
from forecourt.connectors.pos.formats import format_named
from forecourt.connectors.pos.sources import MAX_LINE_BYTES, lines
from forecourt.connectors.pos.values import Found, Item, Mapping, Reading, Refusal
from forecourt.kernel.problems import Problem
from forecourt.sales import wire

_BOM: Final = b"\xef\xbb\xbf"
_HOPELESS: Final = 1000
"""Bad lines at the beginning of a file after which it is taken to be no JSON Lines at all."""


def recognises(head: bytes, _mapping: Mapping) -> bool:
    """Whether a file begins with a JSON object or list."""
    return head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


@format_named("jsonl", recognises=recognises)
def read(stream: BinaryIO, reading: Reading) -> Iterator[Item]:
    """The sales of each line; a line that cannot be read is refused and the next one read."""
    bad, good, seen = 0, False, False
    for line, raw in lines(stream):
        body = raw.removeprefix(_BOM) if line == 1 and raw is not None else raw
        if body is not None and not body.strip():
            continue
        seen = True
        for item in _sales(line, body, reading):
            good = good or isinstance(item, Found)
            bad += isinstance(item, Refusal)
            yield item
        if bad >= _HOPELESS and not good:
            raise Broken(line, f"none of the first {line} lines is a sale; is this JSON Lines? The rest was not read")
    if not seen:
        raise Broken(0, "the file is empty")


def _sales(line: int, body: bytes | None, reading: Reading) -> Iterator[Item]:
    if body is None:
        yield Refusal(line=line, reference="", reason=f"the line is longer than {MAX_LINE_BYTES} bytes")
        return
    try:
        json.loads(body, object_pairs_hook=_once)
        answers = wire.decode_sales(body)
    except _Twice as error:
        yield Refusal(line=line, reference="", reason=f"{error} is given twice in one object", field=str(error))
        return
    except (ValueError, RecursionError) as error:
        yield Refusal(line=line, reference="", reason=f"not JSON: {str(error)[:160] or 'nested too deeply'}")
        return
    except Problem as problem:
        yield _refused(line, problem)
        return
    for answer in answers:
        if isinstance(answer, Problem):
            yield _refused(line, answer)
            continue
        if reading.goods is not None:
            for entry in answer.lines:
                reading.sighted(guess.product(entry.product, at_pump=answer.pump is not None))
        yield Found(line=line, sale=answer)


def _refused(line: int, problem: Problem) -> Refusal:
    return Refusal(line=line, reference="", reason=problem.detail, field=next(iter(problem.fields), ""))


class _Twice(Exception):
    """A key stands twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, when no key stands in it twice: of two amounts nobody could say which one was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(name for name in names if names.count(name) > 1)[:60])
    return found
