"""The retailer as others see it."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from msgspec import UNSET, UnsetType

from forecourt.kernel.actors import Actor
from forecourt.kernel.values import Value

Hours = dict[str, tuple[tuple[str, str], ...]]
"""Opening hours on the station's clock: {"mon": (("06:00", "22:00"),), ...}; empty means day and night.

Days are mon, tue, wed, thu, fri, sat, sun; one that is missing is closed. A span that ends at or before its beginning
runs past midnight; 24:00 is an end.
"""


class Role(StrEnum):
    """What somebody does here; the permissions of each are granted by every folder's `permissions.ROLES`."""

    HEAD_OFFICE = "head_office"
    MARKETER = "marketer"
    STATION_MANAGER = "station_manager"
    CASHIER = "cashier"
    SERVICE_AGENT = "service_agent"
    ACCOUNT_MANAGER = "account_manager"
    ANALYST = "analyst"
    COMPLIANCE = "compliance"
    INTEGRATOR = "integrator"


SCOPED_ROLES = frozenset({Role.STATION_MANAGER, Role.CASHIER})
"""Roles that see only the stations they are given; the others see all unless given some."""


class VolumeUnit(StrEnum):
    LITRE = "litre"
    GALLON = "gallon"


class CompanyFacts(Value):
    """The settings of the company. `currency` is ISO 4217, `digits` its decimal places, `zone` an IANA name.

    `solo_approval`: who hands something in for review may approve it too, with the permission to approve.
    `hold_minutes`: how long what a till reserved for a sale is kept for it.
    """

    name: str
    currency: str = "CNY"
    digits: int = 2
    volume_unit: VolumeUnit = VolumeUnit.LITRE
    zone: str = "Asia/Shanghai"
    solo_approval: bool = False
    hold_minutes: int = 20


class StationFacts(Value):
    """A station as the engine needs it."""

    id: int
    code: str
    name: str
    zone: str
    day_rolls_at: time
    pumps: frozenset[int] = frozenset()
    region: str = ""
    legal_entity: str = ""


class NewStation(Value):
    """A station to open. `position` is (latitude, longitude) in WGS-84 degrees; `zone` the company's unless given."""

    code: str
    name: str
    address: str = ""
    region: str = ""
    legal_entity: str = ""
    position: tuple[float, float] | None = None
    zone: str = ""
    day_rolls_at: time = time(0)
    services: tuple[str, ...] = ()
    pumps: tuple["NewPump", ...] = ()
    phone: str = ""
    hours: Hours = {}
    opened_on: date | None = None


class NewPump(Value):
    """A pump by its number on the forecourt, with the product codes of the grades it serves."""

    number: int
    grades: tuple[str, ...] = ()


class StationChanges(Value):
    """What to change of a station; what is not named stays. An empty region or legal entity takes it away."""

    name: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    phone: str | UnsetType = UNSET
    region: str | UnsetType = UNSET
    legal_entity: str | UnsetType = UNSET
    position: tuple[float, float] | UnsetType | None = UNSET
    zone: str | UnsetType = UNSET
    day_rolls_at: time | UnsetType = UNSET
    hours: Hours | UnsetType = UNSET
    services: tuple[str, ...] | UnsetType = UNSET
    pumps: tuple[NewPump, ...] | UnsetType = UNSET
    opened_on: date | UnsetType | None = UNSET


class StationView(Value):
    """A station as screens and the API show it."""

    id: int
    code: str
    name: str
    address: str
    phone: str
    region: str
    legal_entity: str
    position: tuple[float, float] | None
    zone: str
    day_rolls_at: time
    hours: Hours
    services: tuple[str, ...]
    opened_on: date | None
    is_open: bool
    pumps: tuple[NewPump, ...]


class NewRole(Value):
    """A role to give: everywhere, at a station (by code) or in a region (by name)."""

    role: Role
    station: str = ""
    region: str = ""


class HeldRole(Value):
    """A role somebody has. `is_limited`: given for a station or a region; `stations` are those it spans."""

    role: Role
    is_limited: bool = False
    stations: frozenset[int] = frozenset()


class Scope(StrEnum):
    """What an API key may do."""

    SALES_WRITE = "sales:write"
    SALES_READ = "sales:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_READ = "customers:read"
    POINTS_WRITE = "points:write"
    POINTS_SPEND = "points:spend"
    POINTS_APPROVE = "points:approve"
    POINTS_READ = "points:read"
    PROGRAMME_WRITE = "programme:write"
    PROGRAMME_APPROVE = "programme:approve"
    CATALOGUE_WRITE = "catalogue:write"
    CATALOGUE_READ = "catalogue:read"
    COSTS_WRITE = "costs:write"
    COSTS_READ = "costs:read"
    ACCOUNTS_READ = "accounts:read"
    ACCOUNTS_WRITE = "accounts:write"
    ACCOUNTS_APPROVE = "accounts:approve"
    ACCOUNTS_CLOSE = "accounts:close"
    GAMES_WRITE = "games:write"
    GAMES_APPROVE = "games:approve"
    GAMES_RUN = "games:run"
    GAMES_CAP = "games:cap"
    GAMES_PLAY = "games:play"
    GAMES_READ = "games:read"
    REWARDS_WRITE = "rewards:write"
    REWARDS_APPROVE = "rewards:approve"
    REWARDS_REDEEM = "rewards:redeem"
    REWARDS_READ = "rewards:read"
    OFFERS_WRITE = "offers:write"
    OFFERS_APPROVE = "offers:approve"
    OFFERS_READ = "offers:read"
    COUPONS_WRITE = "coupons:write"
    COUPONS_APPROVE = "coupons:approve"
    COUPONS_READ = "coupons:read"
    GIFTS_WRITE = "gifts:write"
    OCCASIONS_WRITE = "occasions:write"
    OCCASIONS_APPROVE = "occasions:approve"
    OCCASIONS_READ = "occasions:read"


