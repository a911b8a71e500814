"""Tiers, pure: reached at once, kept, held in grace, warned of, lost."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from forecourt.loyalty.rules import entry_tier, keeps, missing_to_keep, next_state, next_tier
from forecourt.loyalty.values import Programme, Tier, TierBasis, TierState

DAY = date(2026, 3, 1)
PROGRAMME = Programme(
    tiers=(
        Tier(code="basic", name="普通", threshold=Decimal(0)),
        Tier(code="silver", name="白银", threshold=Decimal(500), keep=Decimal(300)),
        Tier(code="gold", name="黄金", threshold=Decimal(2000)),
    ),
    grace_days=30,
    warn_days=10,
    business_tier="silver",
)
SILVER = TierState(tier="silver", since=date(2025, 1, 1))
GOLD = TierState(tier="gold", since=date(2025, 1, 1))


def step(state: TierState, value: int, day: date = DAY, **more) -> TierState:
    return next_state(state, Decimal(value), day, PROGRAMME, **more)


def test_a_higher_tier_is_reached_at_once_and_lower_ones_are_kept_below_their_threshold():
    assert step(SILVER, 2000) == TierState(tier="gold", since=DAY)
    assert step(SILVER, 300) == SILVER
    assert step(TierState(), 0) == TierState(tier="basic", since=DAY)


def test_who_has_too_little_holds_the_tier_for_the_days_of_grace_then_falls_to_what_the_value_reaches():
    first = step(GOLD, 600)
    assert first == replace(GOLD, until=DAY + timedelta(days=29))
    assert step(first, 600, DAY + timedelta(days=29)).tier == "gold"
    fallen = step(first, 600, DAY + timedelta(days=30))
    assert fallen == TierState(tier="silver", since=DAY + timedelta(days=30))


def test_the_warning_comes_so_many_days_before_the_end_and_once():
    state = step(GOLD, 600)
    warned = []
    for number in range(30):
        day = DAY + timedelta(days=number)
        after = step(state, 600, day)
        if after.warned_on != state.warned_on:
            warned.append((day, after.until - day))
        state = after
    assert warned == [(DAY + timedelta(days=19), timedelta(days=10))]


def test_a_grace_shorter_than_the_warning_warns_when_it_begins():
    programme = replace(PROGRAMME, grace_days=5)
    assert next_state(GOLD, Decimal(0), DAY, programme).warned_on == DAY


def test_reaching_what_keeps_the_tier_ends_the_grace_and_the_next_one_is_whole_again():
    state = replace(SILVER, until=DAY + timedelta(days=1), warned_on=DAY)
    kept = step(state, 300)
    assert kept == SILVER
    assert step(kept, 299, DAY + timedelta(days=5)).until == DAY + timedelta(days=34)


def test_without_grace_a_tier_is_lost_at_once():
    programme = replace(PROGRAMME, grace_days=0)
    assert next_state(SILVER, Decimal(299), DAY, programme) == TierState(tier="basic", since=DAY)


def test_what_was_said_of_a_grace_holds_when_the_programme_changes():
    state = step(GOLD, 0)
    shorter = replace(PROGRAMME, grace_days=1)
    assert next_state(state, Decimal(0), DAY + timedelta(days=29), shorter).tier == "gold"


def test_businesses_start_higher_and_fall_no_lower():
    assert entry_tier(PROGRAMME) == "basic"
    assert entry_tier(PROGRAMME, is_business=True) == "silver"
    assert step(SILVER, 0, is_business=True) == SILVER
    assert step(TierState(tier="basic"), 0, is_business=True).tier == "silver"


def test_a_tier_the_programme_does_not_know_gives_way():
    assert step(TierState(tier="platinum"), 600) == TierState(tier="silver", since=DAY)
    assert next_state(GOLD, Decimal(0), DAY, Programme()) == TierState(since=DAY)
    assert next_state(TierState(), Decimal(0), DAY, Programme()) == TierState()


def test_a_negative_value_leaves_the_first_tier():
    assert step(TierState(tier="basic"), -5) == TierState(tier="basic")


@pytest.mark.parametrize(("tier", "value", "missing"), [("silver", 250, 50), ("silver", 300, 0), ("gold", 1999, 1)])
def test_what_is_missing_to_keep_a_tier(tier, value, missing):
    assert missing_to_keep(PROGRAMME, tier, Decimal(value)) == missing


def test_businesses_miss_nothing_to_keep_where_they_start():
    for tier, missing in (("basic", 0), ("silver", 0), ("gold", 2000)):
        assert missing_to_keep(PROGRAMME, tier, Decimal(0), is_business=True) == missing
    assert missing_to_keep(PROGRAMME, "silver", Decimal(0)) == 300


def test_the_tier_above():
    assert next_tier(PROGRAMME, "basic").code == "silver"
    assert next_tier(PROGRAMME, "gold") is None
    assert next_tier(PROGRAMME, "gone").code == "basic"


programmes = st.builds(
    lambda steps, keeps, grace, warn, business: Programme(
        tiers=tuple(
            Tier(
                code=f"t{place}",
                name="",
                threshold=Decimal(sum(steps[:place])),
                keep=None if keeps[place] is None else Decimal(keeps[place]),
            )
            for place in range(len(steps) + 1)
        ),
        grace_days=grace,
        warn_days=warn,
        business_tier=f"t{business}" if business <= len(steps) else "",
    ),
    st.lists(st.integers(1, 50), min_size=1, max_size=4),
    st.lists(st.none() | st.integers(0, 120), min_size=5, max_size=5),
    st.integers(0, 20),
    st.integers(0, 25),
    st.integers(0, 6),
)
values = st.lists(st.integers(-20, 220), min_size=1, max_size=40)


def rank(programme: Programme, tier: str) -> Decimal:
    return next(one.threshold for one in programme.tiers if one.code == tier)


@given(programmes, values, st.booleans())
def test_a_step_taken_again_the_same_day_changes_nothing(programme, history, is_business):
    state = TierState()
    for number, value in enumerate(history):
        day = DAY + timedelta(days=number)
        state = next_state(state, Decimal(value), day, programme, is_business=is_business)
        assert next_state(state, Decimal(value), day, programme, is_business=is_business) == state


@given(programmes, values, st.integers(0, 60), st.booleans())
def test_who_has_more_never_ends_lower(programme, history, more, is_business):
    state = TierState()
    for number, value in enumerate(history):
        day = DAY + timedelta(days=number)
        richer = next_state(state, Decimal(value + more), day, programme, is_business=is_business)
        state = next_state(state, Decimal(value), day, programme, is_business=is_business)
        assert rank(programme, richer.tier) >= rank(programme, state.tier)


@given(programmes, values)
def test_a_business_is_never_below_where_it_starts(programme, history):
    floor = rank(programme, entry_tier(programme, is_business=True))
    state = TierState()
    for number, value in enumerate(history):
        state = next_state(state, Decimal(value), DAY + timedelta(days=number), programme, is_business=True)
        assert rank(programme, state.tier) >= floor


@given(programmes, values)
def test_nobody_is_below_what_the_value_reaches_nor_above_it_longer_than_the_grace(programme, history):
    """Above the tier that the value reaches only who has what keeps it, or is in grace, for as many days as was said."""
    state, below = TierState(), 0
    for number, value in enumerate(history):
        day = DAY + timedelta(days=number)
        before = state
        state = next_state(state, Decimal(value), day, programme)
        due = next_state(TierState(), Decimal(value), day, programme)
        assert rank(programme, state.tier) >= rank(programme, due.tier)
        is_short = missing_to_keep(programme, state.tier, Decimal(value)) > 0 and state.tier != due.tier
        below = (below + 1 if before.tier == state.tier else 1) if is_short else 0
        assert below <= programme.grace_days
        assert (state.until is not None) == is_short
        assert state.warned_on is None or state.until is not None


@given(programmes, values, st.booleans())
def test_a_rule_of_its_own_that_counts_the_same_keeps_the_same(programme, history, is_business):
    """What was published before there were such rules says what it always said."""
    apart = replace(
        programme,
        keep_basis=programme.tier_basis,
        keep_window_days=programme.tier_window_days,
        tiers=tuple(replace(tier, keep=keeps(tier)) for tier in programme.tiers),
    )
    state = TierState()
    for number, value in enumerate(map(Decimal, history)):
        day = DAY + timedelta(days=number)
        other = next_state(state, value, day, apart, is_business=is_business, kept=value)
        state = next_state(state, value, day, programme, is_business=is_business)
        assert state == other
        assert missing_to_keep(programme, state.tier, value) == missing_to_keep(apart, state.tier, value, value)


@given(programmes, values, st.integers(-20, 220), st.integers(0, 60))
def test_who_has_more_of_what_keeps_a_tier_never_ends_lower(programme, history, kept, more):
    state = TierState()
    for number, value in enumerate(map(Decimal, history)):
        day = DAY + timedelta(days=number)
        richer = next_state(state, value, day, programme, kept=Decimal(kept + more))
        state = next_state(state, value, day, programme, kept=Decimal(kept))
        assert rank(programme, richer.tier) >= rank(programme, state.tier)
        assert rank(programme, state.tier) >= rank(programme, next_state(TierState(), value, day, programme).tier)


def test_an_old_rulebook_keeps_tiers_by_what_they_are_entered_by():
    old = msgspec.json.decode(b'{"tier_basis": "volume", "tier_window_days": 90}', type=Programme)
    assert (old.keeping_basis, old.keeping_window_days) == (TierBasis.VOLUME, 90)
