"""The programme: drafted, published, copied back, withdrawn before it begins."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from forecourt.kernel import audit, clock, sql, stamps
from forecourt.kernel.actors import Actor
from forecourt.kernel.events import publish
from forecourt.kernel.problems import Conflict, NotFound
from forecourt.loyalty import permissions, queries
from forecourt.loyalty.events import RulebookPublished
from forecourt.loyalty.models import ProgrammeDraft, Rulebook
from forecourt.loyalty.services.checking import check_programme, require_everywhere
from forecourt.loyalty.values import Draft, Programme

LAST_MINUTE: Final = timedelta(minutes=1)
"""So long before it begins a version can be withdrawn: sales that are being rated know it already."""

_PUBLISH: Final = """
INSERT INTO loyalty_rulebook (valid_from, published_at, published_by, body, withdrawn_by)
VALUES (%(valid_from)s, %(at)s, %(by)s, %(body)s::jsonb, '') RETURNING version
"""


@transaction.atomic(durable=True)
def draft_programme(actor: Actor, programme: Programme, *, revision: int | None = None) -> Draft:
    """Put this programme in the place of the draft; nothing takes effect until it is published.

    A draft may be half done: it is checked when it is handed in. With `revision`, the draft the caller began from,
    Conflict when somebody saved it since.
    """
    require_everywhere(actor, permissions.EDIT_PROGRAMME)
    saved = save_draft(actor, programme, revision)
    audit.record(actor, "programme.draft", "programme")
    return saved


@transaction.atomic(durable=True)
def restore_programme(actor: Actor, version: int) -> Draft:
    """Copy a published version back into the draft."""
    require_everywhere(actor, permissions.EDIT_PROGRAMME)
    row = Rulebook.objects.filter(pk=version).first()
    if row is None:
        raise NotFound(_("There is no version %(version)s of the programme.") % {"version": version})
    saved = save_draft(actor, msgspec.convert(row.body, Programme), None)
    audit.record(actor, "programme.restore", f"rulebook:{version}")
    return saved


@transaction.atomic(durable=True)
def publish_programme(actor: Actor, programme: Programme | None = None, *, valid_from: datetime | None = None) -> int:
    """Put the programme in force without a review, from now on or from `valid_from`; returns its version.

    For installations, imports and the command line. Takes the draft as it is edited unless a programme is given. Sales
    that occurred before keep the rules they had.
    """
    require_everywhere(actor, permissions.APPROVE_PROGRAMME)
    programme = programme or queries.draft()
    check_programme(programme)
    version = put_in_force(actor, programme, valid_from or clock.now())
    audit.record(actor, "programme.publish", f"rulebook:{version}")
    return version


@transaction.atomic(durable=True)
def withdraw_version(actor: Actor, version: int) -> None:
    """Take a version back that has not begun, so that it never comes into force. What is in force then goes on."""
    require_everywhere(actor, permissions.APPROVE_PROGRAMME)
    row = Rulebook.objects.select_for_update().filter(pk=version).first()
    now = clock.now()
    if row is None:
        raise NotFound(_("There is no version %(version)s of the programme.") % {"version": version})
    if row.withdrawn_at is not None:
        raise Conflict(_("Version %(version)s was withdrawn already.") % {"version": version})
    if row.valid_from <= now + LAST_MINUTE:
        raise Conflict(
            _("Version %(version)s is in force, or will be within a minute; publish another one in its place.")
            % {"version": version}
        )
    row.withdrawn_at, row.withdrawn_by = now, actor.label
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    stamps.bump("loyalty")
    audit.record(actor, "programme.withdraw_version", f"rulebook:{version}")


def save_draft(actor: Actor, programme: Programme, revision: int | None) -> Draft:
    """Write the draft, in the caller's transaction. Its tiers rise by their threshold, whatever order they came in."""
    ProgrammeDraft.objects.get_or_create(pk=1)
    row = ProgrammeDraft.objects.select_for_update().get(pk=1)
    if revision is not None and revision != row.revision:
        raise Conflict(
            _("%(who)s saved the draft meanwhile; load the page again and put your changes in once more.")
            % {"who": row.saved_by.partition(":")[2] or row.saved_by}
        )
    tiers = tuple(sorted(programme.tiers, key=lambda tier: tier.threshold))
    programme = msgspec.structs.replace(programme, version=0, tiers=tiers)
    row.body = msgspec.to_builtins(programme, builtin_types=())
    row.revision += 1
    row.saved_at, row.saved_by = clock.now(), actor.label
    row.save()
    return Draft(programme=programme, revision=row.revision, saved_at=row.saved_at, saved_by=row.saved_by)


def put_in_force(actor: Actor, programme: Programme, valid_from: datetime) -> int:
    """Add a version, in the caller's transaction; returns its number."""
    now = clock.now()
    body = msgspec.json.encode(msgspec.structs.replace(programme, version=0)).decode()
    parameters = {"valid_from": valid_from, "at": now, "by": actor.label, "body": body}
    version = int(sql.rows(_PUBLISH, parameters)[0][0])
    stamps.bump("loyalty")
    publish([RulebookPublished(occurred_at=now, version=version)])
    return version
