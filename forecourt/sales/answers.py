"""What both doors answer to sales: the status, the media type and the bytes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from django.db import InterfaceError, OperationalError

from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Problem, Unavailable
from forecourt.sales import services, wire
from forecourt.sales.values import NewSale, Quote, Receipt

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"
LINES_AT_ONCE: Final = 1000
"""Lines of an import that are posted in one transaction."""


class HttpAnswer(NamedTuple):
    """An answer as HTTP wants it."""

    status: int
    media_type: str
    body: bytes


def to_one(answer: Receipt | Quote | Problem) -> HttpAnswer:
    """The answer to one sale: 201 when it is new, 200 when it was replayed or quoted, else the problem's own."""
    if isinstance(answer, Problem):
        return HttpAnswer(answer.status, PROBLEM, wire.encode(answer))
    return HttpAnswer(201 if _is_new(answer) else 200, JSON, wire.encode(answer))


def to_list(answers: Sequence[Receipt | Quote | Problem]) -> HttpAnswer:
    """The answer to a list: 201 when at least one sale is new, else 200; what each came to stands in its item."""
    return HttpAnswer(201 if any(map(_is_new, answers)) else 200, JSON, wire.encode(answers))


def _is_new(answer: Receipt | Quote | Problem) -> bool:
    return isinstance(answer, Receipt) and not answer.replayed


def to_lines(actor: Actor, lines: Iterable[bytes | Problem]) -> Iterator[bytes]:
    """Post the lines of an import, a thousand at a time, and give a line of answer for each, in order.

    Lines whose transaction failed because the database was away are answered so; they may be sent again, since what
    was posted before is replayed.
    """
    source = iter(lines)
    while chunk := [_decoded(line) for line in islice(source, LINES_AT_ONCE)]:
        try:
            answers: Sequence[Receipt | Problem] = services.post_sales(actor, chunk)
        except (OperationalError, InterfaceError):
            away = Unavailable(
                "The store cannot be reached just now. Nothing of this line was recorded; send it again."
            )
            answers = [sale if isinstance(sale, Problem) else away for sale in chunk]
        yield b"".join(wire.encode(answer) + b"\n" for answer in answers)


def _decoded(line: bytes | Problem) -> NewSale | Problem:
    if isinstance(line, Problem):
        return line
    try:
        return wire.decode_sale(line)
    except Problem as problem:
        return problem
