from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from forecourt.catalogue.values import Kind
from forecourt.connectors.pos.values import Mapping
from forecourt.customers.values import CustomerClaim
from forecourt.sales.values import NewTender

ENGLISH = """station,receipt,occurred_at,product,quantity,unit_price,amount,tender,phone,pump
S1,1,2026-01-02 08:30:00,92,20.000,7.65,153.00,wechat,13800138000,4
S1,1,2026-01-02 08:30:00,6901234567892,1,5.00,5.00,wechat,13800138000,4
S1,2,2026-01-02T09:00:00+08:00,0,30,7.00,210.00,cash,,5
"""
CHINESE = (
    "油站编号;小票号;日期;时间;油品;升数;单价;金额;支付方式;会员卡号;油枪\n"
    "S1;7;2026/01/02;08:30:00;92#;20,000;7,65;153,00;微信;880001;4号\n"
)


def test_rows_of_one_receipt_are_one_sale(read):
    found = read("csv", ENGLISH.encode())
    first, second = found.sales
    assert (first.station, first.source, first.source_ref) == ("S1", "csv", "1")
    assert first.occurred_at == datetime(2026, 1, 2, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert [(line.product, line.quantity, line.amount) for line in first.lines] == [
        ("92", Decimal(20), Decimal(153)),
        ("6901234567892", Decimal(1), Decimal(5)),
    ]
    assert first.tenders == (NewTender(kind="wechat", amount=Decimal("158.00")),)
    assert first.customer == CustomerClaim(phone="13800138000")
    assert (first.pump, second.pump) == (4, 5)
    assert [one.line for one in found.found] == [2, 4]
    assert (found.goods["92"].kind, found.goods["6901234567892"].kind) == (Kind.FUEL, Kind.GOODS)


def test_chinese_headings_decimal_commas_and_gb18030(read):
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        sale = read("csv", CHINESE.encode(encoding), Mapping(decimal_comma=True)).sale
        assert (sale.lines[0].product, sale.lines[0].amount) == ("92#", Decimal("153.00"))
        assert sale.tenders[0].kind == "wechat"
        assert sale.customer == CustomerClaim(card="880001")
        assert sale.pump == 4


def test_a_mapping_names_columns_and_dates(read):
    body = b"Laden|Bon|Wann|Art|Betrag\nA|1|02.01.26 08:30|diesel|70,00\n"
    told = Mapping(
        columns={"station": "Laden", "source_ref": "Bon", "occurred_at": "Wann", "product": "Art", "amount": "Betrag"},
        formats=("%d.%m.%y %H:%M",), decimal_comma=True, stations={"A": "S1"}, products={"diesel": "0"},
        source="kasse", zone="Europe/Berlin",
    )  # fmt: skip
    sale = read("csv", body, told).sale
    assert (sale.station, sale.source, sale.lines[0].product) == ("S1", "kasse", "0")
    assert sale.occurred_at == datetime(2026, 1, 2, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))


def test_quotes_and_line_breaks_inside_cells(read):
    body = 'receipt,date,product,amount,staff\n1,2026-01-02,"6,9",5.00,"Li\n""Xiaolong"""\n2,2026-01-02,8,1.00,\n'
    found = read("csv", body.encode(), Mapping(station="S1"))
    assert found.sales[0].lines[0].product == "6,9"
    assert found.sales[0].staff == 'Li\n"Xiaolong"'
    assert found.sales[1].business_date == date(2026, 1, 2)


def test_a_quote_that_is_never_closed_costs_its_own_line_only(read):
    body = 'receipt,date,product,amount\n1,2026-01-02,"8,1.00\n' + "".join(
        f"{n},2026-01-02,8,1.00\n" for n in range(2, 200)
    )
    found = read("csv", body.encode(), Mapping(station="S1"))
    assert [(one.line, "never closed" in one.reason) for one in found.refusals] == [(2, True)]
    assert len(found.sales) == 198


def test_payments_in_a_column_of_their_own(read):
    body = (
        "receipt,date,product,amount,tender,tender_amount\n"
        "1,2026-01-02,8,6.00,cash,4.00\n1,2026-01-02,9,4.00,card,6.00\n"
        "2,2026-01-02,8,6.00,cash,10.00\n2,2026-01-02,9,4.00,cash,10.00\n"
    )
    first, second = read("csv", body.encode(), Mapping(station="S1")).sales
    assert {one.kind: one.amount for one in first.tenders} == {"cash": Decimal(4), "card": Decimal(6)}
    assert {one.kind: one.amount for one in second.tenders} == {"cash": Decimal(10)}


def test_a_bad_row_is_refused_with_its_line_and_column_and_the_rest_read(read):
    body = (
        "receipt,occurred_at,product,quantity,amount,pump\n"
        "1,2026-01-02 08:00,8,NaN,5.00,\n2,2026-01-02 08:00,8,1,Infinity,\n3,2026-01-02 08:00,8,1,1e999,\n"
        "4,2026-13-02 08:00,8,1,5.00,\n5,0001-01-01 00:00,8,1,5.00,\n6,2026-01-02 08:00,8,1,5.00,x\n"
        "7,,8,1,5.00,\n,2026-01-02 08:00,8,1,5.00,\n9,2026-01-02 08:00,8,1,-0.00,\n"
    )
    found = read("csv", body.encode(), Mapping(station="S1"))
    assert [(one.line, one.field) for one in found.refusals] == [
        (2, "quantity"), (3, "amount"), (4, "amount"), (5, "occurred_at"), (6, "occurred_at"), (7, "pump"),
        (8, "occurred_at"), (9, "source_ref"),
    ]  # fmt: skip
    assert str(found.sale.lines[0].amount) == "0.00"


def test_missing_columns_are_named(read):
    found = read("csv", b"a,b\n1,2\n")
    assert [one.reason for one in found.refusals] == [
        "no column for amount, product, source_ref; name it under [columns] in a mapping file"
    ]
