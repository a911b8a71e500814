"""The API put together: the routers of all folders behind one door, under /api/v1."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, re_path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError, ValidationErrorContext
from ninja.parser import Parser

from forecourt.accounts.api import router as accounts
from forecourt.catalogue.api import router as catalogue
from forecourt.coupons.api import router as coupons
from forecourt.customers.api import router as customers
from forecourt.faces.api import door, raised
from forecourt.faces.api.claims import router as claims
from forecourt.games.api import router as games
from forecourt.loyalty.api import router as loyalty
from forecourt.occasions.api import router as occasions
from forecourt.offers.api import router as offers
from forecourt.organisation.api import router as organisation
from forecourt.rewards.api import router as rewards
from forecourt.sales.api import router as sales

VERSION: Final = "1.0.0"
_DESCRIPTION: Final = (
    "The API of Forecourt. Send a key with every request; money and quantities are strings; moments bear their zone; "
    "lists answer a page with `items` and the cursor `next`; every error is problem+json (RFC 9457)."
)


class _DecodedBody(Parser):
    """Hands over the body that the door has read and decoded already."""

    def parse_body(self, request: HttpRequest) -> Any:
        return request.document  # type: ignore[attr-defined]


class ForecourtAPI(NinjaAPI):
    """The framework's API with our problems in place of its own errors."""

    def set_default_exception_handlers(self) -> None:
        for kind in (Exception, HttpError, ValidationError):
            self.add_exception_handler(kind, _answer_to)

    def validation_error_from_error_contexts(
        self, error_contexts: list[ValidationErrorContext[Any]]
    ) -> ValidationError:
        return ValidationError(
            [
                {**error, "loc": (context.model.__ninja_param_source__, *_named(context.model, error["loc"]))}
                for context in error_contexts
                for error in context.pydantic_validation_error.errors(include_url=False)
            ]
        )


def _answer_to(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    return raised.answer_to(error if isinstance(error, Exception) else error())


def _named(model: Any, location: tuple[str | int, ...]) -> Sequence[str | int]:
    """Where in the request the fault lies, by the caller's names."""
    return model.__ninja_flatten_map_reverse__.get(location, location)  # type: ignore[no-any-return]


def build() -> ForecourtAPI:
    """Assemble the API. KeyError when a route states no scope."""
    made = ForecourtAPI(
        title="Forecourt",
        version=VERSION,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
        parser=_DecodedBody(),
    )
    for tag, router in (
        ("customers", customers),
        ("points", loyalty),
        ("occasions", occasions),
        ("sales", sales),
        ("catalogue", catalogue),
        ("stations", organisation),
        ("accounts", accounts),
        ("accounts", claims),
        ("rewards", rewards),
        ("offers", offers),
        ("coupons", coupons),
        ("games", games),
    ):
        made.add_router("", router, tags=[tag])
    for bound in made._get_bound_routers():
        for path_view in bound.path_operations.values():
            for operation in path_view.operations:
                operation.run = door.inner(operation)  # type: ignore[method-assign]
    return made


api: Final = build()


def patterns() -> list[URLPattern]:
    """The addresses of all routes, each behind the door, and a last one for what is none of them."""
    own = [pattern for pattern in api.urls[0] if isinstance(pattern, URLPattern) and pattern.name != "api-root"]
    for pattern in own:
        pattern.callback = door.outer(pattern.callback)
    return [*own, re_path(r"^.*$", door.outer(door.unknown))]
