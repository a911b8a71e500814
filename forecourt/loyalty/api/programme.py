"""Routes of the programme: what is in force, its draft, reviews and versions."""

from typing import Annotated

from ninja import Router, Status
from pydantic import Field

from forecourt.kernel import clock
from forecourt.kernel.problems import NotFound
from forecourt.kernel.review_routes import review_routes
from forecourt.kernel.schemas import Id, KeyedRequest, Page, SendBackBody, needs
from forecourt.loyalty import permissions, queries, services
from forecourt.loyalty.api.programme_schemas import (
    DraftOut,
    EditionOut,
    ProgrammeBody,
    ProgrammeOut,
    PublishedOut,
    ReviewOut,
    SubmissionBody,
    out_of,
)
from forecourt.loyalty.values import Review

router = Router()

READ, WRITE, APPROVE = "points:read", "programme:write", "programme:approve"
step = review_routes(router, "/programme/reviews/{review_id}", "programme", ReviewOut, write=WRITE, approve=APPROVE)


@router.get(
    "/programme",
    response=ProgrammeOut,
    operation_id="programme_get",
    summary="The loyalty programme in force",
    openapi_extra=needs(READ),
)
def get_programme(request: KeyedRequest) -> ProgrammeOut:
    return out_of(queries.programme_at(clock.now()))


@router.get(
    "/programme/draft",
    response=DraftOut,
    operation_id="programme_draft_get",
    summary="The programme as it is being edited",
    openapi_extra=needs(WRITE),
)
def get_draft(request: KeyedRequest) -> DraftOut:
    request.actor.require(permissions.EDIT_PROGRAMME)
    return DraftOut.of(queries.draft_as_saved())


@router.put(
    "/programme/draft",
    response=DraftOut,
    operation_id="programme_draft_put",
    summary="Save the draft of the programme",
    openapi_extra=needs(WRITE),
)
def put_draft(request: KeyedRequest, draft: ProgrammeBody) -> DraftOut:
    """Puts a whole programme in the place of the draft. It may be half done: `faults` say what is left to mend."""
    return DraftOut.of(services.draft_programme(request.actor, draft.to_value(), revision=draft.revision))


@router.post(
    "/programme/submit",
    response={201: ReviewOut},
    operation_id="programme_submit",
    summary="Hand the draft in for review",
    openapi_extra=needs(WRITE, idempotent=True),
)
def submit_programme(request: KeyedRequest, submission: SubmissionBody) -> Status[ReviewOut]:
    """Answers 422 with every fault of the draft, 409 when a review is open or the draft changes nothing."""
    review_id = services.submit_programme(
        request.actor, submission.note, submission.valid_from, revision=submission.revision
    )
    return Status(201, ReviewOut.of(_review(review_id)))


@router.get(
    "/programme/reviews",
    response=Page[ReviewOut],
    operation_id="programme_reviews",
    summary="Programmes that were handed in for review",
    openapi_extra=needs(READ),
)
def list_reviews(request: KeyedRequest) -> Page[ReviewOut]:
    """The newest first, the last fifty."""
    request.actor.require(permissions.VIEW_PROGRAMME)
    return Page[ReviewOut](items=[ReviewOut.of(review) for review in queries.reviews()])


@step("approve", "Approve and publish a programme", PublishedOut)
def approve_programme(request: KeyedRequest, review_id: Id) -> PublishedOut:
    """Answers 403 to who handed it in themselves, unless the company allows that."""
    return PublishedOut(version=services.approve_programme(request.actor, review_id))


@step("refuse", "Send a programme back")
def refuse_programme(request: KeyedRequest, review_id: Id, refusal: SendBackBody) -> ReviewOut:
    services.refuse_programme(request.actor, review_id, refusal.reason)
    return ReviewOut.of(_review(review_id))


@step("withdraw", "Take a programme back that waits for its review")
def withdraw_programme(request: KeyedRequest, review_id: Id) -> ReviewOut:
    services.withdraw_programme(request.actor, review_id)
    return ReviewOut.of(_review(review_id))


@router.get(
    "/programme/versions",
    response=Page[EditionOut],
    operation_id="programme_versions",
    summary="Published versions of the programme",
    openapi_extra=needs(READ),
)
def list_versions(request: KeyedRequest) -> Page[EditionOut]:
    """The newest first, the last hundred, withdrawn and future ones too."""
    request.actor.require(permissions.VIEW_PROGRAMME)
    return Page[EditionOut](items=[EditionOut.of(edition) for edition in queries.published()])


@router.post(
    "/programme/versions/{version}/restore",
    response=DraftOut,
    operation_id="programme_restore",
    summary="Copy a version back into the draft",
    openapi_extra=needs(WRITE),
)
def restore_programme(request: KeyedRequest, version: Annotated[int, Field(ge=1, le=2**31 - 1)]) -> DraftOut:
    return DraftOut.of(services.restore_programme(request.actor, version))


@router.post(
    "/programme/versions/{version}/withdraw",
    response={204: None},
    operation_id="programme_version_withdraw",
    summary="Withdraw a version that has not begun",
    openapi_extra=needs(APPROVE),
)
def withdraw_version(request: KeyedRequest, version: Annotated[int, Field(ge=1, le=2**31 - 1)]) -> Status[None]:
    services.withdraw_version(request.actor, version)
    return Status(204, None)


def _review(review_id: int) -> Review:
    review = queries.review(review_id)
    if review is None:
        raise NotFound(f"There is no review {review_id} of the programme.")
    return review
