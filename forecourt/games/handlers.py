"""What follows a sale: chances and tickets for its member. Computed anew from the sale less its refunds, so that a list taken
twice changes nothing, a repair gives to whom the sale belongs now, and a refund takes back what is not used.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from forecourt import games as folder
from forecourt.customers import queries as customers
from forecourt.customers import records as customer_records
from forecourt.games import queries, records, rules
from forecourt.games.records import Given
from forecourt.games.services.entering import told
from forecourt.games.values import GameKind, GameView
from forecourt.kernel import clock, sql
from forecourt.kernel.events import on, publish
from forecourt.organisation import queries as organisation
from forecourt.sales.events import SalePosted, SaleRefunded, SaleRepaired

SALES: Final = sql.load(folder.__file__, "sales_now")
COUNTED: Final = """
SELECT survivor_id, ticket.day, count(*)
FROM unnest(%(survivors)s::bigint[]) AS survivor (survivor_id)
JOIN customers_customer AS member ON member.id = survivor_id OR member.merged_into_id = survivor_id
JOIN games_ticket AS ticket
  ON ticket.customer_id = member.id AND ticket.game_id = %(game_id)s AND ticket.voided_at IS NULL
GROUP BY survivor_id, ticket.day
"""


@on(SalePosted, SaleRefunded, SaleRepaired)
def give_for_sales(events: Sequence[SalePosted | SaleRefunded | SaleRepaired]) -> None:
    """Give each sale's chances and tickets, once; take back those that are not due any more."""
    found = [game for game in queries.live_games() if game.rules.sale_chances is not None]
    sale_ids = {event.refund_of if isinstance(event, SaleRefunded) else event.sale_id for event in events}
    members = {event.customer_id for event in events if event.customer_id > 0}
    if not found or not members:
        return
    sales = sql.dicts(SALES, {"sale_ids": [one for one in sale_ids if one is not None]})
    left = _left_behind(events)
    owners = sorted({sale["survivor_id"] for sale in sales} | {customer_id for customer_id, _ in left})
    customer_records.lock(owners)
    records.hold([game.id for game in found])
    still, people, now = {game.id for game in queries.live_games()}, queries.people(owners), clock.now()
    for game in found:
        # what was sold before the end of a draw counts until its list is frozen, however late this reader comes
        if game.id in still and (game.rules.kind is GameKind.DRAW or now < game.rules.ends_at):
            gone = [Given(game.id, customer_id, origin, 0) for customer_id, origin in left]
            _settle(game, _due(game, sales, people) + gone)


def _left_behind(events: Sequence[SalePosted | SaleRefunded | SaleRepaired]) -> list[tuple[int, str]]:
    """(member, origin) of sales that turned out to be somebody else's."""
    return [
        (event.previous_customer_id, f"sale:{event.sale_id}")
        for event in events
        if isinstance(event, SaleRepaired) and 0 < event.previous_customer_id != event.customer_id
    ]


def _due(game: GameView, sales: Sequence[dict[str, Any]], people: dict[int, queries.Person]) -> list[Given]:
    """What these sales give in a game, each on the day it occurred on, 0 of it where they give nothing (any more)."""
    due = []
    for sale in sales:
        person = people.get(sale["survivor_id"])
        if person is None or not game.rules.starts_at <= sale["occurred_at"] < game.rules.ends_at:
            continue
        player = rules.Player(is_blocked=person.is_blocked, tier=person.tier, tags=person.tags)
        count = rules.chances_of_sale(game.rules.sale_chances, sale["volume"], sale["amount"])
        count = 0 if rules.barred(game.rules, player) else count
        weight = rules.weight_of(game.rules.draw.tier_weights, person.tier) if game.rules.draw else 1
        day = organisation.company_day(sale["occurred_at"])
        due.append(Given(game.id, sale["customer_id"], f"sale:{sale['id']}", count, weight, day=day))
    return due


def _settle(game: GameView, due: Sequence[Given]) -> None:
    """Bring what sales gave to what is due."""
    wanted = [one for one in due if one.many]
    if game.rules.kind is GameKind.DRAW:
        records.take_tickets_back(due)
        wanted = _within_limits(game, wanted)
        made = records.give_tickets(wanted)
        publish(
            [
                told(game, one._replace(many=len(made[(one.game_id, one.customer_id, one.origin)])))
                for one in wanted
                if (one.game_id, one.customer_id, one.origin) in made
            ]
        )
        return
    records.take_chances_back(due)
    new = records.give_chances(wanted, "system:forecourt")
    publish([told(game, one) for one in new])


def _within_limits(game: GameView, wanted: Sequence[Given]) -> list[Given]:
    """As many tickets as each member, aliases counted in, may still have, in the order of the sales, by the days of these."""
    game_rules = game.rules
    if not (game_rules.per_day or game_rules.in_all) or not wanted:
        return list(wanted)
    known = queries.ticket_parts(game.id, [one.customer_id for one in wanted])
    merged = customers.merged_into({one.customer_id for one in wanted})
    survivors = {one.customer_id: merged.get(one.customer_id, one.customer_id) for one in wanted}
    of_days, in_all = Counter[tuple[int, date | None]](), Counter[int]()
    for survivor_id, day, count in sql.rows(
        COUNTED, {"survivors": sorted(set(survivors.values())), "game_id": game.id}
    ):
        of_days[survivor_id, day] = count
        in_all[survivor_id] += count
    kept = []
    for one in wanted:
        survivor_id = survivors[one.customer_id]
        there = known.get((one.customer_id, one.origin), 0)
        room = [one.many - there]
        if game_rules.per_day:
            room.append(game_rules.per_day - of_days[survivor_id, one.day])
        if game_rules.in_all:
            room.append(game_rules.in_all - in_all[survivor_id])
        count = max(0, min(room))
        if count:
            of_days[survivor_id, one.day] += count
            in_all[survivor_id] += count
            kept.append(one._replace(many=count, first=there + 1))
    return kept
