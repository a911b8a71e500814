"""Laws of what offers give, over random sales and random offers. No database."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from forecourt.kernel.money import ZERO
from forecourt.offers.rules.candidates import Candidate, caps_of, value_of
from forecourt.offers.rules.choosing import choose
from forecourt.offers.rules.conditions import All
from forecourt.offers.rules.conditions.people import IsMember
from forecourt.offers.rules.language import Policy
from forecourt.offers.rules.matching import NOTHING, Book, gain_of
from forecourt.offers.rules.terms import Varies
from tests.offers.worlds import (
    any_conditions,
    any_effects,
    lives,
    offers,
    sales,
    simple_conditions,
)

NOW = datetime(2026, 3, 4, tzinfo=UTC)
POINT = Decimal("0.01")
CLOSE = Decimal("1e-15")

policies = st.builds(
    Policy, most_offers=st.sampled_from([0, 0, 1, 2]), most_percent=st.sampled_from([Decimal(100), Decimal(30)])
)
floors = st.sampled_from([None, Decimal("1.5"), Decimal(7), Decimal(20)])


def rated(facts, live_offers, policy, floor):
    """What a sale gets of offers: found, tested, chosen."""
    candidates = [Candidate(live, gain, facts, 2, POINT) for live, gain in Book(live_offers).look(facts, NOW).holding]
    caps = caps_of(facts, policy, lambda _product: floor, 2)
    return choose(candidates, caps, policy, 2), candidates, caps


def given_to(applied, facts):
    """What was given, by offer, product and price."""
    return [
        (
            item.live.code,
            {
                (facts.items[number].product.code, facts.items[number].price): money
                for number, money in item.off.items()
            },
            item.points,
            item.coupons,
            item.gifts,
        )
        for item in applied
    ]


@given(sales(), any_effects)
def test_an_effect_never_takes_off_more_than_things_cost_nor_less_than_nothing(sale, effect):
    facts = sale.facts()
    gain = effect.gain(facts)
    if gain is None:
        return
    assert gain
    for number, money in gain.off.items():
        assert 0 <= money <= facts.items[number].amount + CLOSE
    assert gain.points >= 0
    assert all(percent > 0 for percent in gain.times.values())
    assert 0 <= gain.units <= sum([item.quantity for item in facts.items], ZERO)
    assert (gain.units > 0) == any(gain.off.values())
    if sale.person is None:
        assert not gain.points
        assert not gain.times


@given(sales(), st.lists(offers(), max_size=6), policies, floors)
def test_offers_together_never_take_off_more_than_allowed(sale, found, policy, floor):
    facts = sale.facts()
    (applied, lost), candidates, caps = rated(facts, lives(found), policy, floor)
    off = [ZERO] * len(facts.items)
    kept = [ZERO] * len(facts.items)
    for item in applied:
        for number, money in item.off.items():
            assert money > 0
            off[number] += money
            if item.live.offer.floor:
                kept[number] += money
    for number, item in enumerate(facts.items):
        assert off[number] <= caps[number].most <= item.amount
        assert kept[number] <= caps[number].floor
    assert len(applied) <= (policy.most_offers or 100)
    assert {item.live.code for item in applied}.isdisjoint(item.live.code for item in lost)
    assert len(applied) + len(lost) == len(candidates)


@given(sales(), st.lists(offers(), max_size=6), policies, floors)
def test_what_an_offer_that_lost_would_have_given_is_what_it_gives_by_itself(sale, found, policy, floor):
    facts = sale.facts()
    (_applied, lost), candidates, caps = rated(facts, lives(found), policy, floor)
    for item in lost:
        (own,) = [candidate for candidate in candidates if candidate.live is item.live]
        for alone in choose([own], caps, policy, 2)[0]:
            assert (item.alone.off, item.alone.points) == (alone.off, alone.points)


@given(sales(), st.lists(offers((0, 5)), max_size=6), policies, floors, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_offers_changes_nothing(sale, found, policy, floor, random):
    facts = sale.facts()
    (applied, _), _, _ = rated(facts, lives(found), policy, floor)
    mixed_lines, mixed_offers = list(sale.lines), lives(found)
    random.shuffle(mixed_lines)
    random.shuffle(mixed_offers)
    mixed = sale._replace(lines=tuple(mixed_lines)).facts()
    (again, _), _, _ = rated(mixed, mixed_offers, policy, floor)
    assert given_to(again, mixed) == given_to(applied, facts)


@given(sales(), st.lists(offers(), max_size=4), policies, floors, st.data())
def test_splitting_a_line_changes_nothing(sale, found, policy, floor, data):
    position = data.draw(st.integers(0, len(sale.lines) - 1))
    line = sale.lines[position]
    quantity = Decimal(data.draw(st.integers(0, int(line.quantity.copy_abs() * 1000)))).scaleb(-3)
    amount = Decimal(data.draw(st.integers(0, int(line.amount.copy_abs() * 100)))).scaleb(-2)
    part = line._replace(quantity=quantity.copy_sign(line.quantity), amount=amount.copy_sign(line.amount))
    rest = line._replace(quantity=line.quantity - part.quantity, amount=line.amount - part.amount)
    split = sale._replace(lines=(part, *sale.lines[:position], *sale.lines[position + 1 :], rest))
    (applied, _), _, _ = rated(sale.facts(), lives(found), policy, floor)
    (again, _), _, _ = rated(split.facts(), lives(found), policy, floor)
    assert given_to(again, split.facts()) == given_to(applied, sale.facts())


@settings(max_examples=150, deadline=None)
@given(sales(), st.lists(offers(), min_size=1, max_size=8))
def test_looking_by_keys_finds_what_testing_every_offer_finds(sale, found):
    facts = sale.facts()
    by_keys = {live.code for live, _gain in Book(lives(found)).look(facts, NOW).holding}
    by_all = {live.code for live in lives(found) if live.offer.when.test(facts) is None and gain_of(live.offer, facts)}
    assert by_keys == by_all


def looks(book, facts):
    """What a book finds of each offer: what it gives, or what is missing."""
    looked = book.look(facts, NOW)
    found = {live.code: gain for live, gain in looked.holding}
    return found | {missed.live.code: missed.miss for missed in (*looked.missed, *looked.never)}


def missing(live, facts):
    """Of what is missing that which changes least: what no sale of the kind has, then by the clock, then in this sale. Of an
    offer for members only that a stranger's sale might meet, a member.
    """
    offer = live.offer
    conditions = offer.when.of if isinstance(offer.when, All) else (offer.when,)
    order = {Varies.KIND: 0, Varies.DAY: 1, Varies.CLOCK: 1, Varies.MINUTE: 1, Varies.SALE: 2}
    by_change = sorted(conditions, key=lambda condition: order[condition.varies(facts)])
    if live.members_only and facts.person is None:
        by_change = [condition for condition in by_change if condition.varies(facts) is Varies.KIND] + [IsMember()]
    return next((miss for condition in by_change if (miss := condition.test(facts)) is not None), None)


@settings(max_examples=150, deadline=None)
@given(st.lists(sales(), min_size=2, max_size=6), st.lists(offers(), min_size=1, max_size=8))
def test_what_a_book_remembers_of_earlier_sales_changes_nothing(earlier, found):
    """Tested one by one with nothing remembered: the same gain, the same miss."""
    book = Book(lives(found))
    for sale in (*earlier, *earlier):
        facts = sale.facts()
        expected = {}
        for live in lives(found):
            if live.code in looks(Book(lives(found)), sale.facts()):
                miss = missing(live, facts)
                expected[live.code] = miss or gain_of(live.offer, facts) or NOTHING
                holds = live.offer.when.test(facts) is None and not (live.members_only and facts.person is None)
                assert (miss is None) == holds
        assert looks(book, sale.facts()) == expected


@settings(max_examples=200, deadline=None)
@given(sales(), sales(), any_conditions)
def test_what_never_varies_tells_the_same_for_all_sales_of_a_kind_a_minute_or_a_day(one, other, condition):
    facts, others = one.facts(), other.facts()
    varies = condition.varies(facts)
    if varies is Varies.KIND and facts.kind() == others.kind():
        assert condition.test(others) == condition.test(facts)
    moved = other._replace(place=other.place._replace(local=one.place.local)).facts()
    if varies is Varies.MINUTE and condition.varies(moved) is Varies.MINUTE:
        assert condition.test(moved) == condition.test(facts)
    earlier = datetime.combine(other.place.local, one.place.local.timetz())
    moved = other._replace(place=other.place._replace(local=earlier)).facts()
    if varies is Varies.CLOCK and condition.varies(moved) is Varies.CLOCK:
        assert condition.test(moved) == condition.test(facts)
    later = datetime.combine(one.place.local, other.place.local.timetz())
    moved = other._replace(place=other.place._replace(local=later)).facts()
    if varies is Varies.DAY and condition.varies(moved) is Varies.DAY:
        assert condition.test(moved) == condition.test(facts)
    alike = one._replace(
        lines=tuple([line._replace(quantity=line.quantity * 3, amount=line.amount * 2) for line in one.lines]),
        place=one.place._replace(local=other.place.local, pump=other.place.pump),
        person=one.person and one.person._replace(sales=one.person.sales + 1, last_sale_at=None),
    ).facts()
    if varies is Varies.KIND and facts.kind() == alike.kind():
        assert condition.test(alike) == condition.test(facts)


@given(sales(), any_conditions)
def test_a_condition_that_holds_has_one_of_its_keys(sale, condition):
    facts = sale.facts()
    keys = condition.keys()
    if keys is not None and condition.test(facts) is None:
        assert not keys.isdisjoint(facts.keys())


@given(sales(), any_effects)
def test_an_effect_that_gives_has_one_of_its_keys(sale, effect):
    facts = sale.facts()
    keys = effect.keys()
    if keys is not None and effect.gain(facts):
        assert not keys.isdisjoint(facts.keys())


@given(sales(), simple_conditions)
def test_a_coupon_is_used_only_where_it_is_held(sale, condition):
    facts = sale.facts()
    assert all(facts.coupons[template] for template in condition.coupons(facts))


def allowed(candidates, policy) -> bool:
    """Whether offers may be given together."""
    if policy.most_offers and len(candidates) > policy.most_offers:
        return False
    groups = [item.live.offer.group for item in candidates if item.live.offer.group]
    if len(groups) != len(set(groups)):
        return False
    return len(candidates) < 2 or not any(item.live.offer.alone for item in candidates)


def best_worth(candidates, beside, caps, policy) -> Decimal:
    """The most that any allowed set of these is worth, together with those beside them. All sets are tried."""
    return max(
        value_of([*beside, *subset], caps)
        for size in range(len(candidates) + 1)
        for subset in combinations(candidates, size)
        if allowed([*beside, *subset], policy)
    )


@settings(max_examples=150, deadline=None)
@given(
    sales(),
    st.lists(offers((0, 0, 5), asks=False), min_size=1, max_size=6),
    policies,
    floors,
)
def test_no_allowed_combination_beats_the_choice(sale, found, policy, floor):
    facts = sale.facts()
    candidates = [
        Candidate(live, gain, facts, 2, POINT) for live in lives(found) if (gain := gain_of(live.offer, facts))
    ]
    assume(candidates)
    caps = caps_of(facts, policy, lambda _product: floor, 2)
    applied, _lost = choose(candidates, caps, policy, 2)
    codes = {item.live.code for item in applied}
    chosen = [item for item in candidates if item.live.code in codes]
    assert allowed(chosen, policy)
    first = [item for item in chosen if item.live.offer.priority == 5]
    assert value_of(first, caps) == best_worth(
        [item for item in candidates if item.live.offer.priority == 5], [], caps, policy
    )
    assert value_of(chosen, caps) == best_worth(
        [item for item in candidates if item.live.offer.priority == 0], first, caps, policy
    )


@settings(max_examples=100, deadline=None)
@given(
    sales(),
    st.lists(offers(asks=False), min_size=1, max_size=5),
    offers(asks=False),
    policies,
    floors,
)
def test_one_more_offer_never_leaves_the_customer_with_less(sale, found, more, policy, floor):
    facts = sale.facts()

    def worth(offers_there) -> Decimal:
        (applied, _), candidates, caps = rated(facts, lives(offers_there), policy, floor)
        codes = {item.live.code for item in applied}
        return value_of([item for item in candidates if item.live.code in codes], caps)

    assert worth([*found, more]) >= worth(found)
