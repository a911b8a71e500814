"""What was announced of how offers combine and of margin floors is withdrawn before it holds: it never does."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from forecourt.kernel import clock, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.models import AuditEntry
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound
from forecourt.offers import queries, services
from forecourt.offers.models import Floor
from forecourt.offers.rules.language import Policy
from forecourt.offers.values import FLOORS_SUBJECT, POLICY_SUBJECT, FloorChange, RuleState
from tests.offers.test_ruling import CHIEF, HALF, MAKER, ONE, floor
from tests.sales.scenes import WATER, open_chain, set_floor
from tests.sales.test_offers import costs


@pytest.fixture
def chain(db):
    return open_chain()


def announce(policy: Policy, valid_from: datetime) -> int:
    """Announce a policy; returns its version."""
    services.draft_policy(MAKER, policy)
    services.submit_policy(MAKER, valid_from=valid_from)
    services.approve_policy(CHIEF)
    return next(one.version for one in queries.policies(CHIEF) if one.valid_from == valid_from)


def announce_floors(valid_from: datetime, *changes: FloorChange) -> list[int]:
    """Announce floors; returns their versions."""
    services.draft_floors(MAKER, changes)
    services.submit_floors(MAKER, valid_from=valid_from)
    services.approve_floors(CHIEF)
    codes = {one.product for one in changes}
    found = [one for one in queries.floor_history(CHIEF) if one.valid_from == valid_from and one.product in codes]
    return [one.version for one in found]


def margins(moment: datetime) -> dict[str, str]:
    return {one.product: str(one.margin) for one in queries.floors_at(CHIEF, moment)}


def test_a_policy_that_is_withdrawn_never_holds_and_what_held_goes_on(chain):
    now = clock.now()
    soon, later = now + timedelta(days=2), now + timedelta(days=4)
    first, second = announce(HALF, soon), announce(ONE, later)
    assert (queries.offers().policy_at(soon), queries.offers().policy_at(later)) == (HALF, ONE)
    services.withdraw_announced_policy(CHIEF, first)
    assert (queries.offers().policy_at(soon), queries.offers().policy_at(later)) == (Policy(), ONE)
    assert queries.policy_at(CHIEF, soon) is None
    with clock.as_of(soon + timedelta(hours=1)):
        assert [(one.version, one.state, one.withdrawn_by) for one in queries.policies(CHIEF)] == [
            (second, RuleState.ANNOUNCED, ""),
            (first, RuleState.WITHDRAWN, "staff:chief"),
        ]
    services.withdraw_announced_policy(CHIEF, second)
    services.draft_policy(MAKER, Policy())
    assert queries.draft_policy() is None, "that is how offers combine anyhow"
    entry = AuditEntry.objects.filter(subject=POLICY_SUBJECT, action="offers.withdraw_announced").order_by("id").first()
    assert (entry.actor, entry.detail) == ("staff:chief", {"valid_from": soon.isoformat()})


def test_of_two_for_one_moment_the_first_holds_once_the_second_is_withdrawn(chain):
    soon = clock.now() + timedelta(days=2)
    announce(HALF, soon)
    services.withdraw_announced_policy(CHIEF, announce(ONE, soon))
    assert queries.offers().policy_at(soon) == HALF


def test_floors_are_withdrawn_with_all_that_were_handed_in_with_them(chain):
    costs("92", "7.20")
    set_floor("92", "0.15", at=clock.now() - timedelta(days=9))
    soon = clock.now() + timedelta(days=2)
    ids = announce_floors(soon, floor("92", "0.30"), floor(WATER, "1"))
    announce_floors(soon, floor("95", "0.40"))
    product = queries.floors_at(CHIEF)[0].product_id

    def least() -> Decimal | None:
        seen = stamps.read()
        known = queries.floors(seen.get("offers", 0), seen.get("catalogue", 0))
        return known.price(chain.station.id, product, soon)

    assert (margins(soon), least()) == ({"92": "0.3000", WATER: "1.0000", "95": "0.4000"}, Decimal("7.50"))
    services.withdraw_announced_floors(CHIEF, ids[1])
    assert (margins(soon), least()) == ({"92": "0.1500", "95": "0.4000"}, Decimal("7.35"))
    assert Floor.objects.filter(withdrawn_by="staff:chief").count() == 2
    with clock.as_of(soon + timedelta(hours=1)):
        states = {(one.product, str(one.margin)): one.state for one in queries.floor_history(CHIEF)}
    assert states == {
        ("92", "0.3000"): RuleState.WITHDRAWN,
        (WATER, "1.0000"): RuleState.WITHDRAWN,
        ("95", "0.4000"): RuleState.IN_FORCE,
        ("92", "0.1500"): RuleState.IN_FORCE,
    }
    assert AuditEntry.objects.filter(subject=FLOORS_SUBJECT, action="offers.withdraw_announced").count() == 1
    services.draft_floors(MAKER, [floor("92")])
    with pytest.raises(Conflict, match="withdrawn already"):
        services.withdraw_announced_floors(CHIEF, ids[0])


def test_only_what_is_to_come_is_withdrawn_by_who_may_approve(chain):
    soon = clock.now() + timedelta(days=2)
    version, (of_floor,) = announce(HALF, soon), announce_floors(soon, floor("92", "0.30"))
    here = Actor(kind="staff", id=1, name="here", everything=True, stations=frozenset({chain.station.id}))
    for actor in (MAKER, here):
        with pytest.raises(NotAllowed):
            services.withdraw_announced_policy(actor, version)
        with pytest.raises(NotAllowed):
            services.withdraw_announced_floors(actor, of_floor)
    for moment in (soon - timedelta(seconds=50), soon + timedelta(days=1)):
        with clock.as_of(moment):
            with pytest.raises(Conflict, match="within a minute"):
                services.withdraw_announced_policy(CHIEF, version)
            with pytest.raises(Conflict, match="within a minute"):
                services.withdraw_announced_floors(CHIEF, of_floor)
    with pytest.raises(NotFound):
        services.withdraw_announced_policy(CHIEF, 10**9)
    with pytest.raises(NotFound):
        services.withdraw_announced_floors(CHIEF, 10**9)
    services.withdraw_announced_policy(CHIEF, version)
    with pytest.raises(Conflict, match="withdrawn already"):
        services.withdraw_announced_policy(CHIEF, version)


def test_what_somebody_reads_a_change_beside_stays_until_that_is_decided(chain):
    soon = clock.now() + timedelta(days=2)
    version, (of_floor,) = announce(HALF, soon), announce_floors(soon, floor("92", "0.30"))
    services.draft_policy(MAKER, ONE)
    services.submit_policy(MAKER, valid_from=soon + timedelta(days=1))
    services.draft_floors(MAKER, [floor("92")])
    services.submit_floors(MAKER, valid_from=soon + timedelta(days=1))
    with pytest.raises(Conflict, match="in review"):
        services.withdraw_announced_policy(CHIEF, version)
    with pytest.raises(Conflict, match="in review"):
        services.withdraw_announced_floors(CHIEF, of_floor)
    services.refuse_floors(CHIEF, "there will be none")
    services.withdraw_announced_floors(CHIEF, of_floor)
    with pytest.raises(Invalid, match="could end"):
        services.submit_floors(MAKER)
