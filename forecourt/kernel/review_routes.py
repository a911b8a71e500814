"""Routes of what somebody hands in and somebody else decides: the same four steps, whatever it is."""

from collections.abc import Callable
from typing import Any, Literal, Protocol, TypeVar

from ninja import Router

from forecourt.kernel.schemas import needs

Step = Literal["submit", "withdraw", "approve", "refuse"]
View = TypeVar("View", bound=Callable[..., Any])


class StepRoute(Protocol):
    """Makes a function the route of a step. `summary` tells what it does; `response`, where it answers something else."""

    def __call__(self, step: Step, summary: str, response: Any = ...) -> Callable[[View], View]: ...


def review_routes(router: Router, path: str, name: str, response: Any, *, write: str, approve: str) -> StepRoute:
    """What makes functions the routes of the steps below `path`: `@step("submit", ...)` is POST `<path>/submit`, whose
    operation is `<name>_submit`. Handing in and withdrawing need the scope `write`, deciding needs `approve`.
    """
    scopes = {"submit": write, "withdraw": write, "approve": approve, "refuse": approve}

    def route(step: Step, summary: str, response: Any = response) -> Callable[[View], View]:
        return router.post(
            f"{path}/{step}",
            response=response,
            operation_id=f"{name}_{step}",
            summary=summary,
            openapi_extra=needs(scopes[step]),
        )

    return route
