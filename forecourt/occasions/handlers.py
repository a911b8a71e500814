"""What follows when members join, buy, change tier, merge, or leave a place free. Runs in the readers of the event log."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from forecourt.customers import queries as customers
from forecourt.customers.events import CustomerChanged, CustomerJoined, CustomersMerged, MergeUndone
from forecourt.customers.values import CustomerKind
from forecourt.kernel import clock
from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.events import on, publish
from forecourt.loyalty import queries as loyalty
from forecourt.loyalty.events import TierChanged
from forecourt.loyalty.rules import entry_tier
from forecourt.occasions import queries, records, rules
from forecourt.occasions.events import PlacesFreed, ReferralNotMade
from forecourt.occasions.models import MemberEvent, Referral, SignUp
from forecourt.occasions.rules import Due
from forecourt.occasions.values import ReferralRules
from forecourt.organisation import queries as organisation
from forecourt.sales.events import SalePosted, SaleRefunded, SaleRepaired

_NEW: Final = timedelta(days=2)
"""Whoever joined longer ago comes from an old system: no welcome from the first tier."""


@on(CustomerJoined)
def note_referrals(events: Sequence[CustomerJoined]) -> None:
    """Note by whom new members came who gave a referral code when they joined; a code that counts for nothing is told."""
    brought = [event for event in events if event.referred_by]
    if not brought:
        return
    terms = queries.live_referral_rules()
    owners = {event.referred_by: queries.owner_of_code(event.referred_by) for event in brought}
    today = records.lock_survivors(
        {event.customer_id for event in brought} | {owner for owner in owners.values() if owner is not None}
    )
    ids = {today[event.customer_id] for event in brought if event.customer_id in today}
    known = set(Referral.objects.filter(referred_id__in=ids).values_list("referred_id", flat=True))
    pairs: dict[int, tuple[int, int, str]] = {}
    refused = []
    for event in brought:
        referred_id = today.get(event.customer_id)
        if referred_id is None or referred_id in known or referred_id in pairs:
            continue
        owner = owners[event.referred_by]
        referrer_id = today.get(owner) if owner is not None else None
        reason = _refusal(event, terms, referred_id, referrer_id)
        if reason:
            code = rules.normal_code(event.referred_by)[:12]
            refused.append(ReferralNotMade(customer_id=referred_id, occurred_at=clock.now(), code=code, reason=reason))
        elif referrer_id is not None:
            pairs[referred_id] = (referred_id, referrer_id, rules.normal_code(event.referred_by))
    if terms is not None and pairs:
        records.add_referrals(list(pairs.values()), terms, SYSTEM.label)
        # a purchase may have come before this list was read
        records.follow(pairs)
    publish(refused)


def _refusal(event: CustomerJoined, terms: ReferralRules | None, referred_id: int, referrer_id: int | None) -> str:
    """A word for why a code counts for nothing, "" where it counts."""
    if terms is None:
        return "none"
    if referrer_id is None:
        return "unknown"
    if referrer_id == referred_id:
        return "own"
    return "late" if (clock.now() - event.occurred_at).days > terms.enter_days else ""


@on(SalePosted, SaleRefunded, SaleRepaired)
def follow_purchases(events: Sequence[SalePosted | SaleRefunded | SaleRepaired]) -> None:
    """Bring the referrals of who bought, or took something back, up to date."""
    members = {event.customer_id for event in events}
    members |= {event.previous_customer_id for event in events if isinstance(event, SaleRepaired)}
    members = {customer_id for customer_id in members if customer_id > 0}
    if members:
        records.follow(set(queries.survivor_ids(members).values()))


@on(CustomersMerged, MergeUndone)
def follow_merges(events: Sequence[CustomersMerged | MergeUndone]) -> None:
    """Bring the referrals of merged and parted members up to date, and leave each person one sign-up for an event."""
    touched = {one for event in events for one in (event.customer_id, event.merged_id)}
    survivors = sorted(set(queries.survivor_ids(touched).values()))
    parted = {one for event in events if isinstance(event, MergeUndone) for one in (event.customer_id, *event.moved)}
    # who was taken for one person is two again
    Referral.objects.filter(state="refused", reason="same_person", referred_id__in=parted).update(
        state="pending", reason="", ended_at=None
    )
    records.follow(survivors, with_referrers=True)
    for survivor in survivors:
        _leave_one_sign_up(survivor)


_BEST: Final = ["attended", "absent", "going", "waiting"]


def _leave_one_sign_up(survivor: int) -> None:
    """Of several sign-ups of one person for an event, keep the best and end the others that can still be."""
    family = customers.family_ids(survivor)
    found = SignUp.objects.filter(customer_id__in=family).exclude(state="cancelled")
    by_event: dict[int, list[int]] = {}
    for event_id, sign_up_id in found.values_list("event_id", "id"):
        by_event.setdefault(event_id, []).append(sign_up_id)
    doubled = {event_id: ids for event_id, ids in by_event.items() if len(ids) > 1}
    if not doubled:
        return
    doubled_ids = [one for ids in doubled.values() for one in ids]
    wanted = records.costs_of(SignUp.objects.filter(id__in=doubled_ids), SYSTEM.label)
    records.lock_payers([survivor], wanted)
    list(MemberEvent.objects.select_for_update().filter(id__in=doubled).order_by("id"))
    rows = SignUp.objects.select_related("event").filter(id__in=doubled_ids)
    ended = []
    for event_id in sorted(doubled):
        own = sorted(
            (row for row in rows if row.event_id == event_id and row.state in _BEST),
            key=lambda row: (_BEST.index(row.state), row.pk),
        )
        ended += [row for row in own[1:] if row.state in {"going", "waiting"}]
    if ended:
        records.end_sign_ups(ended, {row.customer_id: survivor for row in ended}, "merged", SYSTEM.label)


@on(TierChanged)
def bring_benefits(events: Sequence[TierChanged]) -> None:
    """Give those who reached a higher tier what it brings at once."""
    programme = loyalty.programme_at(clock.now())
    day = organisation.company_day()
    due = [(event.customer_id, rules.due_on_change(programme, event.before, event.after, day)) for event in events]
    _bring([(customer_id, dues) for customer_id, dues in due if dues])


@on(CustomerJoined)
def welcome(events: Sequence[CustomerJoined]) -> None:
    """Give new members what their first tier brings; members of an old system, who are imported, had theirs."""
    programme = loyalty.programme_at(clock.now())
    if not any(tier.coupons for tier in programme.tiers):
        return
    now, day = clock.now(), organisation.company_day()
    due = []
    for event in events:
        if now - event.occurred_at < _NEW:
            tier = entry_tier(programme, is_business=event.kind == CustomerKind.BUSINESS)
            due.append((event.customer_id, rules.due_on_change(programme, "", tier, day)))
    _bring([(customer_id, dues) for customer_id, dues in due if dues])


def _bring(due: Sequence[tuple[int, Sequence[Due]]]) -> None:
    if not due:
        return
    today = records.lock_survivors({customer_id for customer_id, _ in due})
    blocked = customers.blocked(set(today.values()))
    wanted: dict[int, dict[Due, None]] = {}
    for customer_id, dues in due:
        if customer_id in today and today[customer_id] not in blocked:
            wanted.setdefault(today[customer_id], {}).update(dict.fromkeys(dues))
    records.give_due({customer_id: list(dues) for customer_id, dues in wanted.items()}, SYSTEM.label)


@on(PlacesFreed)
def move_up(events: Sequence[PlacesFreed]) -> None:
    """Give places that came free to those who wait."""
    records.move_up({event.event_id for event in events})


@on(CustomerChanged, MergeUndone)
def move_up_unblocked(events: Sequence[CustomerChanged | MergeUndone]) -> None:
    """Give places that are free to those who waited and were passed over while they were blocked."""
    freed = {
        event.customer_id for event in events if isinstance(event, CustomerChanged) and "is_blocked" in event.fields
    }
    freed |= {one for event in events if isinstance(event, MergeUndone) for one in (event.merged_id, *event.moved)}
    event_ids = queries.events_waited_for(freed) if freed else set()
    if event_ids:
        records.move_up(event_ids)
