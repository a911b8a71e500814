"""What the points of a simulation are worth as a liability: sales knows how many there are, accounts what they mean."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from forecourt.accounts import rules
from forecourt.accounts.queries.policies import policy_at
from forecourt.accounts.values import Policy, SimulatedLiability
from forecourt.loyalty import queries as loyalty
from forecourt.organisation import queries as organisation
from forecourt.sales.queries import SimulationRow


def simulated_liability(row: SimulationRow) -> SimulatedLiability | None:
    """The worth of the points a simulation found, before and after; None where it has no result.

    By the policy in force on its last day. Without one a point is worth what it pays at the till, and all are redeemed.
    """
    if row.state != "done" or not row.result:
        return None
    since, until = (date.fromisoformat(row.asked[name]) for name in ("since", "until"))
    total = row.result["total"]
    policy = policy_at(until)
    if policy is None:
        programme = loyalty.programme_at(datetime.combine(until, time.max, tzinfo=UTC))
        policy = Policy(valid_from=until, point_value=programme.point_value, redemption_percent=rules.ALL)
    return rules.simulated_liability(
        int(float(total["points_before"])),
        int(float(total["points_after"])),
        policy,
        rules.percent_of_span(policy, since, until),
        organisation.company().digits,
        _parts(row.result),
    )


def _parts(result: Mapping[str, Any]) -> dict[str, dict[str, tuple[int, int]]]:
    """Points before and after of stations, tiers and payers; of older results, which did not tell it, none of payers."""
    found = {
        kind: {one["name"]: (int(float(one["points_before"])), int(float(one["points_after"]))) for one in result[kind]}
        for kind in ("stations", "tiers")
    }
    paid = [one for one in result["funders"] if "points_before" in one]
    found["funders"] = {one["name"]: (int(float(one["points_before"])), int(float(one["points"]))) for one in paid}
    return found
