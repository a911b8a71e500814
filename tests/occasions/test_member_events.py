"""Member events: who may come, checking in, who did not come, calling off, who looks after them."""

from datetime import timedelta

import pytest

from forecourt.customers import services as customers
from forecourt.kernel import clock, sql
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.occasions import queries, services
from forecourt.occasions.models import SignUp
from forecourt.occasions.values import EventState
from tests.occasions.at_events import begin, give, join, leave, states
from tests.occasions.conftest import an_event, announce, furnished, opened
from tests.sales.scenes import (
    HEAD_OFFICE,
    Chain,
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
    announce(event)
    with pytest.raises(Conflict, match="announced already"):
        services.submit_event(HEAD_OFFICE, event)
    assert [one["event_id"] for one in events("member_event.opened.v1")] == [event]
    with pytest.raises(Invalid, match="there is no station S999"):
        services.make_event(HEAD_OFFICE, an_event(station="S999"))
    with pytest.raises(Invalid, match="say where"):
        services.make_event(HEAD_OFFICE, an_event(place=""))
    past = services.make_event(HEAD_OFFICE, an_event(starts_at=clock.now() - timedelta(days=2)))
    with pytest.raises(Invalid, match="lies in the past"):
        services.submit_event(HEAD_OFFICE, past)


def test_a_station_manager_keeps_to_their_stations(chain):
    may = frozenset({"occasions.edit_events", "occasions.check_in", "occasions.sign_up", "occasions.view"})
    elsewhere = Actor(kind="staff", name="m", permissions=may, stations=frozenset({chain.station.id + 1}))
    here = Actor(kind="staff", name="h", permissions=may, stations=frozenset({chain.station.id}))
    event = opened(station="S001", place="")
    for command in (
        lambda: services.make_event(elsewhere, an_event(station="S001")),
        lambda: services.make_event(elsewhere, an_event()),
        lambda: services.change_event(elsewhere, event, an_event(station="S001")),
        lambda: services.submit_event(elsewhere, event),
        lambda: services.approve_event(elsewhere, event),
        lambda: services.cancel_event(elsewhere, event, "x"),
        lambda: services.check_in(elsewhere, event, "x"),
        lambda: services.close_events(Actor(kind="staff", name="n")),
    ):
        with pytest.raises(NotAllowed):
            command()
    assert services.cancel_event(here, event, "下雨") == 0


def test_who_is_blocked_or_was_noted_absent_is_not_checked_in_and_told_why(chain):
    first, second = chain.enrol(2)
    event = opened(points=50)
    join(event, first), join(event, second)
    begin(event)
    customers.block_customer(HEAD_OFFICE, first, "欠款")
    SignUp.objects.filter(customer_id=second).update(state="absent")
    with pytest.raises(Conflict, match="blocked"):
        services.check_in(HEAD_OFFICE, event, f"#{first}")
    with pytest.raises(Conflict, match="noted as absent"):
        services.check_in(HEAD_OFFICE, event, f"#{second}")
    assert [points(one) for one in (first, second)] == [0, 0]
