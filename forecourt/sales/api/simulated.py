"""What a key is told of a simulation's result: costs and members have scopes of their own."""

from collections.abc import Callable
from typing import Any

from forecourt.catalogue.permissions import VIEW_COSTS
from forecourt.customers.permissions import VIEW
from forecourt.kernel.actors import Actor


def told(result: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The result without what products cost, and what that can be worked out from, unless the actor may see it; and without
    the ids of members likewise.
    """
    found = result
    if not actor.may(VIEW_COSTS):
        found = _without(found, _tells_costs)
    if not actor.may(VIEW):
        found = {**found, "members": _without(found["members"], {"most", "least"}.__contains__)}
    return found


def _tells_costs(name: str) -> bool:
    return name in ("cost", "costed") or name.startswith(("margin_", "own_margin_", "gifts"))


def _without(told: Any, is_left_out: Callable[[str], bool]) -> Any:
    if isinstance(told, list):
        return [_without(one, is_left_out) for one in told]
    if not isinstance(told, dict):
        return told
    return {name: _without(one, is_left_out) for name, one in told.items() if not is_left_out(name)}
