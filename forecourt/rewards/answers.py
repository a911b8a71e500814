"""What both doors answer to redemptions: the status, the media type and the bytes."""

from collections.abc import Sequence
from typing import Any, Final

from forecourt.customers import queries as customers
from forecourt.kernel.actors import Actor
from forecourt.kernel.problems import NotFound
from forecourt.kernel.wire import HttpAnswer
from forecourt.organisation import queries as organisation
from forecourt.rewards import queries, services, wire
from forecourt.rewards.values import Redemption
from forecourt.rewards.wire import RedemptionOut

JSON: Final = "application/json; charset=utf-8"
"""As stored answers are given again, so that those differ in nothing from the first."""


def redeem(actor: Actor, body: bytes) -> HttpAnswer:
    """Redeem a reward for the customer whom the body names: 201 with its code or its coupon."""
    wanted = wire.decode_new(body)
    identified_by = wanted.identified_by
    found = customers.resolve([wanted.customer])[0]
    if found is None:
        raise NotFound(f"Nobody is known by that {identified_by.value}.")
    redemption = services.redeem_reward(
        actor,
        found.customer_id,
        wanted.reward,
        wanted.station or None,
        identified_by=identified_by,
        supervisor=wanted.supervisor,
    )
    return _one(redemption, 201)


def show(actor: Actor, code: str) -> HttpAnswer:
    """The redemption with a code."""
    return _one(queries.redemption_by_code(actor, wire.code_of(code)))


def collect(actor: Actor, code: str, body: bytes) -> HttpAnswer:
    """Hand over what was redeemed."""
    where = wire.decode_collecting(body).station
    return _one(services.collect_redemption(actor, wire.code_of(code), where or None))


def cancel(actor: Actor, code: str, body: bytes) -> HttpAnswer:
    """Take a redemption back."""
    reason = wire.decode_cancelling(body).reason
    redemption_id = queries.redemption_by_code(actor, wire.code_of(code)).id
    return _one(services.cancel_redemption(actor, redemption_id, reason))


def outs(redemptions: Sequence[Redemption]) -> tuple[RedemptionOut, ...]:
    """Redemptions as they are answered, with the codes of their stations."""
    wanted = {one.station_id for one in redemptions} | {one.collected_station_id for one in redemptions}
    stations = organisation.stations_by_id({station_id for station_id in wanted if station_id})
    codes = {facts.id: facts.code for facts in stations.values()}
    return tuple(wire.out(one, codes) for one in redemptions)


def given(answer: Any, status: int = 200) -> HttpAnswer:
    """An answer put into bytes."""
    return HttpAnswer(status, JSON, wire.encode(answer))


def _one(redemption: Redemption, status: int = 200) -> HttpAnswer:
    return given(outs([redemption])[0], status)
