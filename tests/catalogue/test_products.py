"""Products are added in lists, found by any code, changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forecourt.catalogue import queries, services
from forecourt.catalogue.models import Category, Product
from forecourt.catalogue.values import Family, Kind, NewProduct, ProductChanges, Unit
from forecourt.kernel import sql
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.models import EventRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound

WATER = NewProduct(
    code="6901234567892", name="矿泉水550ml", category="SHOP/DRINKS/WATER", brand="山泉", barcodes=("111", "222")
)


def test_the_standard_fuels(fuels):
    assert list(fuels) == ["92", "95", "98", "0", "-10", "-20", "-35", "-50", "LPG", "CNG", "KWH"]
    found = queries.products_by_code(["92", "-10", "KWH"])
    assert (found["92"].name, found["92"].kind, found["92"].family) == ("92# 汽油", Kind.FUEL, Family.PETROL)
    assert (found["-10"].family, found["-10"].categories) == (Family.DIESEL, ("FUEL/DIESEL", "FUEL"))
    assert (found["KWH"].unit, found["KWH"].family) == (Unit.KWH, Family.ELECTRIC)
    assert {each.code: each.name for each in queries.categories(SYSTEM)}["FUEL"] == "油品"
    assert services.add_standard_fuels(SYSTEM) == fuels


def test_a_product_answers_to_every_code_it_has(db):
    ids = services.add_products(SYSTEM, [WATER])
    found = queries.products_by_code(["111", "222", "6901234567892", "333"])
    assert set(found) == {"111", "222", "6901234567892"}
    assert {facts.id for facts in found.values()} == set(ids.values())
    assert found["111"].code == "6901234567892"
    assert found["111"].categories == ("SHOP/DRINKS/WATER", "SHOP/DRINKS", "SHOP")


def test_categories_are_made_as_a_tree(db):
    services.add_products(SYSTEM, [WATER, NewProduct(code="tea", name="茶", category="SHOP/DRINKS")])
    water = Category.objects.get(code="SHOP/DRINKS/WATER")
    assert (water.name, water.parent.code, water.parent.parent.code) == ("WATER", "SHOP/DRINKS", "SHOP")
    services.rename_category(SYSTEM, "SHOP/DRINKS", "饮料")
    assert [(c.code, c.name, c.products) for c in queries.categories(SYSTEM)] == [
        ("SHOP", "SHOP", 0),
        ("SHOP/DRINKS", "饮料", 1),
        ("SHOP/DRINKS/WATER", "WATER", 1),
    ]


def test_adding_again_changes_nothing(db):
    first = services.add_products(SYSTEM, [WATER])
    again = services.add_products(SYSTEM, [NewProduct(code=WATER.code, name="别的"), NewProduct(code="b", name="b")])
    assert again[WATER.code] == first[WATER.code]
    assert queries.product(SYSTEM, WATER.code).name == "矿泉水550ml"
    assert [event.body["products"] for event in EventRow.objects.order_by("recorded_at")] == [[WATER.code], ["b"]]


def test_a_list_of_any_size_takes_the_same_statements(db):
    def added(count: int, mark: str) -> int:
        products = [
            NewProduct(code=f"{mark}{n}", name="x", category="A/B", barcodes=(f"b{mark}{n}",)) for n in range(count)
        ]
        with CaptureQueriesContext(connection) as statements, sql.watching() as watched:
            services.add_products(SYSTEM, products)
        return len(statements) + sum(statement.startswith("COPY") for statement in watched)

    added(1, "first")
    assert added(1, "one") == added(500, "many")
    for codes in (["bone0"], [f"bmany{n}" for n in range(500)]):
        with sql.watching() as watched:
            assert len(queries.products_by_code(codes)) == len(codes)
        assert len(watched) == 1


@pytest.mark.parametrize(
    ("product", "code"),
    [
        (NewProduct(code="111", name="x"), "111"),
        (NewProduct(code="new", name="x", barcodes=("222",)), "222"),
        (NewProduct(code="new", name="x", barcodes=(WATER.code,)), WATER.code),
    ],
)
def test_a_code_of_another_product_is_a_conflict_that_names_it(db, product, code):
    services.add_products(SYSTEM, [WATER])
    with pytest.raises(Conflict, match=f"{code} belongs to product {WATER.code}"):
        services.add_products(SYSTEM, [product])
    assert Product.objects.count() == 1


def test_codes_clash_within_a_list_too(db):
    with pytest.raises(Conflict, match="product b: the code 1 belongs to product a"):
        services.add_products(
            SYSTEM, [NewProduct(code="a", name="a", barcodes=("1",)), NewProduct(code="b", name="b", barcodes=("1",))]
        )
    with pytest.raises(Invalid, match="two different products a"):
        services.add_products(SYSTEM, [NewProduct(code="a", name="a"), NewProduct(code="a", name="b")])
    assert services.add_products(SYSTEM, [WATER, WATER]).keys() == {WATER.code}


def test_one_bad_product_adds_none(db):
    with pytest.raises(Invalid) as refused:
        services.add_products(SYSTEM, [WATER, NewProduct(code="a b", name="x")])
    assert list(refused.value.fields) == ["1.code"]
    assert not Product.objects.exists()


def test_only_what_is_named_changes(db):
    id = services.add_products(SYSTEM, [WATER])[WATER.code]
    services.update_product(
        SYSTEM, id, ProductChanges(name="苏打水", category="SHOP/SODA", barcodes=("222", "333"), is_active=False)
    )
    shown = queries.product(SYSTEM, "333")
    assert (shown.name, shown.category, shown.brand, shown.is_active) == ("苏打水", "SHOP/SODA", "山泉", False)
    assert shown.barcodes == ("222", "333")
    assert "111" not in queries.products_by_code(["111"])
    changed = EventRow.objects.get(name="product.changed.v1").body["fields"]
    assert set(changed) == {"name", "category_id", "is_active", "barcodes"}
    services.update_product(SYSTEM, id, ProductChanges(name="苏打水"))
    assert EventRow.objects.filter(name="product.changed.v1").count() == 1


def test_changes_keep_to_the_rules(db, fuels):
    id = services.add_products(SYSTEM, [WATER])[WATER.code]
    with pytest.raises(Conflict, match="92 belongs to product 92"):
        services.update_product(SYSTEM, id, ProductChanges(barcodes=("92",)))
    with pytest.raises(Invalid, match="family of fuel"):
        services.update_product(SYSTEM, id, ProductChanges(family=Family.DIESEL))
    with pytest.raises(NotFound):
        services.update_product(SYSTEM, 0, ProductChanges(name="x"))


def test_what_is_not_on_sale_any_more_is_still_known_to_the_till(db, fuels):
    services.update_product(SYSTEM, fuels["98"], ProductChanges(is_active=False))
    assert "98" in queries.products_by_code(["98"])
    assert [fuel.code for fuel in queries.fuels()][:3] == ["92", "95", "0"]


def test_searching(db, fuels):
    services.add_products(SYSTEM, [WATER, NewProduct(code="wash", name="洗车", kind=Kind.SERVICE)])

    def codes(**criteria):
        return [view.code for view in queries.list_products(SYSTEM, **criteria)]

    assert codes(text="矿泉") == [WATER.code]
    assert codes(text="山泉") == [WATER.code]
    assert codes(text="111") == [WATER.code]
    assert codes(text="6901") == [WATER.code]
    assert codes(text="%") == []
    assert codes(kind="service") == ["wash"]
    assert codes(family="petrol") == ["92", "95", "98"]
    assert codes(category="FUEL/GAS") == ["CNG", "LPG"]
    assert len(codes(category="FUEL")) == 11
    assert codes(family="petrol", after="92", limit=1) == ["95"]


def test_a_manager_reads_products_but_does_not_change_them(manager, fuels):
    assert queries.product(manager, "92").name == "92# 汽油"
    with pytest.raises(NotFound, match="no product 93"):
        queries.product(manager, "93")
    with pytest.raises(NotAllowed):
        services.add_products(manager, [WATER])
    with pytest.raises(NotAllowed):
        services.update_product(manager, fuels["92"], ProductChanges(name="x"))


def test_nothing_is_found_by_what_no_text_can_hold(db):
    assert queries.products_by_code(["a\0b"]) == {}
    assert queries.list_products(SYSTEM, text="\0") == []
    for broken in (NewProduct(code="a", name="a\0b"), NewProduct(code="a\0", name="a"),
                   NewProduct(code="a", name="a", category="A/\0")):  # fmt: skip
        with pytest.raises(Invalid):
            services.add_products(SYSTEM, [broken])


def test_a_first_import_is_counted_at_once(db):
    """By itself the server would count the tables later, and join them row by row until then."""
    tables = ["catalogue_product", "catalogue_productcode"]
    sql.run(f"ANALYZE {', '.join(tables)}")
    services.add_products(SYSTEM, [NewProduct(code=f"p{number}", name="x") for number in range(1000)])
    believed = "SELECT reltuples FROM pg_class WHERE relname = ANY(%(tables)s)"
    assert [row[0] for row in sql.rows(believed, {"tables": tables})] == [1000, 1000]
