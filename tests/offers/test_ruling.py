"""How all offers combine and margin floors, handed in by one person and let by another: what holds stays until then."""

from datetime import timedelta
from decimal import Decimal

import pytest

from forecourt.kernel import clock, reviews, rights, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed
from forecourt.kernel.values import Outcome
from forecourt.offers import queries, services
from forecourt.offers.rules.language import Policy
from forecourt.offers.values import FLOORS_SUBJECT, POLICY_SUBJECT, FloorChange, RuleState
from forecourt.organisation import services as organisation
from forecourt.organisation.values import CompanyFacts, Role
from tests.sales.scenes import WATER, ago, flat_books_agree, open_chain, set_floor
from tests.sales.test_offers import costs, per_litre, post, publish

HALF = Policy(most_percent=Decimal(50))
ONE = Policy(most_offers=1, most_percent=Decimal(60))


def somebody(name: str, role: Role) -> Actor:
    return Actor(kind="staff", id=7, name=name, permissions=rights.permissions_of([role]))


MAKER, CHIEF = somebody("maker", Role.MARKETER), somebody("chief", Role.HEAD_OFFICE)
CLERK = somebody("clerk", Role.STATION_MANAGER)


@pytest.fixture
def chain(db):
    return open_chain()


def held() -> Policy:
    return queries.offers().policy_at(clock.now())


def floor(product: str, margin: str | None = None, station: str = "") -> FloorChange:
    return FloorChange(product=product, station=station, margin=None if margin is None else Decimal(margin))


def said(**of_policy) -> list[tuple[str, str]]:
    return [(one.product, str(one.margin)) for one in queries.floors_at(CHIEF, **of_policy)]


def approve(*changes: FloorChange) -> None:
    services.draft_floors(MAKER, changes)
    services.submit_floors(MAKER)
    services.approve_floors(CHIEF)


def test_how_offers_combine_holds_once_somebody_else_has_approved_it(chain):
    services.draft_policy(MAKER, HALF)
    services.submit_policy(MAKER, " at most half ")
    assert held() == Policy()
    for actor in (MAKER, Actor(kind="staff", id=1, name="maker", everything=True)):
        with pytest.raises(NotAllowed):
            services.approve_policy(actor)
    services.approve_policy(CHIEF)
    assert held() == HALF
    assert queries.draft_policy() is None
    (review,) = queries.decided_policies(MAKER)
    assert (review.note, review.submitted_by, review.decided_by) == ("at most half", "staff:maker", "staff:chief")
    found = AuditEntry.objects.filter(subject=POLICY_SUBJECT).order_by("id").values_list("action", flat=True)
    assert list(found) == ["offers.draft", "offers.submit", "offers.approve"]


def test_what_was_sold_before_keeps_how_offers_combined_then(chain):
    publish(per_litre(off="5.00"))
    services.draft_policy(MAKER, Policy(most_percent=Decimal(10)))
    services.submit_policy(MAKER)
    services.approve_policy(CHIEF)
    assert str(post(chain, "1", None).totals.discount) == "100.00"
    assert str(post(chain, "2", None, occurred_at=ago(-0.001)).totals.discount) == "15.30"


def test_a_policy_is_announced_and_holds_from_its_moment_on(chain):
    soon = clock.now() + timedelta(days=2)
    services.draft_policy(MAKER, HALF)
    with pytest.raises(Invalid) as caught:
        services.submit_policy(MAKER, valid_from=ago(1))
    assert list(caught.value.fields) == ["valid_from"]
    services.submit_policy(MAKER, valid_from=soon)
    assert queries.draft_policy().valid_from == soon
    assert services.approve_policy(CHIEF) == soon
    assert (held(), queries.offers().policy_at(soon)) == (Policy(), HALF)
    services.draft_policy(MAKER, ONE)
    services.submit_policy(MAKER)
    services.approve_policy(CHIEF)
    assert [(one.policy, one.state) for one in queries.policies(CHIEF)] == [
        (HALF, RuleState.ANNOUNCED),
        (ONE, RuleState.IN_FORCE),
    ]


