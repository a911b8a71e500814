"""Journals and logs as tills write them, and a reading of a Chinese company."""

from io import BytesIO

import pytest

from forecourt.connectors.pos import formats
from forecourt.connectors.pos.values import Found, Mapping, Reading, Refusal, Skipped
from forecourt.organisation.values import CompanyFacts

HEAD = "<TransmissionHeader><StoreLocationID>S1</StoreLocationID></TransmissionHeader>"


def journal(*events: str, store: str = "S1", attributes: str = 'version="3.4"') -> bytes:
    """A NAXML journal with these events."""
    return (
        f"<NAXML-POSJournal {attributes}><TransmissionHeader><StoreLocationID>{store}</StoreLocationID>"
        "</TransmissionHeader><JournalReport><JournalHeader><ReportSequenceNumber>7</ReportSequenceNumber>"
        f"</JournalHeader>{''.join(events)}</JournalReport></NAXML-POSJournal>"
    ).encode()


FUEL = (
    '<TransactionLine status="normal"><FuelLine><FuelGradeID>92</FuelGradeID><FuelPositionID>4</FuelPositionID>'
    '<ActualSalesPrice currency="CNY">7.650</ActualSalesPrice><SalesQuantity uom="liter">20.000</SalesQuantity>'
    '<SalesAmount currency="CNY">153.00</SalesAmount></FuelLine></TransactionLine>'
)
CASH = (
    '<TransactionLine status="normal"><TenderInfo><Tender><TenderCode>cash</TenderCode></Tender>'
    '<TenderAmount>153.00</TenderAmount><ChangeFlag value="no"/></TenderInfo></TransactionLine>'
)


def tender(code: str, amount: str, *, change: str = "no") -> str:
    return (
        f"<TransactionLine status='normal'><TenderInfo><Tender><TenderCode>{code}</TenderCode></Tender>"
        f"<TenderAmount>{amount}</TenderAmount><ChangeFlag value='{change}'/></TenderInfo></TransactionLine>"
    )


def item(code: str, quantity: str, amount: str, *, price: str = "", status: str = "normal", more: str = "") -> str:
    price = f"<ActualSalesPrice>{price}</ActualSalesPrice>" if price else ""
    return (
        f"<TransactionLine status='{status}'><ItemLine><ItemCode><POSCodeFormat format='ean13'/><POSCode>{code}</POSCode>"
        f"</ItemCode><Description>Tea</Description>{price}<SalesQuantity>{quantity}</SalesQuantity>"
        f"<SalesAmount>{amount}</SalesAmount>{more}</ItemLine></TransactionLine>"
    )


def event(
    *lines: str, number: int = 7, total: str = "153.00", name: str = "SaleEvent", more: str = "", training: str = "no"
) -> str:
    """An event of a journal; without lines a fill of 20 litres, paid in cash."""
    return (
        f"<{name}><EventSequenceID>{number}</EventSequenceID><TrainingModeFlag value='{training}'/>"
        f"<RegisterID>1</RegisterID><TransactionID>99</TransactionID><BusinessDate>2026-01-02</BusinessDate>"
        f"<EventStartDate>2026-01-02</EventStartDate><EventStartTime>08:30:00</EventStartTime>"
        f"<OutsideSalesFlag value='yes'/>{more}<TransactionDetailGroup>{''.join(lines or (FUEL, CASH))}"
        f"</TransactionDetailGroup><TransactionSummary><TransactionTotalGrandAmount>{total}"
        f"</TransactionTotalGrandAmount></TransactionSummary></{name}>"
    )


def json_sale(reference: str) -> str:
    """A sale as a line of JSON; the reference goes in as it is written."""
    return (
        f'{{"station":"S1","source":"p","source_ref":"{reference}","occurred_at":"2026-01-02T08:30:00+08:00",'
        '"lines":[{"product":"92","quantity":"1","amount":"7.65"}]}\n'
    )


class Reader:
    """Reads bytes in a format and sorts what it finds."""

    def __init__(self, name: str, body: bytes, mapping: Mapping | None = None, company: CompanyFacts | None = None):
        self.goods = {}
        reading = Reading(company=company or CompanyFacts(name="Test"), mapping=mapping or Mapping(), goods=self.goods)
        self.items = list(formats.named(name).read(BytesIO(body), reading))
        self.found = [one for one in self.items if isinstance(one, Found)]
        self.sales = [one.sale for one in self.found]
        self.refusals = [one for one in self.items if isinstance(one, Refusal)]
        self.skipped = [one.reason for one in self.items if isinstance(one, Skipped)]

    @property
    def sale(self):
        assert len(self.sales) == 1, self.items
        return self.sales[0]


@pytest.fixture
def read():
    return Reader
