"""Goods that were won, handed over at a station or left until they expire."""

from datetime import date
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import records as customer_records
from forecourt.games import permissions, queries
from forecourt.games.events import PrizeCollected, PrizeExpired
from forecourt.games.models import Claim
from forecourt.games.queries.wording import moment_in_words
from forecourt.games.values import ClaimState, ClaimView
from forecourt.kernel import audit, clock
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, Invalid, NotFound
from forecourt.organisation import queries as organisation

LIST: Final = 500


@transaction.atomic(durable=True)
def collect_claim(actor: Actor, code: str, station: str) -> ClaimView:
    """Hand over what was won against its code, at a station (by its code). Once: a second time is a Conflict that says when.

    NotFound for an unknown code; Conflict where it expired or is kept at other stations.
    """
    actor.require(permissions.COLLECT_PRIZES)
    station_id = organisation.station_ids([station]).get(station)
    if station_id is None:
        raise Invalid.field("station", _("there is no station %(code)s") % {"code": station})
    actor.require_station(station_id, station)
    code = code.strip().upper().replace(" ", "").replace("-", "")
    found = Claim.objects.filter(code=code).first()
    if found is None:
        raise NotFound(_("No prize has the code %(code)s; look at it again.") % {"code": code})
    customer_records.lock([found.customer_id])
    row = Claim.objects.select_for_update().get(pk=found.pk)
    view = queries.claims(code=code, limit=1)[0]
    now = clock.now()
    if row.state == ClaimState.COLLECTED:
        moment = row.collected_at and moment_in_words(row.collected_at)
        raise Conflict(_("This prize was collected already, on %(moment)s.") % {"moment": moment})
    if row.state == ClaimState.EXPIRED or row.expires_on < organisation.company_day(now):
        raise Conflict(_("This prize could be collected until %(day)s.") % {"day": row.expires_on})
    game = queries.game(row.game_id)
    (won,) = queries.wins(win_id=row.win_id, limit=1)
    kept_at = next((prize.stations for prize in game.rules.prizes if prize.code == won.prize), ())
    if kept_at and station not in kept_at:
        raise Conflict(_("This prize is kept at: %(stations)s.") % {"stations": ", ".join(kept_at)})
    row.state, row.collected_at, row.collected_by, row.station_id = ClaimState.COLLECTED, now, actor.label, station_id
    row.save(update_fields=["state", "collected_at", "collected_by", "station_id"])
    publish(
        [
            PrizeCollected(
                customer_id=row.customer_id,
                occurred_at=now,
                game=game.rules.code,
                title=game.rules.name,
                win_id=row.win_id,
                prize_name=view.prize,
                station_id=station_id,
            )
        ]
    )
    audit.record(actor, "game.collect", f"claim:{row.win_id}", customer_id=row.customer_id, station_id=station_id)
    return queries.claims(code=code, limit=1)[0]


@transaction.atomic(durable=True)
def expire_claims(actor: Actor, day: date, limit: int = LIST) -> int:
    """Close claims whose last day was before `day`; returns how many, 0 when none is left."""
    actor.require(permissions.COLLECT_PRIZES)
    past = Claim.objects.filter(state=ClaimState.OPEN, expires_on__lt=day)
    wanted = dict(past.order_by("expires_on")[:limit].values_list("win_id", "customer_id"))
    customer_records.lock(set(wanted.values()))
    rows = list(
        Claim.objects.select_for_update().filter(win_id__in=list(wanted), state=ClaimState.OPEN).order_by("win_id")
    )
    Claim.objects.filter(win_id__in=[row.win_id for row in rows]).update(state=ClaimState.EXPIRED)
    names = {view.win_id: view for view in queries.claims_of([row.win_id for row in rows])}
    games = {game_id: queries.game(game_id) for game_id in {row.game_id for row in rows}}
    publish(
        [
            PrizeExpired(
                customer_id=row.customer_id,
                occurred_at=clock.now(),
                game=games[row.game_id].rules.code,
                title=games[row.game_id].rules.name,
                win_id=row.win_id,
                prize_name=names[row.win_id].prize,
            )
            for row in rows
        ]
    )
    return len(rows)