SCOPE_PERMISSIONS: Final = {
    Scope.SALES_WRITE: frozenset({"sales.post", "sales.refund"}),
    Scope.SALES_READ: frozenset({"sales.view"}),
    Scope.CUSTOMERS_WRITE: frozenset({"customers.edit", "customers.merge", "customers.view"}),
    Scope.CUSTOMERS_READ: frozenset({"customers.view"}),
    Scope.POINTS_WRITE: frozenset({"loyalty.adjust_points", "loyalty.view_points"}),
    Scope.POINTS_SPEND: frozenset({"loyalty.spend_points", "loyalty.transfer_points", "loyalty.view_points"}),
    Scope.POINTS_APPROVE: frozenset({"loyalty.approve_adjustment", "loyalty.view_points"}),
    Scope.POINTS_READ: frozenset({"loyalty.view_points", "loyalty.view_programme"}),
    Scope.PROGRAMME_WRITE: frozenset({"loyalty.edit_programme", "loyalty.view_programme"}),
    Scope.PROGRAMME_APPROVE: frozenset({"loyalty.approve_programme", "loyalty.view_programme"}),
    Scope.CATALOGUE_WRITE: frozenset(
        {
            "catalogue.edit",
            "catalogue.set_price",
            "catalogue.view",
            "organisation.edit_stations",
            "organisation.view_stations",
        }
    ),
    Scope.CATALOGUE_READ: frozenset({"catalogue.view", "organisation.view_stations"}),
    Scope.COSTS_WRITE: frozenset({"catalogue.note_cost", "catalogue.view_costs"}),
    Scope.COSTS_READ: frozenset({"catalogue.view_costs"}),
    Scope.ACCOUNTS_READ: frozenset({"accounts.view", "rewards.view_costs"}),
    Scope.ACCOUNTS_WRITE: frozenset({"accounts.edit", "accounts.view", "rewards.view_costs"}),
    Scope.ACCOUNTS_APPROVE: frozenset({"accounts.approve", "accounts.view", "rewards.view_costs"}),
    Scope.ACCOUNTS_CLOSE: frozenset({"accounts.close", "accounts.view", "rewards.view_costs"}),
    Scope.GAMES_WRITE: frozenset({"games.collect", "games.edit", "games.give_chances", "games.view"}),
    Scope.GAMES_APPROVE: frozenset({"games.approve", "games.view"}),
    Scope.GAMES_RUN: frozenset({"games.draw", "games.run", "games.view"}),
    Scope.GAMES_CAP: frozenset({"games.set_prize_cap", "games.view"}),
    Scope.GAMES_PLAY: frozenset({"games.confirm", "games.play", "games.view"}),
    Scope.GAMES_READ: frozenset({"games.view"}),
    Scope.REWARDS_WRITE: frozenset(
        {"rewards.cancel", "rewards.edit", "rewards.stock", "rewards.take_back", "rewards.view", "rewards.view_costs"}
    ),
    Scope.REWARDS_APPROVE: frozenset({"rewards.approve", "rewards.view", "rewards.view_costs"}),
    Scope.REWARDS_REDEEM: frozenset({"rewards.cancel", "rewards.collect", "rewards.redeem", "rewards.view"}),
    Scope.REWARDS_READ: frozenset({"rewards.view"}),
    Scope.OFFERS_WRITE: frozenset({"offers.edit", "offers.edit_floors", "offers.view", "sales.simulate"}),
    Scope.OFFERS_APPROVE: frozenset({"offers.approve", "offers.view"}),
    Scope.OFFERS_READ: frozenset({"offers.view"}),
    Scope.COUPONS_WRITE: frozenset(
        {
            "coupons.edit_templates",
            "coupons.issue",
            "coupons.redeem",
            "coupons.transfer",
            "coupons.view",
            "coupons.void",
        }
    ),
    Scope.COUPONS_APPROVE: frozenset({"coupons.approve_templates", "coupons.view"}),
    Scope.COUPONS_READ: frozenset({"coupons.view"}),
    Scope.GIFTS_WRITE: frozenset({"occasions.edit_rules", "occasions.view"}),
    Scope.OCCASIONS_WRITE: frozenset(
        {
            "occasions.check_in",
            "occasions.edit_events",
            "occasions.refer",
            "occasions.sign_up",
            "occasions.view",
        }
    ),
    Scope.OCCASIONS_APPROVE: frozenset(
        {"occasions.approve_events", "occasions.approve_rules", "occasions.decide_referrals", "occasions.view"}
    ),
    Scope.OCCASIONS_READ: frozenset({"occasions.view"}),
}
"""The permissions of each scope, by name: those who own them live on higher floors."""


class KeyRecord(Value):
    """A valid API key: whom it acts for and how often it may."""

    actor: Actor
    requests_per_second: int


class KeyView(Value):
    """An API key as screens show it; the key itself is not kept."""

    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    station: str
    requests_per_second: int
    created_at: datetime
    created_by: str
    revoked_at: datetime | None
    last_used_at: datetime | None


class StaffView(Value):
    """A member of staff as screens show them; `roles` as (role, station code, region name)."""

    id: int
    username: str
    name: str
    code: str
    is_active: bool
    is_locked: bool
    last_login: datetime | None
    roles: tuple[tuple[Role, str, str], ...]
