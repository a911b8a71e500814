"""Simulations: what was asked for, by what drafts, and what came out."""

import msgspec
from django.utils.translation import gettext as _

from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.values import Value
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.values import Programme
from forecourt.offers import queries as offers
from forecourt.organisation import queries as organisation
from forecourt.sales.models import Simulation
from forecourt.sales.values import Frozen

SimulationRow = Simulation
"""A simulation, to read."""


class Drift(Value):
    """What was edited since it was simulated: these offers, by code; the programme or not."""

    offers: tuple[str, ...] = ()
    programme: bool = False

    def __bool__(self) -> bool:
        return bool(self.offers) or self.programme


def simulation(simulation_id: int, actor: Actor = SYSTEM) -> SimulationRow:
    """A simulation as it stands; NotFound when there is none, NotAllowed unless all its stations are in the actor's scope."""
    row = Simulation.objects.filter(pk=simulation_id).first()
    if row is None:
        raise NotFound(_("There is no simulation %(id)s.") % {"id": simulation_id})
    if actor.stations is not None:
        if not row.asked.get("stations"):
            actor.require_all_stations()
        for code, facts in organisation.station_facts(row.asked.get("stations", ())).items():
            actor.require_station(facts.id, code)
    return row


def simulations(limit: int = 50, actor: Actor = SYSTEM, *, before: int | None = None) -> list[SimulationRow]:
    """Simulations all of whose stations are in the actor's scope, the newest first, older than `before`, without what they
    found.
    """
    found = Simulation.objects.defer("result", "rules").order_by("-id")
    if before is not None:
        found = found.filter(pk__lt=before)
    if actor.stations is not None:
        mine = [facts.code for facts in organisation.all_stations(actor)]
        found = found.filter(asked__stations__contained_by=mine).exclude(asked__stations=[])
    return list(found[:limit])


def frozen_rules(row: SimulationRow) -> Frozen | None:
    """The drafts that a simulation is of, as they read when it was asked for; None where nobody kept them."""
    return msgspec.convert(row.rules, Frozen) if row.rules is not None else None


def changed_since(row: SimulationRow) -> Drift:
    """What reads otherwise by now than what was simulated. What was handed in is what it was until it is decided; once it is
    not in review any more, it cannot have changed.
    """
    frozen = frozen_rules(row)
    if frozen is None:
        return Drift()
    codes: dict[bool, list[str]] = {False: [], True: []}
    for one in frozen.offers:
        codes[one.is_reviewed].append(one.offer.code)
    now = offers.drafts(codes[False]) | offers.in_review(codes[True])
    changed = [one.offer for one in frozen.offers if one.offer.code in now and now[one.offer.code][1] != one.offer]
    programme: Programme | None = None
    if frozen.programme is not None and row.asked["programme"] == "draft":
        programme = loyalty.draft()
    elif frozen.programme is not None and (review := loyalty.open_review()) is not None:
        programme = review.programme
    return Drift(
        offers=tuple(sorted(offer.code for offer in changed)),
        programme=programme is not None and programme != frozen.programme,
    )
