"""Finding customers by what somebody remembers of them."""

import pytest

from forecourt.customers import queries, services
from forecourt.customers.values import CustomerKind
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Invalid, NotAllowed
from tests.customers.conftest import new_customer


@pytest.fixture
def people(db, clerk) -> dict[str, int]:
    """Some customers by name."""
    everybody = [
        new_customer("张伟", phone="13800138000", plate="粤B12345", card="88881234"),
        new_customer("张伟明", phone="13900138000", tags=("常客", "95#")),
        new_customer("李伟", plate="粤BD12345", tags=("常客",)),
        new_customer("欧阳伟明", phone="13700000001"),
        new_customer("Anna Smith", phone="+1 202 555 0123"),
        new_customer("深圳顺达物流有限公司", kind=CustomerKind.BUSINESS, plate="粤B8888挂"),
        new_customer("100%_Club\\"),
    ]
    ids = services.create_customers(clerk, everybody)
    return dict(zip((new.name for new in everybody), ids, strict=True))


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("13800138000", ["张伟"]),
        ("+86 138 0013 8000", ["张伟"]),
        ("粤b·12345", ["张伟"]),
        ("8888 1234", ["张伟"]),
        ("8000", ["张伟", "张伟明"]),
        ("2345", ["张伟", "李伟"]),
        ("888挂", ["深圳顺达物流有限公司"]),
        ("0123", ["Anna Smith"]),
        ("张伟", ["张伟", "张伟明"]),
        ("张", ["张伟", "张伟明"]),
        ("伟", ["张伟", "张伟明", "李伟", "欧阳伟明"]),
        ("伟明", ["张伟明", "欧阳伟明"]),
        ("阳伟", ["欧阳伟明"]),
        ("smith", ["Anna Smith"]),
        ("ANNA", ["Anna Smith"]),
        ("顺达", ["深圳顺达物流有限公司"]),
        ("100%", ["100%_Club\\"]),
        ("%", []),
        ("_", []),
        ("b\\", ["100%_Club\\"]),
        ("13800138001", []),
        ("赵", []),
        ("\0", None),
        ("   ", None),
    ],
)
def test_words_find_whom_they_mean(people, reader, words, names):
    found = queries.search(reader, words).items
    expected = list(people) if names is None else names
    assert sorted(line.name for line in found) == sorted(expected)


def test_an_id_is_found_by_its_sign(people, reader):
    assert queries.search(reader, f"#{people['李伟']}").items[0].name == "李伟"
    assert queries.search(reader, "#999999999").items == ()


def test_the_beginning_of_a_name_comes_first(people, reader):
    assert [line.name for line in queries.search(reader, "张伟").items] == ["张伟", "张伟明"]
    assert [line.name for line in queries.search(reader, "伟").items][-1] == "张伟"


def test_a_line_shows_enough_to_tell_and_no_number(people, reader):
    line = queries.search(reader, "13800138000").items[0]
    assert (line.phone, line.plates, line.kind) == ("138****8000", ("粤B·12**5",), "person")


def test_fields_say_what_they_are(people, reader):
    for kind, value in (("phone", "13800138000"), ("plate", "粤B12345"), ("card", "88881234")):
        assert [line.name for line in queries.search(reader, **{kind: value}).items] == ["张伟"]
    assert queries.search(reader, email="a@qq.com").items == ()
    with pytest.raises(Invalid, match="phone"):
        queries.search(reader, phone="12")


def test_tags_and_kinds_narrow_everything(people, reader):
    def names(*words, **filters):
        return {line.name for line in queries.search(reader, *words, **filters).items}

    assert names(tag="常客") == {"张伟明", "李伟"}
    assert names("伟", tag="95#") == {"张伟明"}
    assert names("2345", tag="常客") == {"李伟"}
    assert names(kind=CustomerKind.BUSINESS) == {"深圳顺达物流有限公司"}
    assert names("张", kind=CustomerKind.BUSINESS) == set()


@pytest.mark.parametrize("words", [None, "张", "伟", "0001", "a"])
@pytest.mark.parametrize("limit", [1, 3, 7])
def test_pages_hold_everybody_once_and_in_the_same_order(db, clerk, words, limit):
    services.create_customers(
        clerk,
        [
            new_customer(name, phone=f"138{n:04d}0001")
            for n, name in enumerate(["张", "张伟", "伟张", "伟", "李张伟"] * 4)
        ],
    )
    whole = [line.id for line in queries.search(clerk, words, limit=200).items]
    pages: list[int] = []
    cursor = None
    while True:
        page = queries.search(clerk, words, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        pages += [line.id for line in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert pages == whole
    assert len(set(whole)) == {None: 20, "张": 16, "伟": 16, "0001": 20, "a": 0}[words]


def test_a_merged_customer_is_shown_as_its_survivor_and_once(people, clerk):
    services.merge_customers(clerk, people["张伟"], people["张伟明"])
    services.merge_customers(clerk, people["Anna Smith"], people["欧阳伟明"])
    assert [line.name for line in queries.search(clerk, "张").items] == ["张伟"]
    assert {line.name for line in queries.search(clerk, "伟明").items} == {"Anna Smith", "张伟"}
    assert [line.name for line in queries.search(clerk, "13900138000").items] == ["张伟"]
    assert "张伟明" not in {line.name for line in queries.search(clerk).items}
    for word in ("伟", "张", "明"):
        ids = [line.id for line in queries.search(clerk, word).items]
        assert len(ids) == len(set(ids))


def test_a_search_by_number_is_audited_without_the_number(people, reader):
    queries.search(reader, "张伟")
    assert not AuditEntry.objects.filter(action="customer.search").exists()
    queries.search(reader, phone="13800138000")
    queries.search(reader, "粤B12345")
    details = [entry.detail for entry in AuditEntry.objects.filter(action="customer.search").order_by("at")]
    assert details[0] == {"by": ["phone"]}
    assert "plate" in details[1]["by"]
    assert "12345" not in str(details)


def test_any_station_may_look_up_any_member(people):
    manager = Actor(kind="staff", name="M", permissions=frozenset({"customers.view"}), stations=frozenset({1}))
    assert queries.search(manager, "13800138000").items[0].name == "张伟"
    with pytest.raises(NotAllowed):
        queries.search(Actor(kind="staff", name="X"), "张伟")


def test_a_page_takes_the_same_statements_for_one_and_for_many(people, reader):
    counts = set()
    for limit in (1, 200):
        with sql.watching() as statements:
            queries.search(reader, "张", limit=limit)
        counts.add(len([text for text in statements if "%(pattern)s" not in text]))
    assert counts == {2}


def test_limits_and_cursors_are_checked(people, reader):
    for limit in (0, 201):
        with pytest.raises(Invalid, match="limit"):
            queries.search(reader, limit=limit)
    for cursor in ("x", "!!!", "e30", "WyJsaXN0IiwiYSJd"):
        with pytest.raises(Invalid, match="cursor"):
            queries.search(reader, cursor=cursor)
