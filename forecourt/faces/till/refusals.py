"""Whatever is raised while the till door serves a request, as a problem."""

import logging
import secrets

from django.http import HttpResponse

from forecourt.faces.api import problems

log = logging.getLogger(__name__)


def answer_to(error: Exception) -> HttpResponse:
    """The response for what was raised. What nobody foresaw is logged under a number and not shown."""
    number = secrets.token_hex(8)
    problem = problems.of(error, number)
    if isinstance(problem, problems.Failed):
        log.error("request failed", exc_info=error, extra={"request_id": number})
    return problems.answer(problem)
