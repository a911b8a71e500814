"""One value, one normal form; a mask that hides."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.customers import rules
from forecourt.customers.values import CustomerClaim, PlateKind
from forecourt.kernel.problems import Invalid

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
provinces = st.sampled_from("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼")
letters = st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ")
serial = st.sampled_from("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")
ordinary = st.builds(lambda p, c, s: p + c + s, provinces, letters, st.text(serial, min_size=5, max_size=5))
green = st.builds(
    lambda p, c, e, s, d: p + c + e + s + d,
    provinces,
    letters,
    st.sampled_from("ABCDEFGHJK"),
    serial,
    st.from_regex("[0-9]{4}", fullmatch=True),
)
others = st.text(st.sampled_from(string.ascii_uppercase + string.digits), min_size=2, max_size=12)
cards = st.text(st.sampled_from(string.ascii_uppercase + string.digits), min_size=4, max_size=32)
emails = st.from_regex(r"[a-z0-9._+-]{1,20}@[a-z0-9]{1,10}\.(com|cn|com\.cn)", fullmatch=True)

FULL_WIDTH = str.maketrans("0123456789+-", "０１２３４５６７８９＋－")


@st.composite
def spellings(draw, number: str) -> str:
    """Some way that people write a mobile number."""
    text = draw(st.sampled_from(["", "+86", "+86 ", "0086", "0086-", "86", "86 ", "(+86) "]))
    for place, digit in enumerate(number):
        text += digit
        if place in (2, 6):
            text += draw(st.sampled_from(["", " ", "-", "  ", "－", "\u2014", "\u3000", "."]))
    if draw(st.booleans()):
        text = text.translate(FULL_WIDTH)
    return draw(st.sampled_from(["", " ", "\u202d", "\ufeff"])) + text + draw(st.sampled_from(["", " ", "\u202c"]))


@given(mobiles.flatmap(lambda number: st.tuples(st.just(number), spellings(number))))
def test_every_spelling_of_a_mobile_number_is_the_same_number(pair):
    number, spelling = pair
    assert rules.normal_phone(spelling) == "+86" + number


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("0755-8888 1234", "+8675588881234"),
        ("+1 (202) 555-0123", "+12025550123"),
        ("+852 2345 6789", "+85223456789"),
    ],
)
def test_other_numbers_are_understood(written, normal):
    assert rules.normal_phone(written) == normal


def test_without_a_country_the_region_decides():
    assert rules.normal_phone("202 555 0123", "US") == "+12025550123"


@pytest.mark.parametrize(
    "wrong", ["", "138", "1380013800a", "call me", "138001380001", "+86 12345678901", "٠١٢٣٤٥٦٧٨٩", "1" * 50]
)
def test_what_is_no_phone_is_refused_without_repeating_it(wrong):
    with pytest.raises(Invalid) as refused:
        rules.normal_phone(wrong)
    assert "mobile number of 11 digits" in refused.value.detail
    assert not (len(wrong) > 3 and wrong in refused.value.detail)


@given(
    st.one_of(
        st.tuples(st.just("phone"), mobiles),
        st.tuples(st.just("plate"), st.one_of(ordinary, green, others)),
        st.tuples(st.just("card"), cards),
        st.tuples(st.just("email"), emails),
        st.tuples(st.just("wechat"), st.from_regex("[A-Za-z0-9_-]{6,40}", fullmatch=True)),
    )
)
def test_a_normal_form_is_its_own_normal_form(mark):
    kind, value = mark
    try:
        normal = rules.normal_identity(kind, value)
    except Invalid:
        assert kind == "email"  # labels that begin or end with a hyphen
        return
    assert rules.normal_identity(kind, normal) == normal


@given(st.text(max_size=40))
def test_whatever_is_typed_is_refused_or_normal_for_ever(text):
    for kind in ("phone", "plate", "card", "email", "wechat"):
        try:
            normal = rules.normal_identity(kind, text)
        except Invalid:
            continue
        assert rules.normal_identity(kind, normal) == normal


@given(st.one_of(ordinary, green), st.sampled_from(["", "·", " ", "-", "•", " · "]), st.booleans())
def test_every_spelling_of_a_plate_is_the_same_plate(plate, separator, small):
    written = plate[:2] + separator + plate[2:]
    assert rules.normal_plate(written.lower() if small else written) == plate


@pytest.mark.parametrize(
    ("plate", "kind"),
    [
        ("粤B12345", PlateKind.ORDINARY),
        ("粤Z12X4港", PlateKind.ORDINARY),
        ("沪A1234学", PlateKind.ORDINARY),
        ("粤BD12345", PlateKind.NEW_ENERGY),
        ("粤B12345D", PlateKind.NEW_ENERGY),
        ("7ABC123", PlateKind.OTHER),
        ("粤I12345", PlateKind.OTHER),
        ("使014578", PlateKind.OTHER),
    ],
)
def test_the_kind_of_a_plate(plate, kind):
    assert rules.plate_kind(rules.normal_plate(plate)) == kind


@pytest.mark.parametrize("wrong", ["", "A", "粤B123456789012", "粤B12#45", "粤B;DROP"])
def test_what_is_no_plate_is_refused(wrong):
    with pytest.raises(Invalid, match="is not a number plate"):
        rules.normal_plate(wrong)


def test_cards_and_addresses():
    assert rules.normal_card("6222 0212-3456 789x") == "622202123456789X"
    assert rules.normal_email(" Zhang.Wei@QQ.com ") == "zhang.wei@qq.com"
    assert rules.normal_email("王@例子.中国") == "王@xn--fsqu00a.xn--fiqs8s"
    for wrong in ("a@b", "@qq.com", "a b@qq.com", "a@@qq.com", "a@-x.com", "a@" + "x" * 300 + ".com"):
        with pytest.raises(Invalid):
            rules.normal_email(wrong)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("phone", "+8613800138000", "138****8000"),
        ("phone", "+12025550123", "+1 ****0123"),
        ("plate", "粤B12345", "粤B·12**5"),
        ("plate", "粤BD12345", "粤B·D1***5"),
        ("plate", "7ABC123", "7A****3"),
        ("card", "622202123456789", "****6789"),
        ("card", "1234", "****34"),
        ("email", "zhang@qq.com", "z***@qq.com"),
        ("email", "z@qq.com", "***@qq.com"),
    ],
)
def test_what_a_screen_shows(kind, value, shown):
    assert rules.masked(kind, value) == shown


@given(
    st.one_of(
        st.tuples(st.just("phone"), mobiles.map("+86".__add__)),
        st.tuples(st.just("plate"), st.one_of(ordinary, green, others)),
        st.tuples(st.just("card"), cards),
        st.tuples(st.just("wechat"), st.from_regex("[A-Za-z0-9]{4,40}", fullmatch=True)),
    )
)
def test_a_mask_shows_the_ends_at_most_and_hides_the_rest(mark):
    kind, value = mark
    shown = rules.masked(kind, value)
    head, _, tail = shown.replace("·", "").partition("*")
    tail = tail.lstrip("*")
    bare = value.removeprefix("+86")
    assert bare.startswith(head)
    assert bare.endswith(tail)
    hidden = len(bare) - len(head) - len(tail)
    assert hidden >= 2
    assert hidden >= 4 or kind != "phone"
    assert bare not in shown


@given(mobiles, st.one_of(ordinary, green), st.from_regex("6[0-9]{15}", fullmatch=True))
def test_free_text_keeps_no_number_in_clear(phone, plate, card):
    text = rules.redacted(f"客户来电{phone}，车牌{plate[:2]}·{plate[2:]}，卡号 {card}。另一辆 {plate.lower()}")
    assert phone not in text
    assert plate not in text
    assert plate.lower() not in text
    assert plate[:2] + "·" + plate[2:] not in text
    assert card not in text
    assert card[-4:] in text
    assert rules.redacted(text) == text


def test_free_text_is_left_alone_otherwise():
    text = "2026-01-02 加油 20.000 L，金额 153.00，工单 20260102-17，欧洲 95#"
    assert rules.redacted(text) == text


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        (CustomerClaim(phone="138 0013 8000"), ("phone", "+8613800138000")),
        (CustomerClaim(plate="粤b·12345"), ("plate", "粤B12345")),
        (CustomerClaim(id=7), None),
        (CustomerClaim(), None),
        (CustomerClaim(phone="nonsense"), None),
        (CustomerClaim(phone="13800138000", card="12345"), None),
        (CustomerClaim(phone="13800138000", id=7), None),
    ],
)
def test_a_claim_names_one_thing(claim, found):
    assert rules.recognised(claim) == found


def test_what_words_in_the_search_box_may_mean():
    assert rules.meanings("#17").customer_id == 17
    assert [mark.kind for mark in rules.meanings("13800138000").exact] == ["phone", "plate", "card"]
    assert [mark.kind for mark in rules.meanings("8000").last_four] == ["phone.last4", "card.last4", "plate.last4"]
    assert rules.meanings("张伟").kinds == ()
    assert rules.meanings("Smith").kinds == ()
    assert rules.meanings("a@qq.com").kinds == ("email",)


def test_custom_fields_are_flat_and_few():
    assert rules.changed_custom({"a": 1, "b": "x"}, {"b": None, "c": True}) == {"a": 1, "c": True}
    for wrong in ({"k": [1]}, {"k": {"x": 1}}, {"": 1}, {"k" * 41: 1}, {"k": float("nan")}, {"k": "x" * 501}):
        with pytest.raises(Invalid):
            rules.changed_custom({}, wrong)
    with pytest.raises(Invalid, match="51 fields"):
        rules.changed_custom({}, {f"k{n}": n for n in range(51)})


@given(st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")))
def test_a_cursor_that_is_none_of_ours_is_refused(cursor):
    with pytest.raises(Invalid, match="cursor"):
        rules.place_of(cursor)
