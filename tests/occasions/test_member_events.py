"""Member events: places, the waiting list, what signing up costs, checking in, cancelling, merging."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connection
from msgspec.structs import replace

from forecourt.customers import services as customers
from forecourt.kernel import clock, readers, sql
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.loyalty import services as loyalty
from forecourt.occasions import queries, services
from forecourt.occasions.models import MemberEvent, SignUp
from forecourt.occasions.values import EventState, SignUpState
from tests.occasions.conftest import an_event, furnished, opened, serving_first, set_back
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    Chain,
    ago,
    catch_up,
    events,
    everything_proves,
    lots,
    phone,
    points,
)


@pytest.fixture
def chain(committed) -> Chain:
    return furnished()


def join(event_id: int, customer_id: int) -> SignUpState:
    return services.sign_up(HEAD_OFFICE, event_id, customer_id).state


def leave(event_id: int, customer_id: int) -> None:
    services.cancel_sign_up(HEAD_OFFICE, event_id, customer_id)


def states(event_id: int) -> list[str]:
    return list(SignUp.objects.filter(event_id=event_id).order_by("id").values_list("state", flat=True))


def begin(event_id: int, hours: float = 1) -> None:
    """Let an event begin so many hours ago."""
    by = (MemberEvent.objects.get(id=event_id).starts_at - clock.now()).total_seconds() / 86400 + hours / 24
    for column in ("starts_at", "ends_at", "closes_at"):
        set_back("occasions_event", column, by, id=event_id)


def give(customer_id: int, count: int) -> None:
    loyalty.adjust_points(HEAD_OFFICE, customer_id, count, "测试")


def test_who_comes_late_waits_and_moves_up_when_somebody_cancels(chain):
    first, second, third, fourth = chain.enrol(4)
    event = opened(places=2)
    assert [join(event, one) for one in (first, second, third, fourth)] == ["going", "going", "waiting", "waiting"]
    assert join(event, first) == "going"
    view = queries.member_event(event)
    assert (view.going, view.waiting, view.left) == (2, 2, 0)
    assert [one.place_in_line for one in queries.sign_ups(event)] == [0, 0, 1, 2]
    leave(event, first)
    leave(event, first)
    catch_up()
    assert states(event) == ["cancelled", "going", "going", "waiting"]
    assert [one["customer_id"] for one in events("member_event.moved_up.v1")] == [third]
    assert join(event, first) == "waiting"
    leave(event, fourth)
    catch_up()
    assert states(event) == ["cancelled", "going", "going", "cancelled", "waiting"]
    everything_proves()


def test_a_place_that_came_free_belongs_to_who_waits_not_to_who_comes(chain):
    first, second, third = chain.enrol(3)
    event = opened(places=1)
    join(event, first), join(event, second)
    leave(event, first)
    assert join(event, third) == "waiting"
    catch_up()
    assert states(event) == ["cancelled", "going", "waiting"]


def test_more_places_go_to_who_waits(chain):
    members = chain.enrol(4)
    event = opened(places=1)
    for one in members:
        join(event, one)
    starts_at = queries.member_event(event).starts_at
    services.change_event(HEAD_OFFICE, event, an_event(places=3, starts_at=starts_at))
    catch_up()
    assert states(event) == ["going", "going", "going", "waiting"]
    with pytest.raises(Invalid, match="3 are taken already"):
        services.change_event(HEAD_OFFICE, event, an_event(places=2, starts_at=starts_at))
    with pytest.raises(Invalid, match="cannot change any more"):
        services.change_event(HEAD_OFFICE, event, an_event(places=3, cost=1, starts_at=starts_at))


def test_signing_up_costs_points_which_come_back_to_their_lots(chain):
    rich, poor, waiting = chain.enrol(3)
    give(rich, 100), give(waiting, 60)
    before = lots(rich)
    event = opened(places=1, cost=60)
    assert join(event, rich) == "going"
    assert points(rich) == 40
    assert join(event, poor) == "waiting"
    assert join(event, waiting) == "waiting"
    assert points(waiting) == 60
    leave(event, rich)
    assert lots(rich) == before
    catch_up()
    assert states(event) == ["cancelled", "cancelled", "going"]
    assert [one["reason"] for one in events("member_event.sign_up_cancelled.v1")] == ["member", "points"]
    assert points(waiting) == 0
    with pytest.raises(Conflict, match="costs 60 points; 0 can be spent"):
        join(opened(cost=60), poor)
    assert SignUp.objects.count() == 3
    everything_proves()


def a_household(chain: Chain, size: int) -> list[int]:
    """Members of one household, whose points the programme lets them share."""
    chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(1))
    members = chain.enrol(size)
    customers.make_household(HEAD_OFFICE, "", members)
    return members


@pytest.mark.parametrize("who", ["member", "organiser"])
def test_what_others_of_the_household_paid_goes_back_into_their_lots(chain, who):
    joins, pays = a_household(chain, 2)
    give(joins, 10), give(pays, 100)
    sql.run("UPDATE loyalty_entry SET expires_on = current_date + 90 WHERE points > 0")
    before = lots(joins), lots(pays)
    event = opened(cost=60)
    assert join(event, joins) == "going"
    assert points(joins) + points(pays) == 50
    if who == "member":
        leave(event, joins)
        leave(event, joins)
    else:
        services.cancel_event(HEAD_OFFICE, event, "台风")
    assert (lots(joins), lots(pays)) == before
    assert join(opened(cost=110), pays) == "going"
    everything_proves()


def test_who_moves_up_on_points_of_the_household_gives_them_back_too(chain):
    joins, pays = a_household(chain, 2)
    (first,) = chain.enrol()
    give(pays, 100), give(first, 60)
    event = opened(places=1, cost=60)
    join(event, first), join(event, joins)
    leave(event, first)
    catch_up()
    assert (points(joins), points(pays)) == (0, 40)
    customers.merge_customers(HEAD_OFFICE, first, pays)
    catch_up()
    leave(event, joins)
    assert (points(joins), points(first)) == (0, 160)
    everything_proves()


def in_tier(customer_id: int, tier: str) -> None:
    """Put a member into a tier, whose balance is opened by the event log's reader."""
    catch_up()
    sql.run("UPDATE loyalty_balance SET tier = %(tier)s WHERE customer_id = %(id)s", {"tier": tier, "id": customer_id})


