"""Money, time, ids and secrets. No database."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecourt.kernel import clock, ids, money
from forecourt.kernel.crypto import INDEX_BYTES, Keyring, secret

cents = st.integers(-(10**9), 10**9).map(lambda number: Decimal(number).scaleb(-2))
weights = st.lists(st.integers(0, 10**6).map(lambda number: Decimal(number).scaleb(-3)), min_size=1, max_size=12)


@given(cents, weights)
def test_sharing_loses_nothing_and_is_fair_to_a_cent(total, by):
    parts = money.share(total, by, 2)
    assert len(parts) == len(by)
    assert sum(parts) == total
    whole = sum(by)
    if whole:
        assert all(
            abs(part - total * weight / whole) <= Decimal("0.01") for part, weight in zip(parts, by, strict=True)
        )
    assert all(part * total >= 0 for part in parts)


@given(cents, weights)
def test_a_share_of_a_refund_mirrors_that_of_its_sale(total, by):
    assert money.share(-total, by, 2) == [-part for part in money.share(total, by, 2)]


@pytest.mark.parametrize("by", [[], [Decimal(1), Decimal(-1)]])
def test_sharing_among_nothing_is_refused(by):
    with pytest.raises(ValueError, match="weights: "):
        money.share(Decimal(1), by, 2)


@given(st.decimals(-(10**9), 10**9, places=5))
def test_rounding_mirrors(value):
    assert money.rounded(-value, 2) == -money.rounded(value, 2)
    assert abs(money.rounded(value, 2) - value) <= Decimal("0.005")
    assert money.whole(-value) == -money.whole(value)
    assert abs(money.whole(value)) <= abs(value)


def test_halves_round_away_from_zero():
    assert [str(money.rounded(Decimal(text), 2)) for text in ("0.005", "-0.005", "1.115", "1.1149")] == [
        "0.01",
        "-0.01",
        "1.12",
        "1.11",
    ]


@pytest.mark.parametrize(
    ("moment", "zone", "rolls_at", "day"),
    [
        ("2026-01-01T21:59:59+00:00", "Asia/Shanghai", time(6), date(2026, 1, 1)),
        ("2026-01-01T22:00:00+00:00", "Asia/Shanghai", time(6), date(2026, 1, 2)),
        ("2026-01-01T16:00:00+00:00", "Asia/Shanghai", time(0), date(2026, 1, 2)),
        ("2026-01-01T06:00:00+08:00", "Asia/Shanghai", time(6), date(2026, 1, 1)),
        ("2026-03-29T01:30:00+00:00", "Europe/Berlin", time(3), date(2026, 3, 29)),
        ("2026-03-29T00:30:00+00:00", "Europe/Berlin", time(3), date(2026, 3, 28)),
    ],
)
def test_trading_days_go_by_the_stations_clock(moment, zone, rolls_at, day):
    assert clock.trading_day(datetime.fromisoformat(moment), zone, rolls_at) == day


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_months_follow_on_each_other(day):
    assert clock.month_of(day) <= day < clock.next_month(day)
    assert clock.next_month(day).day == 1
    assert clock.month_of(clock.next_month(day) - timedelta(days=1)) == clock.month_of(day)


def test_ids_are_uuid7_and_sort_by_time():
    before = int(clock.now().timestamp() * 1000)
    made = [ids.uuid7() for _ in range(3)]
    assert {(value.version, value.variant) for value in made} == {(7, "specified in RFC 4122")}
    assert all(before - 1 <= value.int >> 80 <= before + 5000 for value in made)


@pytest.mark.parametrize("size", [0, 1, 4096, 10_000])
def test_ids_for_a_list_rise_and_are_distinct(size):
    made = ids.uuid7s(size)
    assert len(set(made)) == size
    assert made == sorted(made)
    assert all((value.version, value.variant) == (7, "specified in RFC 4122") for value in made[:10] + made[-10:])


ONE, TWO = b"1" * 32, b"2" * 32


@given(st.text(max_size=200), st.text(max_size=50))
def test_what_is_sealed_opens_in_its_context_only(text, context):
    ring = Keyring(1, {1: ONE})
    sealed = ring.seal(text, context)
    assert ring.open(sealed, context) == text
    assert ring.open(memoryview(sealed), context) == text
    with pytest.raises(ValueError, match="belongs to another record"):
        ring.open(sealed, context + "x")
    assert sealed != ring.seal(text, context), "the same value twice must not be recognisable"


def test_a_sealed_value_that_was_altered_anywhere_does_not_open():
    ring = Keyring(1, {1: ONE})
    sealed = ring.seal("13800138000", "identity:1")
    assert b"13800138000" not in sealed
    for place in range(len(sealed)):
        altered = bytearray(sealed)
        altered[place] ^= 1
        with pytest.raises(ValueError, match=r"altered|not in the keyring"):
            ring.open(bytes(altered), "identity:1")


def test_keys_rotate_and_old_values_stay_readable_and_findable():
    old, both = Keyring(1, {1: ONE}), Keyring(2, {1: ONE, 2: TWO})
    sealed = old.seal("粤B12345", "vehicle:1")
    assert both.open(sealed, "vehicle:1") == "粤B12345"
    assert both.seal("x", "y")[0] == 2
    assert old.blind_index("plate", "粤B12345") in both.blind_indexes("plate", "粤B12345")
    assert both.blind_indexes("plate", "粤B12345")[0] == both.blind_index("plate", "粤B12345")
    assert both.fingerprint(b"body") == old.fingerprint(b"body"), "a replay must be known after a rotation"
    with pytest.raises(ValueError, match=r"key version 1 is not in the keyring; restore secrets/keys\.json"):
        Keyring(2, {2: TWO}).open(sealed, "vehicle:1")


def test_a_blind_index_tells_equal_from_other_and_nothing_else():
    ring = Keyring(1, {1: ONE})
    index = ring.blind_index("phone", "13800138000")
    assert index == ring.blind_index("phone", "13800138000")
    assert len(index) == INDEX_BYTES
    others = [
        ring.blind_index("card", "13800138000"),
        ring.blind_index("phone", "13800138001"),
        Keyring(1, {1: TWO}).blind_index("phone", "13800138000"),
    ]
    assert index not in others


@pytest.mark.parametrize(("current", "keys"), [(2, {1: ONE}), (1, {1: b"short"}), (0, {0: ONE}), (256, {256: ONE})])
def test_a_keyring_that_makes_no_sense_is_refused(current, keys):
    with pytest.raises(ValueError, match="key"):
        Keyring(current, keys)


def test_a_secret_is_made_once_and_kept_private(tmp_path, monkeypatch):
    monkeypatch.setenv("FORECOURT_HOME", str(tmp_path))
    made = secret("test_key")
    assert len(made) > 40
    assert secret("test_key") == made
    kept = tmp_path / "secrets" / "test_key"
    assert kept.stat().st_mode & 0o077 == 0
    monkeypatch.setenv("FORECOURT_TEST_KEY", "from outside")
    assert secret("test_key") == "from outside"
