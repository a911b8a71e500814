"""Reads of the programme: as published, as it is edited, as it was handed in."""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final, NamedTuple

import msgspec

from forecourt.kernel import sql
from forecourt.kernel.values import Outcome
from forecourt.loyalty.models import ProgrammeDraft, ProgrammeReview, Rulebook
from forecourt.loyalty.rules import Ending, Rates, endings
from forecourt.loyalty.values import Draft, Edition, Programme, Review

NEW_RULEBOOKS: Final = (
    "SELECT version, valid_from, body::text, withdrawn_at IS NOT NULL FROM loyalty_rulebook "
    "WHERE version > %(version)s OR (withdrawn_at IS NOT NULL AND NOT version = ANY(%(withdrawn)s::int[])) ORDER BY version"
)

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""The earliest moment a rulebook can be in force from."""


class Rules(NamedTuple):
    """A published programme with its rates arranged for use."""

    programme: Programme
    rates: Rates


class Rulebooks:
    """Every published version, to find the one in force at a moment: the latest that had begun, by start then version.

    `withdrawn` are the numbers of versions that never come into force.
    """

    def __init__(self, versions: Sequence[tuple[datetime, Rules]], withdrawn: Collection[int] = ()) -> None:
        kept = [item for item in versions if item[1].programme.version not in withdrawn]
        self._versions = sorted(kept, key=lambda item: (item[0], item[1].programme.version))
        self.starts = [start for start, _ in self._versions]
        self._nothing = Rules(Programme(), Rates(()))
        self.by_version = {rules.programme.version: rules for _, rules in versions}

    def at(self, moment: datetime) -> Rules:
        """The rules in force at that moment; before the first version, a programme that gives nothing."""
        position = bisect_right(self.starts, moment)
        return self._versions[position - 1][1] if position else self._nothing

    def endings(self, zone: tzinfo) -> tuple[Ending, ...]:
        """Which points without a day of their own were given one by a later version."""
        return endings([(start, rules.programme) for start, rules in self._versions], zone)

    def version(self, number: int) -> Rules:
        return self.by_version.get(number, self._nothing)


_guard = threading.Lock()
_known: dict[int, tuple[datetime, Rules]] = {}
_withdrawn: set[int] = set()
_rulebooks = Rulebooks(())
_stamp: int | None = None


def rulebooks(stamp: int | None = None) -> Rulebooks:
    """The published versions. Versions never change, so a process reads each once and asks only for newer ones, and for
    those that were withdrawn since.

    With the loyalty stamp, which every publication and withdrawal moves on, it asks only when that has moved.
    """
    global _rulebooks, _stamp  # noqa: PLW0603 - one cache a process, of rows that never change
    if stamp is not None and stamp == _stamp:
        return _rulebooks
    newest = max(_known, default=0)
    found = sql.rows(NEW_RULEBOOKS, {"version": newest, "withdrawn": list(_withdrawn)}, hot=True)
    with _guard:
        for version, valid_from, body, is_withdrawn in found:
            if is_withdrawn:
                _withdrawn.add(version)
            programme = msgspec.structs.replace(msgspec.json.decode(body, type=Programme), version=version)
            _known[version] = (valid_from, Rules(programme, Rates(programme.rates)))
        if found:
            _rulebooks = Rulebooks(list(_known.values()), _withdrawn)
        if stamp is not None and (_stamp is None or stamp > _stamp):
            _stamp = stamp
        return _rulebooks


def rulebooks_as_read() -> Rulebooks:
    """The published versions as this process read them last. No statement: for who has just asked for a programme."""
    return _rulebooks


def forget() -> None:
    """Forget what was read (after a database was replaced)."""
    global _rulebooks, _stamp  # noqa: PLW0603
    with _guard:
        _known.clear()
        _withdrawn.clear()
        _rulebooks = Rulebooks(())
        _stamp = None


def programme_at(moment: datetime) -> Programme:
    """The programme in force at that moment."""
    return rulebooks().at(moment).programme


def draft() -> Programme:
    """The programme as it is being edited; version 0."""
    return draft_as_saved().programme


def draft_as_saved() -> Draft:
    """The draft with who saved it and when; an empty one where none was saved."""
    row = ProgrammeDraft.objects.filter(pk=1).first()
    if row is None:
        return Draft(programme=Programme())
    programme = msgspec.convert(row.body, Programme)
    return Draft(programme=programme, revision=row.revision, saved_at=row.saved_at, saved_by=row.saved_by)


def published(limit: int = 100) -> list[Edition]:
    """Published versions, the newest first, withdrawn ones too."""
    rows = list(Rulebook.objects.order_by("version"))
    reviews = {row.version: row for row in ProgrammeReview.objects.filter(version__isnull=False)}
    programmes = {row.version: msgspec.convert({**row.body, "version": row.version}, Programme) for row in rows}
    kept = sorted((row.valid_from, row.version) for row in rows if row.withdrawn_at is None)
    editions = []
    for row in rows[-limit:]:
        place = bisect_left(kept, (row.valid_from, row.version))
        review = reviews.get(row.version)
        editions.append(
            Edition(
                programme=programmes[row.version],
                before=programmes[kept[place - 1][1]] if place else Programme(),
                valid_from=row.valid_from,
                published_at=row.published_at,
                published_by=row.published_by,
                withdrawn_at=row.withdrawn_at,
                withdrawn_by=row.withdrawn_by,
                note=review.note if review else "",
                submitted_by=review.submitted_by if review else "",
            )
        )
    return editions[::-1]


def review(review_id: int) -> Review | None:
    """A programme that was handed in; None when there is no such review."""
    row = ProgrammeReview.objects.filter(pk=review_id).first()
    return _review(row) if row else None


def reviews(limit: int = 50) -> list[Review]:
    """Programmes that were handed in, the newest first."""
    return [_review(row) for row in ProgrammeReview.objects.order_by("-id")[:limit]]


def open_review() -> Review | None:
    """The programme that waits for its approval; None when none does."""
    row = ProgrammeReview.objects.filter(decided_at__isnull=True).first()
    return _review(row) if row else None


def _review(row: ProgrammeReview) -> Review:
    return Review(
        id=row.pk,
        programme=msgspec.convert(row.body, Programme),
        note=row.note,
        valid_from=row.valid_from,
        submitted_at=row.submitted_at,
        submitted_by=row.submitted_by,
        outcome=Outcome(row.outcome),
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        reason=row.reason,
        version=row.version,
    )
