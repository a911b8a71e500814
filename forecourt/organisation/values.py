"""The retailer as others see it."""

from datetime import time
from enum import StrEnum

from forecourt.kernel.values import Value


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
    """The settings of the company. `currency` is ISO 4217, `digits` its decimal places, `zone` an IANA name."""

    name: str
    currency: str = "CNY"
    digits: int = 2
    volume_unit: VolumeUnit = VolumeUnit.LITRE
    zone: str = "Asia/Shanghai"


class StationFacts(Value):
    """A station as the engine needs it."""

    id: int
    code: str
    name: str
    zone: str
    day_rolls_at: time
    pumps: frozenset[int] = frozenset()


class NewStation(Value):
    """A station to open. `position` is (latitude, longitude) in WGS-84 degrees; `hours` {"mon": [["06:00", "22:00"]], ...}."""

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


class NewPump(Value):
    """A pump by its number on the forecourt, with the product codes of the grades it serves."""

    number: int
    grades: tuple[str, ...] = ()
