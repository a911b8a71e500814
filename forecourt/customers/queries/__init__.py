"""What others may ask of customers."""

from forecourt.customers.queries.cards import customer_card, lines, names, possible_duplicates, profile, tags
from forecourt.customers.queries.facts import buyers, household_of
from forecourt.customers.queries.households import household, household_size
from forecourt.customers.queries.merges import MergeStep, merge_steps
from forecourt.customers.queries.recognition import (
    FAMILIES,
    blocked,
    family_ids,
    merged_into,
    owners,
    phone_region,
    resolve,
    survivor_of,
    survivors,
)
from forecourt.customers.queries.search import search
from forecourt.customers.queries.timeline import timeline, timeline_cursor

__all__ = [
    "FAMILIES",
    "MergeStep",
    "blocked",
    "buyers",
    "customer_card",
    "family_ids",
    "household",
    "household_of",
    "household_size",
    "lines",
    "merge_steps",
    "merged_into",
    "names",
    "owners",
    "phone_region",
    "possible_duplicates",
    "profile",
    "resolve",
    "search",
    "survivor_of",
    "survivors",
    "tags",
    "timeline",
    "timeline_cursor",
]