def test_members_who_are_served_first_move_up_first(chain):
    """Among them, and among all others, who signed up first; the place in line says so from the beginning."""
    chain.publish(serving_first("gold"))
    going, basic, gold, silver, later_gold = chain.enrol(5)
    in_tier(gold, "gold"), in_tier(later_gold, "gold"), in_tier(silver, "silver")
    event = opened(places=1)
    for one in (going, basic, gold, silver, later_gold):
        join(event, one)
    found = {one.customer_id: one for one in queries.sign_ups(event)}
    assert [found[one].place_in_line for one in (going, basic, gold, silver, later_gold)] == [0, 3, 1, 4, 2]
    assert [one for one in found if found[one].has_priority] == [gold, later_gold]
    starts_at = queries.member_event(event).starts_at
    moved = []
    for places in (2, 3, 4, 5):
        services.change_event(HEAD_OFFICE, event, an_event(places=places, starts_at=starts_at))
        catch_up()
        moved.append([one["customer_id"] for one in events("member_event.moved_up.v1")][-1])
    assert moved == [gold, later_gold, basic, silver]
    everything_proves()


def test_the_tier_of_today_and_of_who_the_member_is_now_counts(chain):
    chain.publish(serving_first("gold"))
    going, first, second, other = chain.enrol(4)
    event = opened(places=1)
    join(event, going), join(event, first), join(event, second)
    in_tier(second, "gold")
    assert [one.place_in_line for one in queries.sign_ups(event)] == [0, 2, 1]
    customers.merge_customers(HEAD_OFFICE, other, second, "同一人")
    catch_up()
    in_tier(other, "basic")
    assert [(one.place_in_line, one.has_priority) for one in queries.sign_ups(event)] == [
        (0, False),
        (1, False),
        (2, False),
    ]
    in_tier(other, "gold")
    leave(event, going)
    catch_up()
    assert [one["customer_id"] for one in events("member_event.moved_up.v1")] == [other]


