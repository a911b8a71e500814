"""Two customers made one, and two again."""

import pytest

from forecourt.customers import queries, services
from forecourt.customers.models import Customer, Identity, Vehicle
from forecourt.customers.values import CustomerClaim
from forecourt.kernel.models import AuditEntry, EventRow
from forecourt.kernel.problems import Conflict, Invalid, NotAllowed, NotFound


def who(**claim) -> int | None:
    found = queries.resolve([CustomerClaim(**claim)])[0]
    return found and found.customer_id


def everything() -> list:
    """All that customers are, to compare before and after."""
    return [
        list(Customer.objects.order_by("id").values()),
        list(Identity.objects.order_by("id").values()),
        list(Vehicle.objects.order_by("id").values()),
    ]


@pytest.fixture
def three(enrol):
    return (
        enrol("张伟", phone="13800000001", plate="粤B00001"),
        enrol("张 伟", phone="13800000002", plate="粤B00002"),
        enrol("张先生", phone="13800000003", card="88880003"),
    )


def test_after_a_merge_every_way_leads_to_the_survivor(three, clerk):
    first, second, _ = three
    services.merge_customers(clerk, first, second, "同一人")
    assert who(phone="13800000002") == who(plate="粤B00002") == who(id=second) == first
    assert queries.family_ids(second) == queries.family_ids(first) == [first, second]
    card = queries.customer_card(second)
    assert card.id == first
    assert card.aliases == (second,)
    assert {identity.masked for identity in card.identities} == {"138****0001", "138****0002"}
    assert {vehicle.plate for vehicle in card.vehicles} == {"粤B·00**1", "粤B·00**2"}
    assert (card.merges[0].merged_name, card.merges[0].reason) == ("张 伟", "同一人")
    event = EventRow.objects.get(name="customer.merged.v1")
    assert (event.customer_id, event.body["merged_id"], event.body["moved"]) == (first, second, [second])
    assert AuditEntry.objects.get(action="customer.merge").reason == "同一人"


def test_undoing_brings_back_exactly_what_was(three, clerk):
    first, second, third = three
    before = everything()
    outer = services.merge_customers(clerk, second, third)
    middle = everything()
    merge = services.merge_customers(clerk, first, second)
    assert queries.family_ids(third) == [first, second, third]
    services.undo_merge(clerk, merge)
    assert everything() == middle
    assert who(phone="13800000003") == second
    services.undo_merge(clerk, outer)
    assert everything() == before
    undone = EventRow.objects.filter(name="customer.unmerged.v1").order_by("recorded_at", "id")
    assert [event.body["moved"] for event in undone] == [[second, third], [third]]


def test_a_merge_is_not_undone_under_a_later_one(three, clerk):
    first, second, third = three
    earlier = services.merge_customers(clerk, second, third)
    later = services.merge_customers(clerk, first, second)
    with pytest.raises(Conflict, match=rf"merged into {first} later, by merge {later}; undo that first"):
        services.undo_merge(clerk, earlier)
    services.undo_merge(clerk, later)
    services.undo_merge(clerk, earlier)
    with pytest.raises(Conflict, match="undone already"):
        services.undo_merge(clerk, earlier)


def test_merges_beside_each_other_are_undone_in_any_order(three, clerk):
    first, second, third = three
    one = services.merge_customers(clerk, first, second)
    services.merge_customers(clerk, first, third)
    services.undo_merge(clerk, one)
    assert queries.family_ids(first) == [first, third]
    assert who(phone="13800000002") == second


def test_what_cannot_be_merged_says_why(three, clerk):
    first, second, third = three
    with pytest.raises(Invalid, match="is the survivor itself"):
        services.merge_customers(clerk, first, first)
    with pytest.raises(NotFound):
        services.merge_customers(clerk, first, 10**9)
    services.merge_customers(clerk, first, second)
    with pytest.raises(Conflict, match="nothing is left to merge"):
        services.merge_customers(clerk, first, second)
    with pytest.raises(Conflict, match="nothing is left to merge"):
        services.merge_customers(clerk, second, first)
    with pytest.raises(Conflict, match=f"was merged into {first}; name {first} instead"):
        services.merge_customers(clerk, third, second)
    services.block_customer(clerk, third, "欠款")
    with pytest.raises(Conflict, match=f"{third} is blocked and {first} is not"):
        services.merge_customers(clerk, first, third)
    with pytest.raises(NotFound):
        services.undo_merge(clerk, 10**9)


def test_what_is_done_to_an_alias_is_done_to_its_survivor(three, clerk):
    first, second, _ = three
    merge = services.merge_customers(clerk, first, second)
    services.write_note(clerk, second, "常加 95#")
    services.block_customer(clerk, second, "欠款")
    assert queries.customer_card(first).is_blocked
    assert queries.resolve([CustomerClaim(phone="13800000002")])[0].is_blocked
    services.undo_merge(clerk, merge)
    assert [note.text for note in queries.customer_card(first).notes] == ["常加 95#"]
    assert not queries.resolve([CustomerClaim(phone="13800000002")])[0].is_blocked


def test_merging_needs_its_permission(three, reader):
    with pytest.raises(NotAllowed):
        services.merge_customers(reader, three[0], three[1])
    with pytest.raises(NotAllowed):
        services.undo_merge(reader, 1)


def test_likely_doubles_are_offered_once(enrol, clerk):
    first = enrol("王芳", phone="13811110008", plate="粤B11118")
    second = enrol("王芳", phone="13922220008", plate="粤C21118")
    enrol("王芳", phone="13922220009")
    enrol("李芳", phone="13833330008")
    assert [(pair.name, pair.customer_ids) for pair in queries.possible_duplicates()] == [("王芳", (first, second))]
    services.merge_customers(clerk, first, second)
    assert queries.possible_duplicates() == []


def test_an_id_without_a_row_is_a_family_of_its_own(db):
    assert queries.family_ids(-17) == [-17]
