"""Prizes of draws that wait: coupons of which none can be issued now. Callers hold the customers' locks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from forecourt.coupons import records as coupons
from forecourt.games.events import PrizeWaits
from forecourt.games.records.giving import Grant
from forecourt.games.values import GameView, PrizeKind
from forecourt.kernel import sql
from forecourt.kernel.events import Event

WAIT: Final = """
UPDATE games_win SET waits_since = %(now)s, confirm_by = NULL
WHERE id = ANY(%(ids)s::uuid[]) AND waits_since IS NULL AND granted_at IS NULL AND lost_at IS NULL
RETURNING id
"""


def within_room(grants: Sequence[Grant]) -> tuple[list[Grant], list[Grant]]:
    """What can be given now, and the coupons for which their templates leave no room; limits of templates stay locked."""
    room = coupons.room_of({one.prize.template for one in grants if one.prize.kind is PrizeKind.COUPON})
    given, left = [], []
    for one in grants:
        if one.prize.kind is PrizeKind.COUPON:
            if not room[one.prize.template]:
                left.append(one)
                continue
            room[one.prize.template] -= 1
        given.append(one)
    return given, left


def wait(game: GameView, grants: Sequence[Grant], now: datetime) -> list[Event]:
    """Note prizes as waiting for their coupon, which need not be confirmed (any more); returns what is to be published of those
    that did not wait before.
    """
    if not grants:
        return []
    new = {row[0] for row in sql.rows(WAIT, {"now": now, "ids": [one.win_id for one in grants]})}
    return [
        PrizeWaits(
            customer_id=one.customer_id,
            occurred_at=now,
            game=game.rules.code,
            title=game.rules.name,
            win_id=one.win_id,
            prize=one.prize.code,
            prize_name=one.prize.name,
            template=one.prize.template,
        )
        for one in grants
        if one.win_id in new
    ]
