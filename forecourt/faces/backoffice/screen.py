"""How a screen is declared, shown, and made to act."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache

from forecourt.kernel.problems import NotAllowed, NotFound, Problem

View = Callable[..., HttpResponse]


def screen(*permissions: str) -> Callable[[View], View]:
    """Make a view a screen: signed in, with these permissions; what is out of scope answers 403, what is not there 404."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponse:
            if _holds_null(request):
                raise SuspiciousOperation("A field holds a null character.")
            try:
                for permission in permissions:
                    request.actor.require(permission)  # type: ignore[attr-defined]
                return view(request, *arguments, **names)
            except NotAllowed as problem:
                raise PermissionDenied(problem.detail) from problem
            except NotFound as problem:
                raise Http404(problem.detail) from problem

        @never_cache
        @wraps(view)
        def entered(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponse:
            return admin.site.admin_view(guarded)(request, *arguments, **names)

        return entered

    return declare


def _holds_null(request: HttpRequest) -> bool:
    """Whether any field holds the one character that PostgreSQL keeps no text with."""
    fields = (*request.GET.lists(), *request.POST.lists())
    return any("\0" in value for _name, values in fields for value in values)


def show(request: HttpRequest, template: str, title: Any, **context: Any) -> HttpResponse:
    """Answer with a page of the back office."""
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    whole = {**admin.site.each_context(request), "title": title, "is_fullwidth": "1", **context}
    return TemplateResponse(request, f"office/{template}.html", whole)


def act(request: HttpRequest, to: str, command: Callable[[], Any], done: Any) -> HttpResponse:
    """Carry out a command and go to `to`, saying that it is `done`, or why not. Only a POST changes anything."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        command()
    except Problem as problem:
        say_problem(request, problem)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(to)


def say_problem(request: HttpRequest, problem: Problem) -> None:
    """Tell the reader what is at fault: each field, or the whole."""
    for path, text in problem.fields.items():
        messages.error(request, f"{path}: {text}")
    if not problem.fields:
        messages.error(request, problem.detail)
