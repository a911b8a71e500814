"""What Unfold is told: name, colours, navigation. Imported by the settings, so nothing here may touch tables."""

from typing import Any, Final

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from forecourt.accounts import permissions as accounts
from forecourt.catalogue import permissions as catalogue
from forecourt.coupons import permissions as coupons
from forecourt.customers import permissions as customers
from forecourt.games import permissions as games
from forecourt.loyalty import permissions as loyalty
from forecourt.occasions import permissions as occasions
from forecourt.offers import permissions as offers
from forecourt.organisation import permissions as organisation
from forecourt.rewards import permissions as rewards
from forecourt.sales import permissions as sales

TEAL: Final = {
    "50": "#f0fdfa",
    "100": "#ccfbf1",
    "200": "#99f6e4",
    "300": "#5eead4",
    "400": "#2dd4bf",
    "500": "#14b8a6",
    "600": "#0f766e",
    "700": "#115e59",
    "800": "#134e4a",
    "900": "#0f3d3a",
    "950": "#042f2e",
}
SLATE: Final = {
    "50": "#f8fafc",
    "100": "#f1f5f9",
    "200": "#e2e8f0",
    "300": "#cbd5e1",
    "400": "#94a3b8",
    "500": "#64748b",
    "600": "#475569",
    "700": "#334155",
    "800": "#1e293b",
    "900": "#0f172a",
    "950": "#080d19",
}

# title, icon, address, permission, key after `g`
_GROUPS: Final[list[tuple[Any, list[tuple[Any, str, str, str, str]]]]] = [
    (
        "",
        [
            (_("Home"), "home", "index", "", "h"),
            (_("Customers"), "group", "customers", customers.VIEW, "c"),
            (_("Sales"), "receipt_long", "sales", sales.VIEW, "s"),
            (_("Repair"), "build", "repairs", sales.REPAIR, "r"),
        ],
    ),
    (
        _("Network"),
        [
            (_("Stations"), "local_gas_station", "stations", organisation.VIEW_STATIONS, "t"),
            (_("Prices"), "sell", "prices", catalogue.VIEW, "p"),
            (_("Products"), "inventory_2", "products", catalogue.VIEW, "o"),
            (_("Programme"), "loyalty", "programme", loyalty.VIEW_PROGRAMME, "l"),
        ],
    ),
    (
        _("Loyalty"),
        [
            (_("Rewards"), "shopping_bag", "rewards", rewards.VIEW_REWARDS, "w"),
            (_("Adjustments"), "rule", "adjustments", loyalty.ADJUST_POINTS, "j"),
            (_("Offers"), "local_offer", "offers", offers.VIEW_OFFERS, "f"),
            (_("Simulations"), "science", "simulations", sales.SIMULATE, "x"),
            (_("Coupons"), "confirmation_number", "coupons", coupons.VIEW_COUPONS, "u"),
            (_("Birthdays and benefits"), "cake", "occasions", occasions.VIEW, ""),
            (_("Referrals"), "diversity_3", "referrals", occasions.VIEW, ""),
            (_("Member events"), "event", "member_events", occasions.VIEW, "v"),
            (_("Games"), "casino", "games", games.VIEW_GAMES, "y"),
            (_("Prizes to collect"), "redeem", "game_claims", games.COLLECT_PRIZES, "z"),
        ],
    ),
    (
        _("Accounts"),
        [
            (_("Points liability"), "account_balance", "liability", accounts.VIEW, "b"),
            (_("Claims"), "request_quote", "claims", accounts.VIEW, "i"),
        ],
    ),
    (
        _("Settings"),
        [
            (_("Staff"), "badge", "staff", organisation.MANAGE_STAFF, "m"),
            (_("API keys"), "key", "keys", organisation.MANAGE_KEYS, "k"),
            (_("Audit trail"), "policy", "audit", organisation.VIEW_AUDIT, "a"),
            (_("Operation"), "monitor_heart", "readers", organisation.MANAGE_STAFF, "e"),
            (_("Company"), "domain", "company", organisation.MANAGE_STAFF, ""),
        ],
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu on the left: what this person may open."""
    return [
        {
            "title": title,
            "separator": bool(title),
            "items": [_item(request, *entry) for entry in entries if _may(request, entry[3])],
        }
        for title, entries in _GROUPS
    ]


def _item(request: HttpRequest, title: Any, icon: str, name: str, permission: str, key: str) -> dict[str, Any]:
    link = reverse(f"admin:{name}")
    home = reverse("admin:index")
    active = request.path == link if link == home else request.path.startswith(link)
    return {"title": title, "icon": icon, "link": link, "active": active}


def keys(request: HttpRequest) -> dict[str, str]:
    """Addresses by the letter that leads there after `g`."""
    return {
        key: reverse(f"admin:{name}")
        for _title, entries in _GROUPS
        for _name, _icon, name, permission, key in entries
        if key and _may(request, permission)
    }


def _may(request: HttpRequest, permission: str) -> bool:
    actor = getattr(request, "actor", None)
    return actor is not None and (not permission or actor.may(permission))


UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": _("Forecourt"),
    "SITE_HEADER": _("Forecourt"),
    "SITE_URL": None,
    "SITE_ICON": lambda request: static("office/logo.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("office/logo.svg")},
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "COLORS": {"base": SLATE, "primary": TEAL},
    "STYLES": [lambda request: static("office/office.css")],
    "SCRIPTS": [lambda request: static("office/office.js")],
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": navigation},
    "LANGUAGES": {"action": reverse_lazy("set_language"), "navigation": []},
    "ACCOUNT": {"navigation": []},
}
