"""The chain, its people and its sales are believable, and come out the same again."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import phonenumbers
import pytest

from forecourt.connectors.demo import fuel, seasons, stock
from forecourt.connectors.demo.enrolment import new_customer
from forecourt.connectors.demo.goods import BY_CODE, GOODS, ean13
from forecourt.connectors.demo.people import usual_interval
from forecourt.connectors.demo.values import CHINA, Sizes, Span
from forecourt.customers import rules as customers
from forecourt.customers.values import PlateKind
from forecourt.kernel.problems import Invalid
from forecourt.sales import rules as sales
from forecourt.sales.values import Flag
from tests.connectors.demo.conftest import SIZES, UNTIL, make


def claimed(sold):
    """What the till was shown, as (kind, value), or None."""
    claim = sold.sale.customer
    if claim is None:
        return None
    return next((kind, getattr(claim, kind)) for kind in ("phone", "card", "wechat", "plate") if getattr(claim, kind))


def who(demo):
    """(kind, value) of everything customers can show -> the member who is that person."""
    found = {}
    for member in demo.members:
        person = member if member.double_of is None else demo.members[member.double_of]
        for claim in member.claims:
            for kind in ("phone", "card", "wechat"):
                if getattr(claim, kind):
                    found[kind, getattr(claim, kind)] = person
        for car in member.cars:
            found["plate", car.plate] = person
    return found


def test_the_same_seed_sizes_and_end_give_the_same_data():
    small = Sizes(stations=3, customers=60, days=40, seed=3)
    first, second = make(small), make(small)
    assert first.sold == second.sold
    assert first.chain == second.chain
    assert [new_customer(one, first.chain) for one in first.members] == [
        new_customer(one, second.chain) for one in second.members
    ]
    assert make(Sizes(stations=3, customers=60, days=40, seed=4)).sold != first.sold


@pytest.mark.parametrize(
    "sizes",
    [Sizes(stations=1, customers=40, days=2), Sizes(stations=40, customers=80, days=30), Sizes(customers=20, days=5)],
)
def test_any_size_can_be_made(sizes):
    demo = make(sizes)
    assert len(demo.members) == sizes.customers
    assert len({site.new.code for site in demo.chain.sites}) == sizes.stations
    assert demo.sold


@pytest.mark.parametrize("wrong", [{"stations": 0}, {"customers": 3}, {"days": 0}, {"days": 99_999}])
def test_a_size_out_of_bounds_is_refused_by_name(wrong):
    with pytest.raises(Invalid, match=next(iter(wrong))):
        Sizes(**wrong).check()


def test_sales_are_about_as_many_as_the_sizes_promise(demo):
    assert len(demo.sold) == pytest.approx(SIZES.expected_sales, rel=0.12)


def test_members_make_about_six_sales_in_ten(demo):
    members = sum(one.sale.customer is not None for one in demo.sold)
    assert 0.5 < members / len(demo.sold) < 0.68


def test_sales_come_in_order_of_time_and_none_in_the_future(demo):
    moments = [one.sale.occurred_at for one in demo.sold]
    assert moments == sorted(moments)
    assert moments[0].date() == demo.span.first
    assert UNTIL - timedelta(hours=4) < moments[-1] < UNTIL
    assert all(one.refunded_at < UNTIL for one in demo.sold if one.refunded_at)


def test_no_sale_when_a_station_is_shut(demo):
    sites = {site.new.code: site for site in demo.chain.sites}
    assert any(site.opens > 0 for site in sites.values())
    for one in demo.sold:
        site = sites[one.sale.station]
        assert site.opens <= one.sale.occurred_at.hour < site.closes


def test_every_sale_has_a_name_of_its_own(demo):
    names = Counter((one.sale.station, one.sale.source, one.sale.source_ref) for one in demo.sold)
    assert max(names.values()) == 1


def test_nobody_fills_more_than_the_tank_holds(demo):
    people = who(demo)
    checked = 0
    for one in demo.sold:
        person = people.get(claimed(one))
        line = one.sale.lines[0]
        if person is None or line.product not in fuel.LIQUID:
            continue
        grades = {line.product} | ({fuel.PETROL_98} if line.product == fuel.PETROL_95 else set())
        tanks = [car.tank for car in person.cars if car.grade in grades]
        assert Decimal(0) < line.quantity <= max(tanks)
        checked += 1
    assert checked > 1000


def test_figures_add_up_but_for_the_few_that_are_meant_not_to(demo):
    people = who(demo)
    flagged = 0
    for one in demo.sold:
        known = [object() if line.product in BY_CODE or len(line.product) <= 3 else None for line in one.sale.lines]
        flags = sales.flags_of(one.sale, known)
        stranger = one.sale.customer is not None and claimed(one) not in people
        if flags or stranger:
            flagged += 1
            assert UNTIL - one.sale.occurred_at < timedelta(days=11)
            assert set(flags) <= {Flag.UNKNOWN_PRODUCT, Flag.AMOUNT_MISMATCH, Flag.TENDER_MISMATCH}
    assert 0 < flagged < len(demo.sold) * 0.005


def test_those_who_stop_are_not_seen_again(demo):
    people = who(demo)
    last = {}
    for one in demo.sold:
        person = people.get(claimed(one))
        if person is not None:
            last[person.index] = (one.sale.occurred_at.date() - demo.span.first).days
    stopped = [member for member in demo.members if member.life.course == "stops" and member.double_of is None]
    assert len(stopped) > 20
    for member in stopped:
        assert last.get(member.index, 0) < member.life.turn


def test_those_who_turn_come_less_and_those_who_return_are_away(demo):
    people = who(demo)
    days = defaultdict(list)
    for one in demo.sold:
        person = people.get(claimed(one))
        if person is not None:
            days[person.index].append((one.sale.occurred_at.date() - demo.span.first).days)
    before = after = 0.0
    for member in demo.members:
        life, seen = member.life, days[member.index]
        if life.course == "returns":
            assert not [day for day in seen if life.turn <= day < life.back]
        if life.course == "slows" and member.double_of is None:
            start = max(0, member.joined_day)
            before += sum(day < life.turn for day in seen) / max(1, life.turn - start)
            after += sum(day >= life.turn for day in seen) / max(1, demo.span.days - life.turn)
    assert 0 < after < 0.8 * before


def test_nobody_buys_before_joining(demo):
    people = who(demo)
    for one in demo.sold:
        person = people.get(claimed(one))
        assert person is None or person.joined <= one.sale.occurred_at


def test_phones_plates_and_cards_keep_the_rules_and_are_each_somebodys(demo):
    plates = [car.plate for member in demo.members for car in member.cars]
    claims = [claim for member in demo.members for claim in member.claims]
    phones = [claim.phone for claim in claims if claim.phone]
    assert len(set(plates)) == len(plates)
    assert len(set(phones)) == len(phones)
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(phone, "CN")) for phone in phones)
    assert all(customers.normal_plate(plate) == plate for plate in plates)
    assert all(customers.normal_card(claim.card) for claim in claims if claim.card)


def test_hybrids_and_electric_cars_bear_green_plates_and_lorries_take_diesel(demo):
    for member in demo.members:
        for car in member.cars:
            green = car.grade == fuel.CHARGE or "DM-i" in car.model or car.model in {"理想L7", "问界M7"}
            assert customers.plate_kind(car.plate) == (PlateKind.NEW_ENERGY if green else PlateKind.ORDINARY)
            assert (car.grade == fuel.DIESEL_0) or car.usage != "heavy"


def test_intervals_are_those_of_people_who_drive(demo):
    private = sorted(usual_interval(car) for member in demo.members for car in member.cars if car.usage == "private")
    assert 9 < private[len(private) // 2] < 35


def test_goods_have_valid_codes_of_china_and_fuel_has_believable_prices(demo):
    for good in GOODS:
        assert len(good.code) == 13
        assert good.code.startswith("69")
        assert ean13(good.code[:12]) == good.code
    for _, levels in demo.trade.fuel_prices.changes:
        assert 700 <= levels[fuel.PETROL_92] <= 820
        assert levels[fuel.DIESEL_0] < levels[fuel.PETROL_92] < levels[fuel.PETROL_95] < levels[fuel.PETROL_98]


def test_fuel_prices_change_at_midnight_ten_working_days_apart(demo):
    moments = [moment for moment, _ in demo.trade.fuel_prices.changes[1:]]
    windows = [(moment - timedelta(days=1)).date() for moment in moments]
    for window in windows:
        assert seasons.is_working_day(window)
    for earlier, later in pairwise(windows):
        working = sum(
            seasons.is_working_day(earlier + timedelta(days=ahead + 1)) for ahead in range((later - earlier).days)
        )
        assert working % 10 == 0
    assert all(moment.hour == moment.minute == 0 for moment in moments)


def test_one_change_of_price_is_announced_for_the_near_future(demo):
    prices = stock.prices(demo.chain, demo.trade.fuel_prices, demo.trade.shop_prices)
    coming = {price.effective_from for price in prices if price.effective_from > UNTIL}
    assert len(coming) == 1
    assert coming.pop() < UNTIL + timedelta(days=30)


def test_sales_bear_the_price_in_force(demo):
    prices = stock.prices(demo.chain, demo.trade.fuel_prices, demo.trade.shop_prices)
    history = defaultdict(list)
    for price in sorted(prices, key=lambda price: price.effective_from):
        history[price.product, price.station].append((price.effective_from, price.price))
    for one in demo.sold[:: len(demo.sold) // 500]:
        for line in one.sale.lines:
            own = history.get((line.product, one.sale.station)) or history.get((line.product, ""))
            if own:
                assert line.unit_price == [price for since, price in own if since <= one.sale.occurred_at][-1]


def test_spring_festival_fills_the_motorway_and_empties_the_lorry_stations():
    days = seasons.days(Span.ending(datetime(2026, 4, 1, tzinfo=UTC), 120), 1)
    festival = [day for day in days if day.holiday == "Spring Festival"]
    plain = [day for day in days if not day.holiday and day.date.month == 3]
    assert len(festival) >= 7

    def mean(which, character):
        return sum(day.trade[character] for day in which) / len(which)

    assert mean(festival, "highway") > 1.2 * mean(plain, "highway")
    assert mean(festival, "truck") < 0.5 * mean(plain, "truck")


def test_more_water_is_sold_in_summer(demo):
    water = {good.code for good in GOODS if good.category == "WATER"}
    by_month, sales_of = Counter(), Counter()
    for one in demo.sold:
        month = one.sale.occurred_at.month
        sales_of[month] += 1
        by_month[month] += sum(line.product in water for line in one.sale.lines)
    assert by_month[7] / sales_of[7] > 1.3 * by_month[11] / sales_of[11]


def test_what_is_left_of_the_day_is_not_made_up():
    """The day of the end has the hours so far; the hours to come are missing, not moved."""
    morning = make(Sizes(stations=4, customers=400, days=3), datetime(2026, 11, 18, 9, 0, tzinfo=CHINA))
    evening = make(Sizes(stations=4, customers=400, days=3), datetime(2026, 11, 18, 23, 0, tzinfo=CHINA))
    today = datetime(2026, 11, 18, tzinfo=CHINA).date()
    so_far = [one for one in morning.sold if one.sale.occurred_at.date() == today]
    by_evening = [one for one in evening.sold if one.sale.occurred_at.date() == today]
    assert 0 < len(so_far) < len(by_evening)