def test_what_is_in_review_stays_and_comes_back_with_a_reason_or_withdrawn(chain):
    services.draft_policy(MAKER, HALF)
    services.submit_policy(MAKER)
    for again in (lambda: services.draft_policy(MAKER, ONE), lambda: services.submit_policy(MAKER)):
        with pytest.raises(Conflict):
            again()
    with pytest.raises(NotAllowed):
        services.refuse_policy(MAKER, "no")
    services.refuse_policy(CHIEF, "too little")
    assert (held(), queries.draft_policy().policy, queries.draft_policy().review) == (Policy(), HALF, None)
    services.draft_policy(MAKER, ONE)
    services.submit_policy(MAKER)
    services.withdraw_policy(MAKER)
    with pytest.raises(Conflict):
        services.approve_policy(CHIEF)
    assert [one.outcome for one in queries.decided_policies(CHIEF)] == [Outcome.WITHDRAWN, Outcome.REFUSED]


def test_drafting_what_holds_anyhow_throws_the_draft_away(chain):
    services.draft_policy(MAKER, HALF)
    services.draft_policy(MAKER, Policy())
    assert queries.draft_policy() is None
    with pytest.raises(Conflict):
        services.submit_policy(MAKER)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Policy(most_offers=101), "most_offers"),
        (Policy(most_offers=-1), "most_offers"),
        (Policy(most_percent=Decimal(0)), "most_percent"),
        (Policy(most_percent=Decimal("100.1")), "most_percent"),
        (Policy(most_percent=Decimal("NaN")), "most_percent"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(chain, wrong, field):
    with pytest.raises(Invalid) as caught:
        services.draft_policy(MAKER, wrong)
    assert list(caught.value.fields) == [field]


def test_one_person_does_both_where_the_company_says_so(chain):
    services.draft_policy(CHIEF, HALF)
    services.submit_policy(CHIEF)
    with pytest.raises(NotAllowed):
        services.approve_policy(CHIEF)
    organisation.set_company(CHIEF, CompanyFacts(name="Alone", solo_approval=True))
    services.approve_policy(CHIEF)
    assert held() == HALF


def test_who_may_not_or_acts_for_one_station_changes_no_rules(chain):
    here = Actor(kind="staff", id=1, name="here", everything=True, stations=frozenset({chain.station.id}))
    for actor in (CLERK, here):
        with pytest.raises(NotAllowed):
            services.draft_policy(actor, HALF)
        with pytest.raises(NotAllowed):
            services.draft_floors(actor, [floor("92", "0.20")])


def test_floors_are_handed_in_together_and_hold_once_approved(chain):
    services.draft_floors(MAKER, [floor("92", "0.20"), floor(WATER, "-0.5", "S001")])
    services.draft_floor(MAKER, floor("92", "0.25"))
    services.submit_floors(MAKER, "summer")
    assert said() == []
    with pytest.raises(Conflict):
        services.draft_floor(MAKER, floor("95", "0.25"))
    services.approve_floors(CHIEF)
    assert said() == [(WATER, "-0.5000"), ("92", "0.2500")]
    assert queries.draft_floors() is None
    (review,) = queries.decided_floors(MAKER)
    assert [one["margin"] for one in review.body["changes"]] == ["0.25", "-0.5"]
    assert [one.get("margin") for one in review.before] == [None, None]


def test_a_floor_ends_and_that_of_everywhere_holds_again(chain):
    publish(per_litre(off="1.00"))
    costs("92", "7.20")
    set_floor("92", "0.15", at=ago(40))
    set_floor("92", "0.35", at=ago(30), station="S001")
    assert str(post(chain, "1", None, occurred_at=ago(1)).totals.discount) == "2.00"
    set_floor("92", None, at=ago(0.5), station="S001")
    assert str(post(chain, "2", None, occurred_at=ago(0.3)).totals.discount) == "6.00"
    set_floor("92", None, at=ago(0.1))
    assert str(post(chain, "3", None, occurred_at=ago(0)).totals.discount) == "20.00"
    assert said() == []
    assert [one.margin for one in queries.floor_history(CHIEF, product="92")][:2] == [None, None]
    with pytest.raises(Invalid, match="could end"):
        services.draft_floor(MAKER, floor("92"))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (floor("none", "1"), "1.product"),
        (floor("95", "1", "none"), "1.station"),
        (floor("95", "1.00001"), "1.margin"),
        (floor("95", "10000"), "1.margin"),
        (floor("95", "Infinity"), "1.margin"),
        (floor("95"), "1.margin"),
        (floor("92", "0.3"), "1.product"),
    ],
)
def test_floors_that_cannot_be_are_refused_by_their_place(chain, wrong, field):
    with pytest.raises(Invalid) as caught:
        services.draft_floors(MAKER, [floor("92", "0.20"), wrong])
    assert list(caught.value.fields) == [field]
    assert queries.draft_floors() is None


