"""The figures of a simulation as lines of a CSV file, all of them: every station, every kind of conflict that was kept."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from forecourt.accounts import queries as accounts
from forecourt.accounts.values import PartOfLiability, SimulatedLiability
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.faces.backoffice.screens.simulation_found import drafted, moves
from forecourt.sales.queries import SimulationRow

_SALES: Final = ("sales", "volume", "gross", "discount_before", "discount_after", "points_before", "points_after")
_GIVEN: Final = ("uses", "discount", "points", "gifts")
_MARGINS: Final = ("costed", "cost", "margin_before", "margin_after", "own_margin_before", "own_margin_after")
_MEMBERS: Final = ("winners", "losers", "unchanged", "gain", "loss", "conflicts")
_WORTH: Final = ("liability_before", "liability_after")
_PAID: Final = ("sales_before", "sales_after", "fuel_before", "fuel_after", "gifts_before")
HEADS: Final = ("group", "code", "name", *_SALES, *_GIVEN, *_MARGINS, *_WORTH, *_MEMBERS, *_PAID)


def _line(kind: str, code: str, name: str, **known: Any) -> list[Any]:
    """A line with the figures that are known, each under its head."""
    return [kind, code, name, *[known.get(head, "") for head in HEADS[3:]]]


def lines(row: SimulationRow) -> Iterator[list[Any]]:
    """The lines below HEADS."""
    result = row.result or {}
    names = told.OfferNames(drafted(row))
    worth = accounts.simulated_liability(row)
    yield _line("total", "", "", **result["total"] | _counted(result["members"]) | _worth(worth))
    for group, kind in (("stations", "station"), ("tiers", "tier"), ("funders", "funder")):
        parts = {part.name: part for part in getattr(worth, group)} if worth is not None else {}
        for one in result[group]:
            code = one["name"]
            name = told.funder(code) if kind == "funder" else names.name(kind, code)
            yield _line(kind, code, name, **_figures(one) | _worth(parts.get(code)))
    for one in result["offers"]:
        yield _line("offer", one["name"], names.offer(one["name"]), **_figures(one))
    yield _line("full price", "", "", sales=result.get("full_price", 0))
    yield _line("repaired", "", "", sales=result.get("repaired", 0))
    if worth:
        basis = f"{worth.point_value:f} x {worth.redemption_percent:f}%, policy {worth.policy or 'none'}"
        # under the columns of points, what they are worth
        yield _line("points as a liability", "", basis, points_before=worth.before, points_after=worth.after)
    told_moves = moves(result.get("tier_moves"))
    for move in told_moves["rows"] if told_moves else ():
        code, name = f"{move['before']} > {move['after']}", f"{move['was']} > {move['becomes']}"
        yield _line("tier move", code, name, sales=move["members"])
    yield from _conflicts("conflict", "", result["lost"], names)
    for group, kind in (("tiers", "tier"), ("stations", "station")):
        for one in result[group]:
            yield from _conflicts(f"conflict by {kind}", one["name"], one.get("lost", ()), names)
    for code, why, count in result["missed"]:
        yield _line("missed", code, f"{names.offer(code)}: {told.missed(why, names)}", sales=count)


def _figures(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in ("name", "lost")}


def _counted(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: members[name] for name in _MEMBERS if name in members}


def _worth(worth: SimulatedLiability | PartOfLiability | None) -> dict[str, Any]:
    return {"liability_before": worth.before, "liability_after": worth.after} if worth is not None else {}


def _conflicts(kind: str, where: str, lost: Any, names: told.OfferNames) -> Iterator[list[Any]]:
    for code, to, why, count in lost:
        said = f"{names.offer(code)} < {names.offer(to)}: {told.WHY_LOST.get(why, why)}"
        yield _line(kind, where or code, said, sales=count)
