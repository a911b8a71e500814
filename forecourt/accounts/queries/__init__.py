"""Reads of accounts, a file a noun."""

from forecourt.accounts.queries.claims import (
    claim,
    claim_costs,
    claim_rows,
    claims,
    entities,
    funders,
    funding,
    funding_rows,
)
from forecourt.accounts.queries.days import closed_periods, days, days_to_close, journal, last_close, periods
from forecourt.accounts.queries.policies import approved, policies, policy, policy_at
from forecourt.accounts.queries.rolling import closable, expected_unused, figures, months, roll_forward, units
from forecourt.accounts.queries.simulated import simulated_liability

__all__ = [
    "approved",
    "claim",
    "claim_costs",
    "claim_rows",
    "claims",
    "closable",
    "closed_periods",
    "days",
    "days_to_close",
    "entities",
    "expected_unused",
    "figures",
    "funders",
    "funding",
    "funding_rows",
    "journal",
    "last_close",
    "months",
    "periods",
    "policies",
    "policy",
    "policy_at",
    "roll_forward",
    "simulated_liability",
    "units",
]
