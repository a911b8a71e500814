"""What might be: past sales under a draft offer, and under the programme that waits for approval."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from forecourt.connectors.demo.life.world import World
from forecourt.kernel import clock
from forecourt.sales import services
from forecourt.sales.values import SimulationAsked

_DRAFT: Final = "draft-ride-hailing"


def run(world: World, tell: Callable[[str, int, int], None], *, by_worker: bool = False) -> None:
    """Simulate the last whole month, or as much of it as there is; or ask for it and leave it to the worker, which begins
    once there is one. Called when all sales are there.
    """
    first = max(world.month(1).date(), world.span.first)
    until = max(first, min(world.month(0).date() - timedelta(days=1), world.span.until.date()))
    wanted = (
        SimulationAsked(since=first, until=until, offers=(_DRAFT,)),
        SimulationAsked(since=first, until=until, programme="draft"),
    )
    for asked in wanted:
        with clock.as_of(world.span.until):
            asked_for = services.ask_simulation(world.office.marketer, asked, wait=not by_worker)
            if not by_worker:
                services.run_simulation(asked_for)
                tell("trials", world.done["simulations"] + 1, len(wanted))
        world.done["simulations"] += 1
