"""What a simulation found as plain tables, for where there is no page: titles, heads and cells in the reader's language."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from forecourt.faces.backoffice.screens.simulation_found import found
from forecourt.faces.backoffice.templatetags.office import money, plain_number, plain_price, volume_unit, whole
from forecourt.sales.queries import SimulationRow

MOST_ROWS: Final = 20


class Told(NamedTuple):
    """A table: its first column are names, the others figures; `left_out` rows more are in the result."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    left_out: int = 0


def tables(row: SimulationRow) -> list[Told]:
    """All that its page shows, the whole first."""
    shown = found(row)
    tables = [
        _totals(shown),
        _groups(_("By tier"), shown["tiers"], shown),
        _groups(_("By station"), shown["stations"], shown, shown["stations_in_all"]),
        _payers(shown),
        _offers(shown["offers"]),
        _moves(shown["moves"]),
        _conflicts(_("Offers in one another's way"), shown["conflicts"]),
        _conflicts_by(_("Offers in one another's way, by tier"), shown["tiers"]),
        _conflicts_by(_("Offers in one another's way, by station"), shown["stations"]),
        _missed(shown["missed"]),
        _people(_("Who gains most"), shown["most"]),
        _people(_("Who loses most"), shown["least"]),
    ]
    return [table for table in tables if table.rows]


def remarks(row: SimulationRow) -> list[str]:
    """What its figures mean, as sentences."""
    shown = found(row)
    said = []
    if shown["has_costs"] and shown["is_told_apart"]:
        costed = shown["costed"]
        said += [
            ngettext(
                "Margins are of the %(number)s sale of whose goods all costs are known: what was asked, less what the goods "
                "cost, less all that offers gave.",
                "Margins are of the %(number)s sales of whose goods all costs are known: what was asked, less what the goods "
                "cost, less all that offers gave.",
                costed,
            )
            % {"number": whole(costed)},
            _("A station's own margin is less only what the dealer pays of it; who else pays, pays theirs back."),
        ]
    if shown["is_told_apart"]:
        said.append(
            _("Members count at the station where most of their sales were made, and in the tier of their last sale.")
        )
    said.append(_basis(shown["liability"]))
    if kept := shown["full_price"]:
        text = ngettext(
            "%(number)s sale kept its full price, though offers would have taken money off it.",
            "%(number)s sales kept their full price, though offers would have taken money off it.",
            kept,
        )
        said.append(text % {"number": whole(kept)})
    if repaired := shown["repaired"]:
        text = ngettext(
            "%(number)s sale was repaired since it was made, and is left out on both sides.",
            "%(number)s sales were repaired since they were made, and are left out on both sides.",
            repaired,
        )
        said.append(text % {"number": whole(repaired)})
    return said


def _basis(worth: Any) -> str:
    """What the worth of points is worked out from."""
    if worth.policy is None:
        return _("There was no accounting policy on the last day: a point counts %(value)s, and all are redeemed.") % {
            "value": plain_price(worth.point_value)
        }
    return _(
        "As a liability a point is worth %(value)s, %(percent)s%% of them being redeemed, net of %(tax)s%% tax: accounting "
        "policy %(number)s."
    ) % {
        "value": plain_price(worth.point_value),
        "percent": plain_number(worth.redemption_percent),
        "tax": plain_number(worth.tax_percent),
        "number": worth.policy,
    }


def _changed(change: Decimal) -> str:
    """A change with its sign."""
    return f"{'+' if change > 0 else ''}{money(change)}"


def _counted(change: Decimal) -> str:
    return f"{'+' if change > 0 else ''}{whole(change)}"


def _totals(shown: dict[str, Any]) -> Told:
    total, worth, members = shown["total"], shown["liability"], shown["members"]
    title = ngettext("%(number)s sale simulated", "%(number)s sales simulated", int(total["sales"])) % {
        "number": whole(total["sales"])
    }
    rows = [
        (_("Discount"), total["discount_before"], total["discount_after"], money, _changed),
        (_("Points"), total["points_before"], total["points_after"], whole, _counted),
        (_("Points as a liability"), worth.before, worth.after, money, _changed),
    ]
    if shown["has_costs"]:
        rows.append((_("Margin"), shown["margin_before"], shown["margin_after"], money, _changed))
    told = [[name, say(before), say(after), by(after - before)] for name, before, after, say, by in rows]
    told.append([_("Members who gain"), "", whole(members["winners"]), _changed(members["gain"])])
    told.append([_("Members who lose"), "", whole(members["losers"]), _changed(members["loss"])])
    told.append([_("Members without a change"), "", whole(members["unchanged"]), ""])
    told.append([_fuel(), "", whole(total["volume"]), ""])
    return Told(title, ("", _("before"), _("after"), "±"), told)


def _fuel() -> str:
    """What a column of fuel is headed, with the company's unit."""
    return f"{_('Fuel')} ({volume_unit()})"


