"""Signing in and out, with lock-out."""

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock
from forecourt.kernel.actors import SYSTEM, Actor
from forecourt.kernel.problems import Invalid, NotSignedIn
from forecourt.organisation import rules
from forecourt.organisation.models import Staff


def sign_in(username: str, password: str) -> int:
    """The id of the member of staff with that name and password, or NotSignedIn.

    Five failures in a row lock the account for 15 minutes, against the right password too. One answer for a wrong
    password, an unknown name, a locked and a closed account, after the same work: nobody learns which names exist.
    """
    staff_id = _attempt(username, password)
    if staff_id is None:
        raise NotSignedIn(
            _(
                "Name or password is wrong, or the account is locked for 15 minutes after five failures. "
                "Try again later or ask head office for a new password."
            )
        )
    return staff_id


@transaction.atomic(durable=True)
def sign_out(staff_id: int) -> None:
    """Note that somebody signed out."""
    staff = Staff.objects.filter(pk=staff_id).first()
    if staff is not None:
        audit.record(_self(staff), "staff.sign_out", f"staff:{staff.username}")


@transaction.atomic(durable=True)
def _attempt(username: str, password: str) -> int | None:
    """Try once and note the outcome; commits in either case, which an exception would not."""
    staff = _found(username)
    if staff is None:
        make_password(password)  # as much work as checking one
        # not the name that was typed: people type their password there
        audit.record(SYSTEM, "staff.sign_in_failed", "staff:unknown")
        return None
    now = clock.now()
    right = staff.check_password(password)
    locked = staff.locked_until is not None and staff.locked_until > now
    if right and staff.is_active and not locked:
        staff.failed_sign_ins, staff.locked_until, staff.last_login = 0, None, now
        staff.save(update_fields=["failed_sign_ins", "locked_until", "last_login"])
        audit.record(_self(staff), "staff.sign_in", f"staff:{staff.username}")
        return staff.pk
    if not locked and not right:
        _count_failure(staff)
    detail = {"locked": locked, "active": staff.is_active, "failures": staff.failed_sign_ins}
    audit.record(SYSTEM, "staff.sign_in_failed", f"staff:{staff.username}", detail=detail)
    return None


def _found(username: str) -> Staff | None:
    """Locked, so that attempts at one account count one after the other."""
    try:
        name = rules.normal_username(username)
    except Invalid:
        return None
    return Staff.objects.select_for_update().filter(username=name).first()


def _count_failure(staff: Staff) -> None:
    staff.failed_sign_ins += 1
    if staff.failed_sign_ins >= rules.FAILURES_TO_LOCK:
        staff.failed_sign_ins, staff.locked_until = 0, clock.now() + rules.LOCKED_FOR
    staff.save(update_fields=["failed_sign_ins", "locked_until"])


def _self(staff: Staff) -> Actor:
    return Actor(kind="staff", id=staff.pk, name=staff.username)