def test_a_draft_of_floors_is_taken_apart_again(chain):
    services.draft_floors(MAKER, [floor("92", "0.20"), floor("95", "0.20")])
    services.drop_floor(MAKER, "92")
    assert [one.product for one in queries.draft_floors().changes] == ["95"]
    services.drop_floor(MAKER, "95")
    assert queries.draft_floors() is None
    assert reviews.open_review(FLOORS_SUBJECT) is None


def test_floors_as_they_would_be_are_told_before_they_hold(chain):
    costs("92", "7.20")
    set_floor("92", "0.15", at=ago(40))
    services.draft_floor(MAKER, floor("92", "0.35", "S001"))
    product = queries.floors_at(CHIEF)[0].product_id
    drafted = queries.floors_with(queries.draft_floors().changes)
    seen = stamps.read()
    now = queries.floors(seen.get("offers", 0), seen.get("catalogue", 0))
    for moment in (ago(39), clock.now()):
        assert drafted.price(chain.station.id, product, moment) == Decimal("7.55")
        assert now.price(chain.station.id, product, moment) == Decimal("7.35")


def test_a_floor_without_a_cost_at_some_of_its_stations_is_told(chain):
    set_floor("92", "0.15", at=ago(40))
    product = queries.floors_at(CHIEF)[0].product_id

    def unheld(*stations: int) -> bool:
        seen = stamps.read()
        return product in queries.floors(seen.get("offers", 0), seen.get("catalogue", 0)).without_cost(
            clock.now(), stations
        )

    assert unheld(chain.station.id)
    costs("92", "7.20")
    assert not unheld(chain.station.id, chain.station.id + 1)
    set_floor("92", None, at=ago(0))
    assert not unheld(chain.station.id)


def test_floors_then_are_told_as_of_then(chain):
    set_floor("92", "0.15", at=ago(40))
    approve(floor("92", "0.30"))
    assert said() == [("92", "0.3000")]
    assert said(moment=ago(1)) == [("92", "0.1500")]
    assert [one.state for one in queries.floor_history(CHIEF)] == [RuleState.IN_FORCE, RuleState.PAST]


def test_a_cost_known_later_changes_no_sale_that_was_rated(chain):
    publish(per_litre(off="1.00"))
    set_floor("92", "0.15", at=ago(40))
    then = ago(0.2)
    first = post(chain, "1", None, occurred_at=then)
    assert str(first.totals.discount) == "20.00"
    costs("92", "7.20")
    again = post(chain, "1", None, occurred_at=then)
    assert (again.replayed, again.totals) == (True, first.totals)
    assert str(post(chain, "2", None, occurred_at=ago(0.1)).totals.discount) == "6.00"
    flat_books_agree()
