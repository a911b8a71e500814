"""What both doors answer to sales: the status, the media type and the bytes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from django.db import InterfaceError, OperationalError
from msgspec.structs import replace

from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Invalid, Problem, Unavailable
from forecourt.kernel.wire import JSON, HttpAnswer
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty import words as tier_words
from forecourt.organisation import queries as organisation
from forecourt.sales import services, wire, words
from forecourt.sales.values import NewSale, Quote, Receipt
from forecourt.sales.words import Reader

PROBLEM: Final = "application/problem+json"
LINES_AT_ONCE: Final = 1000
"""Lines of an import that are posted in one transaction."""


def reader_of(name: str | None) -> Reader | None:
    """For whom an answer is to be put into words, by the `reader` of the request; Invalid where it is none."""
    if name is None:
        return None
    try:
        return Reader(name)
    except ValueError:
        known = ", ".join(reader.value for reader in Reader)
        raise Invalid.field("reader", f"must be one of {known}; it was {name[:60]!r}") from None


def depth_of(reader: Reader | None) -> services.Depth:
    """How much a quote tells this reader of offers that were missed: nobody is told to buy more where that is not all."""
    if reader is None:
        return services.Depth.FIRST
    return services.Depth.EVERY if reader is Reader.AUDITOR else services.Depth.EACH


def in_words(found: Sequence[Receipt | Quote | Problem], reader: Reader) -> list[Receipt | Quote | Problem]:
    """Receipts and quotes with their sentences for this reader and what the member's tier brings, in every language.

    Problems among them stay as they are.
    """
    company = organisation.company()
    programme = loyalty.programme_at(clock.now())
    names = words.names_of(company, programme)
    held = {one.tier or "" for one in found if not isinstance(one, Problem)}
    benefits = {code: tier_words.shown(programme, code) for code in held}

    def said(one: Receipt | Quote) -> Receipt | Quote:
        reasons = wire.decode_reasons(one.explanation) if isinstance(one, Receipt) else one.explanation
        sentences = words.sentences(reasons, company, names, reader)
        return replace(one, sentences=sentences, benefits=benefits[one.tier or ""])

    return [one if isinstance(one, Problem) else said(one) for one in found]


def to_one(answer: Receipt | Quote | Problem) -> HttpAnswer:
    """The answer to one sale: 201 when it is new, 200 when it was replayed or quoted, else the problem's own."""
    if isinstance(answer, Problem):
        return HttpAnswer(answer.status, PROBLEM, wire.encode(answer))
    return HttpAnswer(201 if _is_new(answer) else 200, JSON, wire.encode(answer))


def release(actor: Actor, reservation: str) -> HttpAnswer:
    """Let a reservation go, named as in an address: nothing to read, 204. Safe to repeat."""
    services.release_sale(actor, wire.reservation_of(reservation))
    return HttpAnswer(204, JSON, b"")


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
        except Unavailable as problem:
            answers = [sale if isinstance(sale, Problem) else problem for sale in chunk]
        yield b"".join(wire.encode(answer) + b"\n" for answer in answers)


def _decoded(line: bytes | Problem) -> NewSale | Problem:
    if isinstance(line, Problem):
        return line
    try:
        return wire.decode_sale(line)
    except Problem as problem:
        return problem
