"""Templates by their codes."""

import threading
from collections.abc import Collection, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import msgspec
from django.utils.translation import gettext as _

from forecourt.coupons import permissions, rules
from forecourt.coupons.values import CouponKind, Template, TemplateState
from forecourt.kernel import reviews, sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Review

STAMP: Final = "coupons"
"""The stamp that every change of a template moves on."""
_ALL: Final = """
SELECT code, id, is_live, body::text, is_draft, draft::text,
       ARRAY(SELECT valid_from FROM coupons_coupontemplateversion AS version
             WHERE version.template_id = template.id ORDER BY version.number),
       ARRAY(SELECT body::text FROM coupons_coupontemplateversion AS version
             WHERE version.template_id = template.id ORDER BY version.number)
FROM coupons_coupontemplate AS template
"""
_SOME: Final = _ALL + " WHERE code = ANY(%(codes)s::text[])"
_ISSUED: Final = """
SELECT code, id, is_live, body::text, is_draft, draft::text, '{}'::timestamptz[], '{}'::text[], issued
FROM coupons_coupontemplate WHERE code = ANY(%(codes)s::text[])
"""


class Said(NamedTuple):
    """What a template says from a moment on."""

    since: datetime
    template: Template


class KnownTemplate(NamedTuple):
    """A template as it reads now, with its versions, the first one first. `is_live`: still issued; what was issued of it
    stays good in any case. `is_draft`: never approved, so that it has no version.

    `draft` is what one that was approved is to become, None where it says the same.
    """

    id: int
    is_live: bool
    template: Template
    is_draft: bool = False
    draft: Template | None = None
    versions: tuple[Said, ...] = ()

    @property
    def state(self) -> TemplateState:
        """What can be had of it."""
        if self.is_draft:
            return TemplateState.DRAFT
        return TemplateState.LIVE if self.is_live else TemplateState.RETIRED

    @property
    def edited(self) -> Template:
        """What is edited and handed in."""
        return self.draft or self.template

    def at(self, moment: datetime) -> Template:
        """What it said at a moment: of the versions that had begun the latest, the first one before that. But the limit
        of what may be issued in all is that of now, as those of budgets are.
        """
        begun = [version.template for version in self.versions if version.since <= moment]
        said = begun[-1] if begun else self.versions[0].template if self.versions else self.template
        return said if said.limit == self.template.limit else msgspec.structs.replace(said, limit=self.template.limit)

    @property
    def ever_limits_customers(self) -> bool:
        """Whether it says, or ever said, how often a customer may use its coupons."""
        return any(said.template.per_customer for said in self.versions) or self.template.per_customer > 0

    @property
    def changed_at(self) -> list[datetime]:
        """From when on it said something else than before."""
        return [version.since for version in self.versions[1:]]

    @property
    def is_issued(self) -> bool:
        """Whether its coupons are issued one by one: it is live, and not one code for everybody."""
        return self.is_live and self.template.kind is CouponKind.SINGLE

    def can_be_issued(self, day: date) -> bool:
        """Whether they are, and one that is issued on that day will be good."""
        return self.is_issued and rules.can_be_good(self.template, day)


class _Memory(NamedTuple):
    stamp: int
    templates: Mapping[str, KnownTemplate]


_guard = threading.Lock()
_memory = _Memory(-1, MappingProxyType({}))


def live_templates(stamp: int | None = None) -> Mapping[str, KnownTemplate]:
    """Every template by code, drafts too, and retired ones, for their coupons stay good.

    With the stamp "coupons", which every change of a template moves on, a process asks only when that has moved.
    """
    global _memory  # noqa: PLW0603 - one memory a process, of what the stamp vouches for
    memory = _memory
    if stamp is not None and stamp == memory.stamp:
        return memory.templates
    known = MappingProxyType(_known(sql.rows(_ALL, hot=True)))
    if stamp is not None:
        with _guard:
            if stamp > _memory.stamp:
                _memory = _Memory(stamp, known)
    return known


def room(codes: Collection[str], day: date) -> dict[str, int | None]:
    """How many coupons of each template can be issued on that day, as far as is known without a lock: none of one that is not,
    null where any number. One statement.
    """
    found = sql.rows(_ISSUED, {"codes": sql.text_array(sorted(code for code in codes if "\0" not in code))})
    known, issued = _known([row[:-1] for row in found]), {row[0]: row[-1] for row in found}
    left: dict[str, int | None] = dict.fromkeys(codes, 0)
    for code, one in known.items():
        if one.can_be_issued(day):
            limit = one.template.limit
            left[code] = max(0, limit - issued[code]) if limit else None
    return left


def templates(codes: Collection[str]) -> dict[str, KnownTemplate]:
    """Templates by code; unknown ones are missing. One statement."""
    askable = sorted(code for code in codes if "\0" not in code)
    return _known(sql.rows(_SOME, {"codes": sql.text_array(askable)}))


def forget() -> None:
    """Forget what was read (after a database was replaced)."""
    global _memory  # noqa: PLW0603
    with _guard:
        _memory = _Memory(-1, MappingProxyType({}))


def open_reviews() -> dict[str, Review]:
    """What is handed in now, by the code of its template; what waits longest first. One statement."""
    return {review.key: review for review in reviews.open_reviews("coupon_template")}


def decided(actor: Actor, code: str) -> list[Review]:
    """What was decided about a template, the latest first; NotFound when there is none."""
    actor.require(permissions.VIEW_COUPONS)
    if code not in templates([code]):
        raise NotFound(_("There is no coupon template %(code)s.") % {"code": code})
    return reviews.decided(f"coupon_template:{code}")


def _known(rows: list[tuple[Any, ...]]) -> dict[str, KnownTemplate]:
    return {
        code: KnownTemplate(
            number,
            is_live,
            _read(body),
            is_draft,
            _read(draft) if draft else None,
            tuple(map(Said, starts, map(_read, bodies))),
        )
        for code, number, is_live, body, is_draft, draft, starts, bodies in rows
    }


def _read(body: str) -> Template:
    return msgspec.json.decode(body, type=Template)
