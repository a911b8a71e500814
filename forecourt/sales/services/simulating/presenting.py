"""Coupons in a simulation: those that past sales used are there to be used again.

A coupon that a simulated sale had given is there if the simulated rules give it too; any other, from a batch, a hand, a
reward or a time before the span, is there as it was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from forecourt.coupons import queries as coupons
from forecourt.coupons import rules as coupon_rules
from forecourt.coupons.queries import KnownTemplate, Source
from forecourt.coupons.values import Coupon
from forecourt.kernel import sql
from forecourt.sales.services.limits import Ruled
from forecourt.sales.services.minting import minter
from forecourt.sales.services.simulating.carrying import Carried
from forecourt.sales.services.simulating.reading import Past
from forecourt.sales.values import KnownSale

_BY_SALE: Final = "sale:"
SIMULATED: Final = """
SELECT sale.id
FROM unnest(%(customers)s::bigint[], %(sales)s::uuid[]) AS issuing (customer_id, sale_id)
JOIN sales_sale AS sale ON sale.customer_id = issuing.customer_id AND sale.id = issuing.sale_id
LEFT JOIN unnest(%(aliases)s::bigint[], %(roots)s::bigint[]) AS alias (id, root_id) ON alias.id = sale.customer_id
WHERE sale.business_date BETWEEN %(since)s::date AND %(until)s::date AND sale.net >= 0
  AND sale.id NOT IN (SELECT sale_id FROM sales_repair WHERE repaired_at IS NOT NULL)
  AND mod(abs(coalesce(alias.root_id, sale.customer_id)), %(shares)s::int) = %(share)s::int
  AND (%(station_ids)s::bigint[] IS NULL OR sale.station_id = ANY(%(station_ids)s::bigint[]))
"""
"""Of sales that gave coupons those that are simulated in this share, where the simulated rules decide whether they do."""


class Coupons:
    """The coupons of the sales that are simulated; `where` says which."""

    def __init__(
        self,
        where: Mapping[str, Any],
        templates: Mapping[str, KnownTemplate],
        ruled: Ruled,
        state: Carried,
        asked: Collection[str],
    ) -> None:
        """`ruled` gives the simulated rules of a moment; `asked` are the templates of which offers ask whether a member holds a
        coupon.
        """
        self._where = where
        self._templates = templates
        self._state = state
        self._asked = {templates[code].id for code in asked if code in templates}
        self._sources: dict[UUID, Source] = {}
        self._simulated: set[str] = set()
        self._given: defaultdict[tuple[str, str], list[UUID]] = defaultdict(list)
        self._count = 0
        self._mint = minter(ruled, state.issue, self._named)

    def learn(self, sales: Iterable[Past]) -> None:
        """Learn where the coupons come from that these sales used."""
        fresh = {coupon for past in sales for coupon in past.given.coupons} - self._sources.keys()
        if not fresh:
            return
        self._sources |= (found := coupons.sources(fresh))
        self._learn_givers([(source.issued_to, source.origin) for source in found.values()])

    def learn_held(self, members: Collection[int]) -> None:
        """Learn when these members held coupons that offers ask about, but for those that simulated sales give or do not."""
        found = coupons.held_then(members, self._asked)
        self._learn_givers([(span.issued_to, span.origin) for spans in found.values() for span in spans])
        for customer_id, spans in found.items():
            self._state.spans[customer_id] = [span for span in spans if span.origin not in self._simulated]

    def _learn_givers(self, given: Iterable[tuple[int | None, str]]) -> None:
        """Learn which of the sales that gave coupons, to whom, are simulated."""
        issuing = [(customer_id, origin) for customer_id, origin in given if origin.startswith(_BY_SALE)]
        if not issuing:
            return
        where = {"customers": [one[0] for one in issuing], "sales": [UUID(one[1][len(_BY_SALE) :]) for one in issuing]}
        self._simulated |= {f"{_BY_SALE}{row[0]}" for row in sql.rows(SIMULATED, {**self._where, **where})}

    def present(self, past: Past) -> tuple[str, ...]:
        """Put the coupons of a past sale into its customer's hands; returns their codes."""
        codes: list[str] = []
        for coupon_id in sorted(past.given.coupons):
            source = self._sources.get(coupon_id)
            if source is None or source.template not in self._templates:
                continue
            given = self._given.get((source.origin, source.template))
            if given is not None:
                codes += [self._state.hand_over(one, past.known.customer_id) for one in given]
            elif source.origin not in self._simulated:
                codes.append(self._stand_in(source))
        return tuple(codes)

    def _stand_in(self, source: Source) -> str:
        """A bearer's coupon of the same kind, good on any day: it was when it was used."""
        known = self._templates[source.template]
        coupon = coupon_rules.minted(*self._named(), known.template, known.id, 0, date.min)
        self._state.hold(replace(coupon, customer_id=None, active_from=date.min, expires_on=None, is_generic=False))
        return coupon.code

    def mint(self, code: str, known: KnownSale, sale_id: UUID) -> Coupon | None:
        """A coupon that a simulated sale gives; None where its template has none left."""
        coupon = self._mint(code, known)
        if coupon is not None:
            self._given[f"{_BY_SALE}{sale_id}", code].append(coupon.id)
        return coupon

    def _named(self) -> tuple[UUID, str]:
        self._count += 1
        return UUID(int=self._count), f"SIM{self._count}"