def test_priority_changes_nothing_for_who_has_too_few_points(chain):
    chain.publish(serving_first("gold"))
    going, basic, gold = chain.enrol(3)
    give(going, 50), give(basic, 50), in_tier(gold, "gold")
    event = opened(places=1, cost=50)
    for one in (going, basic, gold):
        join(event, one)
    leave(event, going)
    catch_up()
    assert states(event) == ["cancelled", "going", "cancelled"]
    everything_proves()


def test_without_a_waiting_list_the_last_place_is_the_last(chain):
    first, second = chain.enrol(2)
    event = opened(places=1, has_waiting_list=False)
    join(event, first)
    with pytest.raises(Conflict, match="All 1 places are taken"):
        join(event, second)
    leave(event, first)
    assert join(event, second) == "going"


def test_checking_in_gives_points_once_by_code_phone_or_number(chain):
    first, second, third, stranger = chain.enrol(4)
    event = opened(points=50)
    code = services.sign_up(HEAD_OFFICE, event, first).code
    join(event, second), join(event, third)
    with pytest.raises(Conflict, match="too early"):
        services.check_in(HEAD_OFFICE, event, code)
    begin(event)
    done = services.check_in(HEAD_OFFICE, event, f" {code[:4].lower()}-{code[4:]}")
    assert (done.sign_up.customer_id, done.points, done.was_there) == (first, 50, False)
    again = services.check_in(HEAD_OFFICE, event, code)
    assert (again.points, again.was_there) == (0, True)
    assert services.check_in(HEAD_OFFICE, event, phone(2)).sign_up.customer_id == second
    assert services.check_in(HEAD_OFFICE, event, f"#{third}").sign_up.customer_id == third
    with pytest.raises(NotFound, match="Nobody who signed up"):
        services.check_in(HEAD_OFFICE, event, f"#{stranger}")
    with pytest.raises(Invalid):
        services.check_in(HEAD_OFFICE, event, "  ")
    assert [points(one) for one in (first, second, third, stranger)] == [50, 50, 50, 0]
    with pytest.raises(Conflict, match="Sign-up has ended"):
        join(event, stranger)
    with pytest.raises(Conflict, match="checked in already"):
        services.cancel_event(HEAD_OFFICE, event, "下雨")
    everything_proves()


def test_who_did_not_come_is_noted_a_day_later(chain):
    first, second, third = chain.enrol(3)
    event = opened(places=2)
    for one in (first, second, third):
        join(event, one)
    begin(event)
    services.check_in(HEAD_OFFICE, event, f"#{first}")
    with pytest.raises(Conflict, match="waiting list"):
        services.check_in(HEAD_OFFICE, event, f"#{third}")
    with pytest.raises(Conflict, match="cannot be cancelled any more"):
        leave(event, second)
    assert services.close_events(SYSTEM) == 0
    begin(event, 48)
    assert services.close_events(SYSTEM) == 1
    assert services.close_events(SYSTEM) == 0
    assert states(event) == ["attended", "absent", "cancelled"]
    assert [one["customer_id"] for one in events("member_event.missed.v1")] == [second]
    with pytest.raises(Conflict, match="over or cancelled"):
        services.check_in(HEAD_OFFICE, event, f"#{second}")
    with pytest.raises(Conflict, match="taken place"):
        leave(event, first)
    everything_proves()


