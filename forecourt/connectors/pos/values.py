"""What a reader of sales finds in a file, how it is told to read, and what an import came to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from forecourt.catalogue.values import NewProduct
from forecourt.kernel.values import Value
from forecourt.organisation.values import CompanyFacts, VolumeUnit
from forecourt.sales.values import NewSale


class Found(Value):
    """A sale as read, with the line it begins on. `warnings` are codes: what did not fit but kept nothing out."""

    line: int
    sale: NewSale
    warnings: tuple[str, ...] = ()


class Refusal(Value):
    """What could not be read or was not accepted: line from 1 (0 for the file as a whole), reason, field at fault."""

    line: int
    reference: str
    reason: str
    field: str = ""


class Skipped(Value):
    """What a file holds that is no sale: a void, training, something suspended or rolled back. `reason` is a code."""

    line: int
    reason: str


Item = Found | Refusal | Skipped


class Mapping(Value, forbid_unknown_fields=True):
    """How one till's words become ours; every part may be missing. Read from JSON or TOML, see `mapping.load`.

    `stations`, `products` and `tenders` map the till's codes to ours, "*" standing for all others. `columns` maps our
    field names to the headings of a CSV file. `formats` are strptime patterns for dates and times that are not ISO.
    `customer` says what a loyalty id is: card, phone, plate, app or wechat.
    """

    station: str = ""
    stations: dict[str, str] = {}
    products: dict[str, str] = {}
    tenders: dict[str, str] = {}
    columns: dict[str, str] = {}
    source: str = ""
    zone: str = ""
    currency: str = ""
    volume_unit: VolumeUnit | None = None
    formats: tuple[str, ...] = ()
    delimiter: str = ""
    decimal_comma: bool = False
    encoding: str = ""
    strip_zeros: bool = False
    customer: str = "card"


@dataclass(slots=True)
class Reading:
    """All that a reader needs to know besides the bytes.

    `zone_of` gives the IANA zone of a station code. `goods`, when wanted, gathers the products a file speaks of.
    """

    company: CompanyFacts
    mapping: Mapping = field(default_factory=Mapping)
    zone_of: Callable[[str], str] = lambda code: ""
    goods: dict[str, NewProduct] | None = None

    def station(self, told: str) -> str:
        """Our code of the station a file names, or the one to assume when it names none."""
        mapping = self.mapping
        if not told:
            return mapping.station
        return mapping.stations.get(told) or mapping.stations.get("*") or told

    def product(self, told: str, modifier: str = "") -> str:
        """Our code of a product; a price look-up with a modifier may be mapped as "code/modifier"."""
        told = "_".join(told.split())
        products = self.mapping.products
        if products:
            found = products.get(f"{told}/{modifier}") if modifier.strip("0") else None
            found = found or products.get(told) or products.get(told.lstrip("0")) or products.get("*")
            if found:
                return found
        return (told.lstrip("0") or told) if self.mapping.strip_zeros else told

    def tender(self, told: str) -> str:
        """Our word for a kind of payment: as mapped, else a well-known synonym, else the till's own word."""
        word = told.strip()
        tenders = self.mapping.tenders
        return (
            tenders.get(word) or tenders.get(word.lower()) or tenders.get("*") or TENDERS.get(word.lower(), word[:24])
        )

    def sighted(self, product: NewProduct) -> None:
        """Note a product the file speaks of, once."""
        if self.goods is not None:
            self.goods.setdefault(product.code, product)


TENDERS = {
    "cash": "cash",
    "现金": "cash",
    "微信": "wechat",
    "微信支付": "wechat",
    "wechatpay": "wechat",
    "weixin": "wechat",
    "支付宝": "alipay",
    "银行卡": "card",
    "刷卡": "card",
    "credit": "card",
    "creditcards": "card",
    "debit": "card",
    "debitcards": "card",
    "outsidecredit": "card",
    "outsidedebit": "card",
    "insidecredit": "card",
    "加油卡": "fuelcard",
    "油卡": "fuelcard",
    "会员卡": "wallet",
    "储值": "wallet",
    "fleet": "fleet",
    "housecharges": "fleet",
    "车队卡": "fleet",
    "coupons": "coupon",
    "优惠券": "coupon",
    "check": "cheque",
}
"""Words for payment that tills use, in ours; whatever is not here keeps the till's own word."""


class Summary(Value):
    """What an import came to.

    `read` counts the sales found, refused ones included; `lines` and `net` are of those recorded, now or before.
    """

    read: int = 0
    posted: int = 0
    replayed: int = 0
    flagged: int = 0
    refused: int = 0
    lines: int = 0
    net: str = "0.00"
    skipped: int = 0
    skipped_by_reason: dict[str, int] = {}
    warnings: int = 0
    warnings_by_kind: dict[str, int] = {}
    stations_made: int = 0
    products_made: int = 0
    files: int = 0
    seconds: float = 0.0
    dry_run: bool = False
    refusals: str | None = None
    more: dict[str, Any] = {}
