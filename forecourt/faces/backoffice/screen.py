"""How a screen is declared, shown, and made to act.

A form is sent by script where there is one, with the header X-Office-Form: then a problem is answered as JSON, the page
stays as it was typed and each message stands beside its field. Without script the page comes back with messages on top.
"""

import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from forecourt.faces.backoffice import words
from forecourt.kernel.actors import Actor
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
                return _answer(request, view(request, *arguments, **names))
            except NotAllowed as problem:
                return _refuse(request, _("You may not open this"), problem)
            except NotFound as problem:
                return _refuse(request, _("There is nothing here"), problem)

        @never_cache
        @wraps(view)
        def entered(request: HttpRequest, *arguments: Any, **names: Any) -> HttpResponse:
            return admin.site.admin_view(guarded)(request, *arguments, **names)

        entered.permissions = permissions  # type: ignore[attr-defined]
        return entered

    return declare


def may_open(actor: Actor, address: str) -> bool:
    """Whether somebody has the permissions that the screen at this address wants; what it shows may still be out of scope."""
    wanted = getattr(resolve(address).func, "permissions", ())
    return all(actor.may(permission) for permission in wanted)


def _refuse(request: HttpRequest, title: str, problem: Problem) -> HttpResponse:
    """Say why a page cannot be shown, with the menu beside it to go on."""
    if _by_script(request):
        return JsonResponse({"problems": {"": problem.detail}}, status=problem.status)
    response = show(request, "refused", title, detail=problem.detail)
    response.status_code = problem.status
    return response


def _holds_null(request: HttpRequest) -> bool:
    """Whether any field holds the one character that PostgreSQL keeps no text with."""
    fields = (*request.GET.lists(), *request.POST.lists())
    return any("\0" in value for _name, values in fields for value in values)


def show(request: HttpRequest, template: str, title: Any, **context: Any) -> HttpResponse:
    """Answer with a page of the back office."""
    request.current_app = admin.site.name  # type: ignore[attr-defined]
    whole = {**admin.site.each_context(request), "title": title, "is_fullwidth": "1", **context}
    return TemplateResponse(request, f"office/{template}.html", whole)


def act(
    request: HttpRequest, to: str, command: Callable[[], Any], done: Any, names: Mapping[str, str] | None = None
) -> HttpResponse:
    """Carry out a command and go to `to`, saying that it is `done`, or why not. Only a POST changes anything."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        command()
    except Problem as problem:
        say_problem(request, problem, names)
    else:
        messages.success(request, done)
    return HttpResponseRedirect(to)


_PATH = re.compile(r"^([a-z_]+(?:\.[a-z_0-9]+)*): ")


def say_problem(request: HttpRequest, problem: Problem, names: Mapping[str, str] | None = None) -> None:
    """Tell the reader what is at fault: each field by the name it has on screen, or the whole.

    `names` says which input of the form a path of the command came from, where they are not called the same.
    """
    said = problem.fields
    path = _PATH.match(problem.detail)
    if not said:
        said = {path[1]: problem.detail[path.end() :]} if path else {"": problem.detail}
    told = {_input(path, names or {}): text for path, text in said.items()}
    if _by_script(request):
        request.office_problems = told  # type: ignore[attr-defined]
        return
    for name, text in told.items():
        label = words.FIELD.get(name)
        messages.error(request, f"{label}: {text}" if label else text)


def _input(path: str, names: Mapping[str, str]) -> str:
    """The input that a path such as "identities.0.value" came from: by the longest beginning that has a name."""
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        if name := names.get(".".join(parts[:length])):
            return name
    named = [part for part in parts if not part.isdigit()]
    return next((part for part in named if part in words.FIELD), named[0] if named else "")


def _by_script(request: HttpRequest) -> bool:
    return "X-Office-Form" in request.headers


def _answer(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What a form sent by script gets: where to go, or which fields are at fault."""
    if not _by_script(request):
        return response
    problems = getattr(request, "office_problems", None)
    if problems is not None:
        return JsonResponse({"problems": problems}, status=422)
    if isinstance(response, HttpResponseRedirect):
        return JsonResponse({"to": response.url})
    return response
