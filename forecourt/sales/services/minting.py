"""Coupons that sales give, made while they are rated: as their templates were then, as far as they are issued now."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from uuid import UUID

from forecourt.coupons import records as coupon_records
from forecourt.coupons import rules as coupon_rules
from forecourt.coupons.queries import KnownTemplate
from forecourt.coupons.values import Coupon, CouponKind
from forecourt.kernel import clock, ids
from forecourt.sales import rules
from forecourt.sales.services.limits import Ruled
from forecourt.sales.values import KnownSale

Named = Callable[[], tuple[UUID, str]]
"""Gives the id and the code of the next coupon."""


def minter(ruled: Ruled, has_room: Callable[[str, int], bool], named: Named) -> rules.Mint:
    """Makes the coupons that sales give, but for those that would never be good, of their templates under the rules that
    `ruled` gives for the moment a sale is rated as of. `has_room` takes one from the limit of a template that has one, where
    there is one left; `named` gives the id and the code of the next coupon.
    """

    def mint(code: str, known: KnownSale) -> Coupon | None:
        found = ruled(known.rated_at).templates.get(code)
        if found is None or found.template.kind is not CouponKind.SINGLE:
            return None
        template = found.template
        day: date = known.sale.occurred_at.astimezone(clock.zone(known.station.zone)).date()
        if not coupon_rules.can_be_good(template, day):
            return None
        if template.limit and not has_room(code, template.limit):
            return None
        return coupon_rules.minted(*named(), template, found.id, known.customer_id, day)

    return mint


def posted_mint(ruled: Ruled, templates: Mapping[str, KnownTemplate], issues: Collection[str]) -> rules.Mint:
    """Makes the coupons of a list that is posted, as far as their templates are issued, and have room, by now."""
    room = coupon_records.hold_room(issues, templates)

    def has_room(code: str, _limit: int) -> bool:
        left = room.get(code, 0)
        room[code] = left - 1
        return left > 0

    mint = minter(ruled, has_room, lambda: (ids.uuid7(), coupon_rules.new_code()))

    def mint_issued(code: str, known: KnownSale) -> Coupon | None:
        return mint(code, known) if code in templates and templates[code].is_live else None

    return mint_issued
