"""Chances and tickets: given by hand or by other systems, and tickets bought with points or had by signing up."""

from collections.abc import Sequence
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.customers import queries as customer_queries
from forecourt.customers import records as customer_records
from forecourt.games import permissions, queries, records, rules
from forecourt.games.events import ChanceGiven, DrawEntered
from forecourt.games.records import Given
from forecourt.games.services.table import CannotPlay, Table, sit_down
from forecourt.games.values import GameKind, GameState, GameView
from forecourt.kernel import audit, clock, ids
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import Event, publish
from forecourt.kernel.problems import Invalid, NotFound
from forecourt.loyalty import events as loyalty_events
from forecourt.loyalty import records as loyalty
from forecourt.loyalty.values import Spending

MOST: Final = 1000
"""Chances or tickets at a time for one customer."""
MOST_CUSTOMERS: Final = 5000


@transaction.atomic(durable=True)
def give_chances(
    actor: Actor, code: str, customer_ids: Sequence[int], count: int, reason: str, *, reference: str = ""
) -> int:
    """Give customers chances (tickets of a draw), with the reason; returns how many customers got them now.

    The same reference gives a customer once. Limits of plays and tickets do not hold for what is given by hand.
    """
    actor.require(permissions.GIVE_CHANCES)
    if not 1 <= count <= MOST:
        raise Invalid.field(
            "count", _("%(count)s is not possible; give 1 to %(most)s") % {"count": count, "most": MOST}
        )
    if not reason.strip():
        raise Invalid.field("reason", _("is empty; say why, it stands in the audit trail"))
    if len(customer_ids) > MOST_CUSTOMERS:
        raise Invalid.field("customers", _("are more than %(most)s at once") % {"most": MOST_CUSTOMERS})
    game_id = queries.game_id(code)
    wanted = customer_queries.survivors(set(customer_ids))
    locked = customer_records.lock(wanted)
    if not locked:
        raise NotFound(_("There are no such customers."))
    records.hold([game_id])
    game = _open(game_id)
    origin = f"hand:{reference or ids.uuid7()}"
    tiers = {customer_id: person.tier for customer_id, person in queries.people(list(locked)).items()}
    weights = game.rules.draw.tier_weights if game.rules.draw else ()
    given = [
        Given(game_id, merged or customer_id, origin, count, rules.weight_of(weights, tiers.get(customer_id, "")))
        for customer_id, merged in locked.items()
    ]
    got = _give(actor, game, given, reason.strip())
    audit.record(
        actor,
        "game.give_chances",
        f"game:{game_id}",
        customer_id=given[0].customer_id if len(given) == 1 else None,
        reason=reason.strip(),
        detail={"count": count, "customers": len(got)},
    )
    return len(got)


def _give(actor: Actor, game: GameView, given: Sequence[Given], reason: str) -> list[Given]:
    """Chances or tickets, whichever the game has; those that are new."""
    if game.rules.kind is GameKind.DRAW:
        made = records.give_tickets(given)
        new = [one for one in given if (one.game_id, one.customer_id, one.origin) in made]
    else:
        new = records.give_chances(given, actor.label, reason)
    publish([told(game, one) for one in new])
    return new


def told(game: GameView, one: Given) -> Event:
    """What is said of chances or tickets that were given."""
    now = clock.now()
    if game.rules.kind is GameKind.DRAW:
        return DrawEntered(
            customer_id=one.customer_id,
            occurred_at=now,
            game=game.rules.code,
            title=game.rules.name,
            tickets=one.many,
            origin=one.origin,
        )
    return ChanceGiven(
        customer_id=one.customer_id,
        occurred_at=now,
        game=game.rules.code,
        title=game.rules.name,
        chances=one.many,
        origin=one.origin,
    )


@transaction.atomic(durable=True)
def enter_draw(
    actor: Actor, code: str, customer_id: int, *, tickets: int = 1, with_points: bool = False, reference: str = ""
) -> list[int]:
    """Enter a draw: by signing up, once, or with points; returns the numbers of the new tickets, none where known before.

    CannotPlay, saying why, where the draw is closed, not for this customer, or all tickets or points are used.
    """
    actor.require(permissions.PLAY_GAMES)
    table = sit_down(actor, code, customer_id, GameKind.DRAW, reference, must_be_open=False)
    game = table.game
    origin = f"points:{reference or ids.uuid7()}" if with_points else "sign-up"
    if queries.has_tickets(game.id, table.family, origin):
        return []
    if not 1 <= tickets <= MOST or (not with_points and tickets != 1):
        raise Invalid.field("tickets", _("%(count)s is not possible here") % {"count": tickets})
    player = queries.players([game], table.family, table.now)[game.id]
    refusal = rules.closed(game.rules, game.state, table.now) or rules.barred(game.rules, player)
    refusal = refusal or rules.no_ticket(game.rules, player, tickets, with_points=with_points)
    if refusal:
        raise CannotPlay(refusal)
    cost = game.rules.points_cost if with_points else 0
    said = _pay_for_tickets(table, origin, cost * tickets) if cost else []
    weight = rules.weight_of(game.rules.draw.tier_weights, player.tier) if game.rules.draw else 1
    one = Given(game.id, table.customer_id, origin, tickets, weight, cost)
    numbers = records.give_tickets([one])
    publish([*said, told(game, one)])
    return sorted(numbers[(game.id, table.customer_id, origin)])


def _pay_for_tickets(table: Table, origin: str, points: int) -> list[Event]:
    spending = Spending(
        customer_id=table.customer_id,
        points=points,
        origin=records.origin_of_tickets(table.game.id, origin),
        reason=table.game.rules.name,
        actor=table.actor.label,
    )
    (spent,), entries = loyalty.spend([spending])
    if not spent.is_paid:
        raise CannotPlay(
            _("These tickets cost %(cost)s points and %(there)s can be spent.")
            % {"cost": points, "there": spent.available}
        )
    return loyalty_events.moved(entries)


def _open(game_id: int) -> GameView:
    """The game, which must be live; before its time chances and tickets can be given already."""
    game = queries.game(game_id)
    now = clock.now()
    if game.state is not GameState.LIVE or now >= game.rules.ends_at:
        raise CannotPlay(rules.closed(game.rules, game.state, now))
    return game