def _groups(title: str, rows: list[dict[str, Any]], shown: dict[str, Any], in_all: int | None = None) -> Told:
    """Stations or tiers; the columns that matter most come first, for a narrow terminal leaves the last ones out."""
    heads = ["", _("Sales made"), _("Discount"), "±"]
    apart, costs = shown["is_told_apart"], shown["is_told_apart"] and shown["has_costs"]
    if costs:
        heads += [_("Margin"), "±"]
    heads += [_("Points as a liability"), "±"]
    if apart:
        heads += [_("Members who gain"), _("Members who lose"), _("Conflicts")]
    if costs:
        heads += [_("Station's own margin"), "±", _("Cost of goods")]
    heads += [_("Points"), "±", _fuel()]
    lines = []
    for row in rows[:MOST_ROWS]:
        cells = [row["title"], whole(row["sales"]), money(row["discount_after"]), _changed(row["discount_change"])]
        if costs:
            cells += [money(row["margin_after"]), _changed(row["margin_change"])]
        worth = row["liability"]
        cells += [money(worth.after), _changed(worth.change)] if worth is not None else ["", ""]
        if apart:
            cells += [
                _gained(row["winners"], row["gain"]),
                _gained(row["losers"], row["loss"]),
                whole(row["conflicts"]),
            ]
        if costs:
            cells += [money(row["own_margin_after"]), _changed(row["own_margin_change"]), money(row["cost"])]
        lines.append([*cells, whole(row["points_after"]), _counted(row["points_change"]), whole(row["volume"])])
    return Told(title, heads, lines, (in_all or len(rows)) - len(lines))


def _gained(members: int, worth: Decimal) -> str:
    return f"{whole(members)} ({_changed(worth)})" if members else "0"


def _payers(shown: dict[str, Any]) -> Told:
    title, rows = _("By who pays"), shown["funders"]
    if not shown["is_told_apart"]:
        lines = [[row["title"], money(row["discount"]), whole(row["uses"]), money(row["gifts"])] for row in rows]
        return Told(title, ("", _("Discount"), _("Uses"), _("Cost of gifts")), lines)
    heads = ["", _("Discount"), "±", _("Sales it pays on"), "±", _("Fuel of these"), "±", _("Cost of gifts"), "±"]
    heads += [
        _("Points"),
        "±",
        _("Points as a liability"),
        "±",
        *([_("Margin of these"), "±"] if shown["has_costs"] else []),
    ]
    lines = []
    for row in rows[:MOST_ROWS]:
        cells = [row["title"], money(row["discount"]), _changed(row["discount_change"])]
        cells += [whole(row["sales_after"]), _counted(row["sales_change"])]
        cells += [whole(row["fuel_after"]), _counted(row["fuel_change"])]
        cells += [money(row["gifts"]), _changed(row["gifts_change"])]
        cells += [whole(row["points"]), _counted(row["points_change"])]
        worth = row["liability"]
        cells += [money(worth.after), _changed(worth.change)] if worth is not None else ["", ""]
        if shown["has_costs"]:
            cells += [money(row["margin_after"]), _changed(row["margin_change"])]
        lines.append(cells)
    return Told(title, heads, lines, len(rows) - len(lines))


def _offers(rows: list[dict[str, Any]]) -> Told:
    heads = ("", _("Discount"), _("Uses"), _("Points"), _("Cost of gifts"), _("Quantity discounted"))
    lines = []
    for row in rows[:MOST_ROWS]:
        cells = [row["title"], money(row["discount"]), whole(row["uses"]), whole(row["points"])]
        lines.append([*cells, money(row["gifts"]), whole(row["volume"])])
    return Told(_("By offer"), heads, lines, len(rows) - len(lines))


def _moves(moves: dict[str, Any] | None) -> Told:
    """Members by tier at the span's end, where a draft of the programme moved them."""
    rows = moves["rows"] if moves is not None else []
    arrows = {1: "▲", -1: "▼", 0: ""}
    lines = [[f"{row['was']} → {row['becomes']} {arrows[row['rise']]}", whole(row["members"])] for row in rows]
    return Told(_("Members by tier"), ("", _("Members")), lines)


def _conflicts(title: str, rows: Sequence[Sequence[Any]]) -> Told:
    lines = [[_lost(one, other, why), whole(count)] for one, other, why, count in rows[:MOST_ROWS]]
    return Told(title, ("", _("Sales")), lines, len(rows) - len(lines))


def _conflicts_by(title: str, groups: list[dict[str, Any]]) -> Told:
    """Where offers are in one another's way: the most frequent kinds of each station or tier."""
    lines = [
        [f"{group['title']}: {_lost(one, other, why)}", whole(count)]
        for group in groups[:MOST_ROWS]
        for one, other, why, count in group["kinds"][:3]
    ]
    return Told(title, ("", _("Sales")), lines)


def _lost(one: str, other: str, why: Any) -> str:
    return f"{one} < {other} · {why}" if other else f"{one} · {why}"


def _missed(rows: Sequence[Sequence[Any]]) -> Told:
    lines = [[f"{offer} · {why}", whole(count)] for offer, why, count in rows]
    return Told(_("Why offers were not given"), ("", _("Sales")), lines)


def _people(title: str, rows: Sequence[tuple[int, str, Decimal]]) -> Told:
    """By number: a name is personal, and this may be printed into a file."""
    return Told(title, (_("Customer"), ""), [[str(id), _changed(worth)] for id, _name, worth in rows])
