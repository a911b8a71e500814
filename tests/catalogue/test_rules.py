"""Codes, categories, check digits, prices."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.catalogue import rules
from forecourt.catalogue.rules import in_force_at
from forecourt.catalogue.values import Family, Kind, NewPrice, NewProduct, ProductFacts, Unit
from forecourt.kernel.problems import Invalid

NOW = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("code", ["92", "-10", "6901234567892", "水-1", "A/B"])
def test_codes(code):
    assert rules.normal_code(f" {code}\t") == code


@pytest.mark.parametrize("code", ["", " ", "a b", "a\0b", "x" * 33, "a\u3000b"])
def test_what_is_no_code(code):
    with pytest.raises(Invalid, match="code"):
        rules.normal_code(code)


def test_a_category_is_a_path():
    assert rules.normal_path(" SHOP / SOFT  DRINKS ") == "SHOP/SOFT DRINKS"
    assert rules.path_and_above("A/B/C") == ("A/B/C", "A/B", "A")
    assert rules.path_and_above("") == ()
    for wrong in ("/A", "A//B", "A/", "x" * 201):
        with pytest.raises(Invalid, match="category"):
            rules.normal_path(wrong)


@pytest.mark.parametrize("code", ["6901234567892", "4006381333931", "96385074"])
def test_right_barcodes_raise_no_warning(code):
    assert rules.barcode_warning(code) == ""


@pytest.mark.parametrize("code", ["92", "KWH", "690123456789", "１２３４５６７８"])
def test_codes_that_are_no_barcodes_raise_no_warning(code):
    assert rules.barcode_warning(code) == ""


def test_a_wrong_check_digit_is_told_with_the_right_one():
    assert rules.barcode_warning("6901234567890") == "2"


@given(st.from_regex(r"[0-9]{12}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(digits, place, change):
    code = digits + rules.ean_check_digit(digits)
    wrong = code[:place] + str((int(code[place]) + change) % 10) + code[place + 1 :]
    assert rules.barcode_warning(code) == ""
    assert rules.barcode_warning(wrong) != ""


@pytest.mark.parametrize(
    ("kind", "family", "unit"),
    [
        (Kind.FUEL, Family.PETROL, Unit.VOLUME),
        (Kind.FUEL, Family.LPG, Unit.VOLUME),
        (Kind.FUEL, Family.CNG, Unit.KG),
        (Kind.FUEL, Family.ELECTRIC, Unit.KWH),
        (Kind.GOODS, Family.NONE, Unit.PIECE),
        (Kind.SERVICE, Family.NONE, Unit.PIECE),
    ],
)
def test_units_follow_from_what_it_is(kind, family, unit):
    assert rules.normal_product(NewProduct(code="x", name="x", kind=kind, family=family)).unit == unit


def test_goods_have_no_family_of_fuel():
    with pytest.raises(Invalid) as refused:
        rules.normal_product(NewProduct(code="x", name="x", family=Family.PETROL), "3.")
    assert list(refused.value.fields) == ["3.family"]


def test_barcodes_are_kept_once_and_without_the_own_code():
    product = rules.normal_product(NewProduct(code="a", name="x", barcodes=("b", "a", " b")))
    assert product.barcodes == ("b",)


@pytest.mark.parametrize("price", ["0", "7.65", "7.6543", "7.650000", "99999999.9999"])
def test_prices(price):
    rules.valid_price(NewPrice(product="92", price=Decimal(price), effective_from=NOW))


@pytest.mark.parametrize("price", ["-0.01", "1E+999999", "7.65432", "NaN", "Infinity", "100000000", "1E-400"])
def test_what_is_no_price(price):
    with pytest.raises(Invalid, match="price"):
        rules.valid_price(NewPrice(product="92", price=Decimal(price), effective_from=NOW))


def test_a_moment_needs_a_zone():
    with pytest.raises(Invalid, match="effective_from"):
        rules.valid_price(NewPrice(product="92", price=Decimal(1), effective_from=datetime(2026, 1, 2)))


def test_a_price_board_goes_by_family_and_grade():
    board = [("KWH", Family.ELECTRIC), ("-10", Family.DIESEL), ("98", Family.PETROL), ("0", Family.DIESEL),
             ("92", Family.PETROL)]  # fmt: skip
    fuels = [
        ProductFacts(id=n, code=code, name=code, kind=Kind.FUEL, unit=Unit.VOLUME, family=family)
        for n, (code, family) in enumerate(board)
    ]
    assert [fuel.code for fuel in sorted(fuels, key=rules.board_order)] == ["92", "98", "0", "-10", "KWH"]


def test_what_a_station_has_of_its_own_comes_before_what_holds_everywhere():
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    history = {(1, None): [(early, Decimal(5)), (late, Decimal(6))], (1, 7): [(late, Decimal(4))]}
    assert in_force_at(history, 1, 7, early) == 5
    assert in_force_at(history, 1, 7, late) == 4
    assert in_force_at(history, 1, 8, late) == 6
    assert in_force_at(history, 1, 8, early - timedelta(seconds=1)) is None
    assert in_force_at(history, 2, 7, late) is None