def test_calling_an_event_off_gives_everything_back(chain):
    first, second, third = chain.enrol(3)
    give(first, 30), give(second, 30)
    before = [lots(one) for one in (first, second)]
    event = opened(places=2, cost=30)
    for one in (first, second, third):
        join(event, one)
    assert services.cancel_event(HEAD_OFFICE, event, "台风") == 3
    assert [lots(one) for one in (first, second)] == before
    assert states(event) == ["cancelled"] * 3
    assert queries.member_event(event).state is EventState.CANCELLED
    with pytest.raises(Conflict):
        services.cancel_event(HEAD_OFFICE, event, "台风")
    with pytest.raises(Conflict, match="not announced"):
        join(event, first)
    catch_up()
    assert [one["reason"] for one in events("member_event.sign_up_cancelled.v1")] == ["event"] * 3
    everything_proves()


def test_cancelling_takes_the_same_statements_for_any_number(chain):
    counts = []
    for size in (2, 30):
        members = chain.enrol(size)
        event = opened(cost=5)
        for one in members:
            give(one, 5)
            join(event, one)
        with sql.watching() as statements:
            services.cancel_event(HEAD_OFFICE, event, "下雨")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_only_tiers_and_tags_that_are_asked_may_sign_up(chain):
    first, second = chain.enrol(2)
    catch_up()
    customers.set_tags(HEAD_OFFICE, first, ["亲子"])
    event = opened(tags=("亲子",), tiers=("basic", "gold"))
    assert join(event, first) == "going"
    with pytest.raises(Conflict, match="certain tags"):
        join(event, second)
    with pytest.raises(Conflict, match="other tiers"):
        join(opened(tiers=("gold",)), first)
    customers.block_customer(HEAD_OFFICE, second, "欠款")
    with pytest.raises(Conflict, match="blocked"):
        join(opened(), second)
    with pytest.raises(NotFound):
        join(event, 10**9)
    with pytest.raises(NotFound):
        join(10**9, first)


def test_a_draft_takes_no_sign_ups_and_an_announced_event_is_told(chain):
    (member,) = chain.enrol()
    event = services.make_event(HEAD_OFFICE, an_event(station="S001", place=""))
    with pytest.raises(Conflict, match="not announced"):
        join(event, member)
    services.open_event(HEAD_OFFICE, event)
    services.open_event(HEAD_OFFICE, event)
    assert [one["event_id"] for one in events("member_event.opened.v1")] == [event]
    with pytest.raises(Invalid, match="there is no station S999"):
        services.make_event(HEAD_OFFICE, an_event(station="S999"))
    with pytest.raises(Invalid, match="say where"):
        services.make_event(HEAD_OFFICE, an_event(place=""))
    past = services.make_event(HEAD_OFFICE, an_event(starts_at=clock.now() - timedelta(days=2)))
    with pytest.raises(Invalid, match="lies in the past"):
        services.open_event(HEAD_OFFICE, past)


def test_a_station_manager_keeps_to_their_stations(chain):
    may = frozenset({"occasions.edit_events", "occasions.check_in", "occasions.sign_up", "occasions.view"})
    elsewhere = Actor(kind="staff", name="m", permissions=may, stations=frozenset({chain.station.id + 1}))
    here = Actor(kind="staff", name="h", permissions=may, stations=frozenset({chain.station.id}))
    event = opened(station="S001", place="")
    for command in (
        lambda: services.make_event(elsewhere, an_event(station="S001")),
        lambda: services.make_event(elsewhere, an_event()),
        lambda: services.change_event(elsewhere, event, an_event(station="S001")),
        lambda: services.open_event(elsewhere, event),
        lambda: services.cancel_event(elsewhere, event, "x"),
        lambda: services.check_in(elsewhere, event, "x"),
        lambda: services.close_events(Actor(kind="staff", name="n")),
    ):
        with pytest.raises(NotAllowed):
            command()
    assert services.cancel_event(here, event, "下雨") == 0


