"""Set-based writes of coupons."""

from forecourt.coupons.records.holding import make_bearers, mark_seen, move, note, restore_latest, unvoid
from forecourt.coupons.records.issuing import ANY_NUMBER, count_issued, hold_room, issue, never_good, room_of
from forecourt.coupons.records.minting import write
from forecourt.coupons.records.reserving import free, reserve
from forecourt.coupons.records.using import lock, put_back, restore, use
from forecourt.coupons.records.voiding import Taken, UsedAlready, void, void_issued_by

__all__ = [
    "ANY_NUMBER",
    "Taken",
    "UsedAlready",
    "count_issued",
    "free",
    "hold_room",
    "issue",
    "lock",
    "make_bearers",
    "mark_seen",
    "move",
    "never_good",
    "note",
    "put_back",
    "reserve",
    "restore",
    "restore_latest",
    "room_of",
    "unvoid",
    "use",
    "void",
    "void_issued_by",
    "write",
]
