"""Simulations asked for, stopped, forgotten."""

from datetime import timedelta
from typing import Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _
from msgspec.structs import replace
from procrastinate.contrib.django import app

from forecourt.kernel import clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import Conflict, Invalid
from forecourt.organisation import queries as organisation
from forecourt.sales import permissions, queries
from forecourt.sales.models import Simulation
from forecourt.sales.services.simulating.freezing import freeze, stored
from forecourt.sales.values import SimulationAsked

JOB: Final = "sales.simulate"
LONGEST: Final = timedelta(days=3660)
KEPT: Final = timedelta(days=400)
MOST_WAITING: Final = 5


@transaction.atomic(durable=True)
def ask_simulation(actor: Actor, asked: SimulationAsked, *, wait: bool = False) -> int:
    """Ask for a simulation, which a worker runs unless the caller will (`wait`); returns its id.

    It is of the drafts as they read now, and where no station is named of all that the actor works for. Invalid where the
    span, a station or a draft cannot be; Conflict while many wait.
    """
    actor.require(permissions.SIMULATE)
    if asked.until < asked.since or asked.until - asked.since > LONGEST:
        raise Invalid.field("until", _("%(until)s is before the beginning, or ten years on") % {"until": asked.until})
    if actor.stations is not None and not asked.stations:
        asked = replace(asked, stations=tuple(facts.code for facts in organisation.all_stations(actor)))
        if not asked.stations:
            actor.require_all_stations()
    known = organisation.station_facts(asked.stations)
    for code in asked.stations:
        if code not in known:
            raise Invalid.field("stations", _("%(code)r is not a station; give its code") % {"code": code})
        actor.require_station(known[code].id, code)
    frozen = freeze(asked)
    if Simulation.objects.filter(state__in=["waiting", "running"]).count() >= MOST_WAITING:
        raise Conflict(_("%(count)s simulations are waiting already; stop one, or wait.") % {"count": MOST_WAITING})
    row = Simulation.objects.create(
        asked=msgspec.to_builtins(asked), rules=stored(frozen), asked_at=clock.now(), asked_by=actor.label
    )
    if not wait:
        app.configure_task(JOB).defer(simulation_id=row.pk)
    return row.pk


@transaction.atomic(durable=True)
def stop_simulation(actor: Actor, simulation_id: int) -> None:
    """Stop a simulation that waits or runs, of stations in the actor's scope. Safe to repeat."""
    actor.require(permissions.SIMULATE)
    queries.simulation(simulation_id, actor)
    Simulation.objects.filter(pk=simulation_id, state__in=["waiting", "running"]).update(
        state="stopped", finished_at=clock.now()
    )


@transaction.atomic(durable=True)
def forget_old() -> int:
    """Throw away what was simulated long ago; returns how many."""
    return Simulation.objects.filter(asked_at__lt=clock.now() - KEPT).delete()[0]
