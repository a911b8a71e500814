"""Adjustments beyond the programme's limit: asked for by one, decided by another, once."""

import pytest
from msgspec.structs import replace

from forecourt.customers import services as customer_services
from forecourt.kernel import sql
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.loyalty import queries, services
from forecourt.loyalty.values import NegativeBalance
from forecourt.organisation import services as organisation
from forecourt.organisation.queries import company
from tests.loyalty.test_spending import give
from tests.sales.scenes import HEAD_OFFICE, events, everything_proves, flat_books_agree, points

SECOND = replace(HEAD_OFFICE, name="second")


def asked(chain, count: int = 500) -> tuple[int, int]:
    """A customer and the adjustment that waits for a second person."""
    (customer_id,) = chain.enrol()
    answer = services.adjust_points(HEAD_OFFICE, customer_id, count, " a mistake ")
    assert answer.adjustment_id is not None
    return customer_id, answer.adjustment_id


def test_up_to_the_limit_points_move_at_once(ruled):
    (customer_id,) = ruled(adjust_limit=100).enrol()
    for count in (100, -100):
        answer = services.adjust_points(HEAD_OFFICE, customer_id, count, "x")
        assert answer.adjustment_id is None
    assert queries.adjustments() == []
    assert queries.waiting_adjustments() == 0


def test_small_ones_count_together_by_customer_and_by_who_gives_them_within_a_day(ruled):
    chain = ruled(adjust_limit=1000)
    first, second, third = chain.enrol(3)
    third_person = replace(HEAD_OFFICE, name="third")
    key = replace(HEAD_OFFICE, kind="key", name="app")

    def waits(actor: Actor, customer_id: int, count: int) -> bool:
        return services.adjust_points(actor, customer_id, count, "x").adjustment_id is not None

    assert [waits(HEAD_OFFICE, first, 1000) for _ in range(3)] == [False, True, True]
    assert waits(SECOND, first, 1), "the customer had as much as one person may give"
    assert waits(HEAD_OFFICE, second, 1), "the person gave as much as may be given alone"
    assert not waits(HEAD_OFFICE, second, -400), "what is taken counts by itself"
    assert not waits(SECOND, second, 600)
    assert (waits(third_person, second, 400), waits(third_person, second, 1)) == (False, True)
    assert [waits(key, one, 500) for one in (third, third, third)] == [False, False, True]
    sql.run("UPDATE kernel_audit SET at = at - interval '1 day'")
    assert not waits(HEAD_OFFICE, first, 1000)
    assert points(first) == 2000
    flat_books_agree()


@pytest.mark.parametrize("count", [101, -101])
def test_beyond_it_they_wait_for_a_second_person(ruled, count):
    customer_id, waiting = asked(ruled(adjust_limit=100), count)
    assert points(customer_id) == 0
    assert queries.waiting_adjustments() == 1
    view = services.approve_adjustment(SECOND, waiting, " right ")
    assert (view.is_approved, view.decided_by, view.note) == (True, "staff:second", "right")
    assert points(customer_id) == count
    (entry,) = queries.entries([customer_id])
    assert (entry.reason, entry.actor, entry.origin) == ("a mistake", "staff:head-office", f"adjustment:{waiting}")
    assert [event["points"] for event in events("points.adjusted.v1")] == [count]
    assert [event["adjustment_id"] for event in events("points.adjustment_asked.v1")] == [waiting]
    actions = list(AuditEntry.objects.order_by("at", "id").values_list("action", "actor"))
    assert actions[-2:] == [
        ("points.ask_adjustment", "staff:head-office"),
        ("points.approve_adjustment", "staff:second"),
    ]
    flat_books_agree()


def test_a_refusal_says_why_and_moves_nothing(ruled):
    customer_id, waiting = asked(ruled(adjust_limit=100))
    with pytest.raises(Invalid) as caught:
        services.refuse_adjustment(SECOND, waiting, " ")
    assert list(caught.value.fields) == ["note"]
    assert services.refuse_adjustment(SECOND, waiting, "no receipt").is_approved is False
    assert points(customer_id) == 0
    assert [event["note"] for event in events("points.adjustment_refused.v1")] == ["no receipt"]
    assert [view.id for view in queries.adjustments(waiting=False)] == [waiting]
    assert queries.adjustments(waiting=True) == []


def test_nobody_decides_about_what_they_asked_for(ruled):
    _, waiting = asked(ruled(adjust_limit=100))
    for decide in (services.approve_adjustment, services.refuse_adjustment):
        with pytest.raises(NotAllowed, match="a second person must decide"):
            decide(HEAD_OFFICE, waiting, "x")
        with pytest.raises(NotAllowed, match=r"loyalty\.approve_adjustment"):
            decide(Actor(kind="staff", name="E1", permissions=frozenset({"loyalty.adjust_points"})), waiting, "x")


def test_what_was_decided_is_not_decided_again(ruled):
    customer_id, waiting = asked(ruled(adjust_limit=100))
    services.approve_adjustment(SECOND, waiting)
    for decide in (services.approve_adjustment, services.refuse_adjustment):
        with pytest.raises(Conflict, match="decided already, by second"):
            decide(SECOND, waiting, "x")
        with pytest.raises(NotFound):
            decide(SECOND, 4711, "x")
    assert points(customer_id) == 500


def test_where_nobody_owes_it_is_looked_at_when_asked_and_when_approved(ruled):
    chain = ruled(adjust_limit=100, negative_balance=NegativeBalance.FORGIVE)
    (customer_id,) = chain.enrol()
    with pytest.raises(Invalid, match="there are"):
        services.adjust_points(HEAD_OFFICE, customer_id, -101, "x")
    give(customer_id, 200)
    waiting = services.adjust_points(HEAD_OFFICE, customer_id, -150, "x").adjustment_id
    services.adjust_points(HEAD_OFFICE, customer_id, -100, "x")
    with pytest.raises(Invalid, match="150 is more than the 100 there are"):
        services.approve_adjustment(SECOND, waiting)
    assert [view.id for view in queries.adjustments(waiting=True)] == [waiting]


def test_the_points_of_a_customer_merged_meanwhile_go_to_the_survivor(real_chain):
    programme = queries.programme_at(queries.BEGINNING)
    real_chain.publish(replace(programme, version=0, adjust_limit=100))
    customer_id, waiting = asked(real_chain)
    (survivor,) = real_chain.enrol()
    customer_services.merge_customers(HEAD_OFFICE, survivor, customer_id, "the same")
    services.approve_adjustment(SECOND, waiting)
    everything_proves()
    assert points(survivor) == 500


def test_where_one_person_may_do_both_who_asked_decides(ruled):
    customer_id, waiting = asked(ruled(adjust_limit=100))
    organisation.set_company(HEAD_OFFICE, replace(company(), solo_approval=True))
    assert services.approve_adjustment(HEAD_OFFICE, waiting).is_approved
    assert points(customer_id) == 500
    another = services.adjust_points(HEAD_OFFICE, customer_id, -200, "x").adjustment_id
    assert services.refuse_adjustment(HEAD_OFFICE, another, "a mistake").is_approved is False
    assert points(customer_id) == 500
