"""What tests do at member events: sign up and leave, let time pass, give points, make households."""

from msgspec.structs import replace

from forecourt.customers import services as customers
from forecourt.kernel import clock, sql
from forecourt.loyalty import services as loyalty
from forecourt.occasions import services
from forecourt.occasions.models import MemberEvent, SignUp
from forecourt.occasions.values import SignUpState
from tests.occasions.conftest import set_back
from tests.sales.scenes import (
    HEAD_OFFICE,
    PROGRAMME,
    Chain,
    ago,
    catch_up,
)


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


def a_household(chain: Chain, size: int) -> list[int]:
    """Members of one household, whose points the programme lets them share."""
    chain.publish(replace(PROGRAMME, household_shares=True), valid_from=ago(1))
    members = chain.enrol(size)
    customers.make_household(HEAD_OFFICE, "", members)
    return members


def in_tier(customer_id: int, tier: str) -> None:
    """Put a member into a tier, whose balance is opened by the event log's reader."""
    catch_up()
    sql.run("UPDATE loyalty_balance SET tier = %(tier)s WHERE customer_id = %(id)s", {"tier": tier, "id": customer_id})