def test_merged_members_keep_one_sign_up_and_get_the_other_back(chain):
    first, second, third = chain.enrol(3)
    give(first, 20), give(second, 20)
    event = opened(places=2, cost=20, points=7)
    for one in (first, second, third):
        join(event, one)
    customers.merge_customers(HEAD_OFFICE, first, second)
    catch_up()
    assert states(event) == ["going", "cancelled", "cancelled"]  # the third cannot pay for the place that came free
    assert points(first) == 20
    begin(event)
    assert services.check_in(HEAD_OFFICE, event, f"#{second}").points == 7
    assert points(first) == 27
    assert services.check_in(HEAD_OFFICE, event, f"#{first}").was_there
    everything_proves()


def test_a_survivor_leaves_and_gets_back_what_the_merged_one_paid(chain):
    first, second = chain.enrol(2)
    give(second, 20)
    event = opened(cost=20)
    join(event, second)
    customers.merge_customers(HEAD_OFFICE, first, second)
    catch_up()
    leave(event, first)
    assert points(first) == 20
    everything_proves()


def at_once(work: list) -> None:
    """Run these at once, each with a connection of its own."""
    gate = threading.Barrier(len(work))

    def run(one) -> None:
        gate.wait()
        try:
            one()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_of_two_who_take_the_last_place_at_once_one_gets_it_200_times(chain):
    members = chain.enrol(2)
    answers: list[str] = []

    waiting = [opened(places=1, has_waiting_list=bool(number % 2)) for number in range(200)]
    both = threading.Barrier(2, timeout=60)

    def take(customer_id: int) -> None:
        for event in waiting:
            both.wait()
            try:
                answers.append(services.sign_up(HEAD_OFFICE, event, customer_id).state.value)
            except Conflict:
                answers.append("full")

    at_once([lambda one=one: take(one) for one in members])
    assert answers.count("going") == 200
    assert (answers.count("full"), answers.count("waiting")) == (100, 100)


@pytest.mark.slow
def test_signing_up_cancelling_and_moving_up_at_once_never_exceed_the_places(chain):
    members = chain.enrol(12)
    for one in members:
        give(one, 1000)
    event = opened(places=4, cost=10, points=3)
    stop = threading.Event()

    def restless(customer_id: int) -> None:
        chance = random.Random(customer_id)
        for _ in range(12):
            if chance.random() < 0.6:
                services.sign_up(HEAD_OFFICE, event, customer_id)
            else:
                try:
                    services.cancel_sign_up(HEAD_OFFICE, event, customer_id)
                except NotFound:
                    continue

    def reader() -> None:
        while not stop.is_set():
            readers.advance_all(seconds=1)
            stop.wait(0.02)
        connection.close()

    reading = threading.Thread(target=reader)
    reading.start()
    at_once([lambda one=one: restless(one) for one in members])
    stop.set()
    reading.join()
    catch_up()
    view = queries.member_event(event)
    assert view.going == min(4, view.going + view.waiting)
    assert sum(points(one) for one in members) == 12_000 - 10 * view.going
    everything_proves()


@pytest.mark.slow
def test_two_of_a_household_who_sign_up_and_cancel_at_once_never_wait_in_a_ring(chain):
    """The points are the third one's: each must hold its lock besides its own and the other's."""
    first, second, pays = a_household(chain, 3)
    give(pays, 100_000)
    waiting = [(opened(cost=5), opened(cost=5)) for _ in range(100)]
    both = threading.Barrier(2, timeout=60)
    done: list[int] = []

    def restless(customer_id: int, place: int) -> None:
        for pair in waiting:
            both.wait()
            services.sign_up(HEAD_OFFICE, pair[place], customer_id)
            both.wait()
            services.cancel_sign_up(HEAD_OFFICE, pair[place], customer_id)
            done.append(customer_id)

    at_once([lambda: restless(first, 0), lambda: restless(second, 1)])
    assert len(done) == 200
    assert points(pays) == 100_000
    everything_proves()
