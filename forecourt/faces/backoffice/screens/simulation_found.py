"""What a simulation found, in words and figures: as its page shows it, and the command prints it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from forecourt.accounts import queries as accounts
from forecourt.accounts.values import PartOfLiability
from forecourt.customers import queries as customers
from forecourt.faces.backoffice.screens import offer_words as told
from forecourt.faces.backoffice.screens.sales import tier_names
from forecourt.kernel.money import ZERO
from forecourt.offers import queries as offers
from forecourt.sales import queries
from forecourt.sales.queries import SimulationRow

MOST_GROUPS: Final = 60
"""Stations that are shown; all of them are in the CSV file."""
BEFORE_AND_AFTER: Final = ("discount", "points", "margin", "own_margin", "sales", "fuel", "gifts")


def figures(sums: Mapping[str, Any]) -> dict[str, Any]:
    """Figures of a result, which are text there, as numbers."""
    return {
        name: Decimal(value) if name != "name" and isinstance(value, str) else value for name, value in sums.items()
    }


def drafted(*rows: SimulationRow) -> dict[str, str]:
    """Names of the offers that were simulated: as they were called then, else as they are now."""
    codes = {code for row in rows for what in ("offers", "reviewed", "without") for code in row.asked.get(what, [])}
    now = {code: offer.name for code, (_id, offer) in offers.drafts(codes).items()}
    frozen = [queries.frozen_rules(row) for row in rows if "rules" not in row.get_deferred_fields()]
    return now | {one.offer.code: one.offer.name for rules in frozen if rules is not None for one in rules.offers}


def found(row: SimulationRow) -> dict[str, Any]:
    """The result of a simulation that is done. `is_told_apart`: margins, members and conflicts stand by station and tier too,
    which older results have not.
    """
    result = row.result or {}
    names = told.OfferNames(drafted(row))
    total = _changes(figures(result["total"]))
    members = result["members"]
    called = customers.names([id for id, _worth in (*members["most"], *members["least"])])
    worth = accounts.simulated_liability(row)
    parts = {
        kind: {part.name: part for part in getattr(worth, kind)} if worth is not None else {}
        for kind in ("stations", "tiers", "funders")
    }
    before, after = Decimal(result["margin_before"]), Decimal(result["margin_after"])
    stations = _groups(result["stations"], parts["stations"], lambda code: names.name("station", code), names)
    tiers = sorted(result["tiers"], key=lambda group: _rung(group["name"]))
    return {
        "total": total,
        "discount": total["discount_change"],
        "points": total["points_change"],
        "liability": worth,
        "has_costs": bool(total["cost"]),
        "is_told_apart": "costed" in total,
        "costed": int(total.get("costed", 0)),
        "margin_before": before,
        "margin_after": after,
        "margin": after - before,
        "offers": [{**figures(one), "title": names.offer(one["name"])} for one in result["offers"]],
        "funders": _payers(result["funders"], parts["funders"]),
        "stations": stations[:MOST_GROUPS],
        "stations_in_all": len(stations),
        "tiers": _groups(tiers, parts["tiers"], lambda code: names.name("tier", code) if code else no_tier(), names),
        "moves": moves(result.get("tier_moves")),
        "full_price": result.get("full_price", 0),
        "repaired": result.get("repaired", 0),
        "members": {**members, "gain": Decimal(members["gain"]), "loss": Decimal(members["loss"])},
        "most": [(id, called.get(id, ""), Decimal(worth)) for id, worth in members["most"][:8]],
        "least": [(id, called.get(id, ""), Decimal(worth)) for id, worth in members["least"][:8]],
        "conflicts": told.conflicts(result["lost"], names)[:20],
        "missed": [(names.offer(code), told.missed(why, names), count) for code, why, count in result["missed"][:20]],
    }


def no_tier() -> str:
    """What sales without a tier are called."""
    return _("no tier, or no member")


def _rung(tier: str) -> tuple[bool, int]:
    """Where a tier stands on the ladder; sales without one come last."""
    ladder = list(tier_names())
    return not tier, ladder.index(tier) if tier in ladder else len(ladder)


def moves(told_moves: dict[str, Any] | None) -> dict[str, Any] | None:
    """Members by tier before and after, as the programme and its draft called them; None where tiers were left as they were."""
    if told_moves is None:
        return None

    def called(code: str) -> str:
        return str(told_moves["names"].get(code, code)) if code else _("no tier")

    return {
        **told_moves,
        "rows": [{**row, "was": called(row["before"]), "becomes": called(row["after"])} for row in told_moves["rows"]],
    }


def _changes(sums: dict[str, Any]) -> dict[str, Any]:
    """Figures with by how much each grew, where it is known before and after."""
    changes = {
        f"{name}_change": sums[f"{name}_after"] - sums[f"{name}_before"]
        for name in BEFORE_AND_AFTER
        if f"{name}_after" in sums and f"{name}_before" in sums
    }
    return {**sums, **changes}


def _groups(
    groups: list[dict[str, Any]],
    worth: Mapping[str, PartOfLiability],
    called: Callable[[str], str],
    names: told.OfferNames,
) -> list[dict[str, Any]]:
    """Stations or tiers: figures, what the points of their sales are worth, the offers in one another's way there."""
    return [
        {
            **_changes(figures(group)),
            "title": called(group["name"]),
            "liability": worth.get(group["name"]),
            "kinds": told.conflicts(group.get("lost", ()), names),
        }
        for group in groups
    ]


def _payers(groups: list[dict[str, Any]], worth: Mapping[str, PartOfLiability]) -> list[dict[str, Any]]:
    """Who pays, with what each paid as it was, and would have paid."""
    rows = []
    for group in groups:
        sums = figures(group)
        if "discount_before" in sums:
            sums |= {"discount_after": sums["discount"], "gifts_after": sums["gifts"], "points_after": sums["points"]}
        rows.append({**_changes(sums), "title": told.funder(group["name"]), "liability": worth.get(group["name"])})
    return sorted(rows, key=lambda row: -max(row["discount"], row.get("discount_before", ZERO)))
