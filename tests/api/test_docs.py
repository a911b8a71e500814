"""What the pages for callers say is there: scopes, routes and who may ask them, what they are sent and what they answer."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from forecourt.faces.api.document import document
from forecourt.offers.rules.language import schema
from forecourt.organisation.values import Scope
from tests.api.shown import Call, calls, is_cut, misfits, operation, routes, schema_of_answer, schema_of_body, shown

ROOT = Path(__file__).parents[2]
PAGES = ["docs/api.md", "docs/how-to/build-a-member-app.md", "docs/how-to/connect-a-pos.md"]
WITH_CALLS = [*PAGES, "README.md"]
NAMES_ROUTES = [*PAGES, "docs/how-to/note-what-products-cost.md"]


def said(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def faults_of(call: Call) -> Iterator[str]:
    """What of a call the document does not have so."""
    found = operation(call.method, call.path)
    if found is None:
        yield f"{call}: there is no such route"
        return
    if call.scopes and call.scopes != {
        scope for way in found["security"] for scopes in way.values() for scope in scopes
    }:
        yield f"{call}: another scope"
    if call.body is not None:
        yield from (f"{call}: {fault}" for fault in faults_of_body(call.body, found))
    if call.answer is not None:
        yield from (f"{call} answers {fault}" for fault in misfits(call.answer, schema_of_answer(found)))


def faults_of_body(body: Any, found: dict[str, Any]) -> list[str]:
    if "requestBody" not in found:
        return ["takes no body"]
    wanted = schema_of_body(found)
    if is_cut(body):
        return misfits(body, wanted, required=True)
    whole = {**wanted, "components": document()["components"]}
    return [error.message for error in jsonschema_rs.validator_for(whole).iter_errors(body)]


def test_the_table_of_scopes_is_whole():
    told = re.findall(r"^\| `([a-z]+:[a-z]+)` \|", said("docs/api.md"), re.M)
    assert sorted(told) == sorted(scope.value for scope in Scope)


@pytest.mark.parametrize("page", NAMES_ROUTES)
def test_every_route_that_a_page_names_is_there_for_those_scopes_and_takes_that_body(page):
    named = list(routes(said(page)))
    assert named
    assert not [fault for call in named for fault in faults_of(call)]


@pytest.mark.parametrize("page", WITH_CALLS)
def test_every_call_that_a_page_shows_is_taken_and_answered_so(page):
    """Members that are left out are marked with dots, so what is shown is all there is, or says that it is not."""
    made = list(calls(said(page)))
    assert any(call.body for call in made)
    assert not [fault for call in made for fault in faults_of(call)]


def test_every_offer_that_the_page_drafts_is_one():
    drafts = [call.body for call in calls(said("docs/api.md")) if str(call) == "POST /offers"]
    assert drafts
    assert not [error.message for body in drafts for error in jsonschema_rs.validator_for(schema()).iter_errors(body)]


def test_the_pages_name_scopes_that_exist():
    known = {scope.value for scope in Scope}
    for page in WITH_CALLS:
        assert set(re.findall(r"--scope ([a-z:]+)", said(page))) <= known


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`GET /nothing`", "no such route"),
        ("`POST /rewards/{code}/submit`, `/nothing`", "no such route"),
        ("| route | with the scope |\n| --- | --- |\n| `POST /rewards` | `rewards:read` |", "another scope"),
        ('`POST /coupons/lookup` `{"kode"}`', ".kode is not there"),
        ('`POST /coupons/lookup` `{"customer_id"}`', ".code is left out"),
        ('`POST /claims/{claim_id}/send` `{"note": "x"}`', "takes no body"),
        ('`POST /coupons/lookup` `{"code": 12}`', "is not of type"),
    ],
)
def test_what_a_page_has_wrong_is_found(text, fault):
    assert [found for call in routes(text) for found in faults_of(call) if fault in found]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ('{"id": 1, ...}', ".id: 1 is no string"),
        ('{"kode": "A", ...}', ".kode is not there"),
        ('{"code": "A"}', ".name is left out"),
    ],
)
def test_what_an_answer_has_wrong_is_found(answer, fault):
    """Of those that a redemption is answered with."""
    text = f'    ask /redemptions -d \'{{"reward": "water"}}\'\n\n    {answer}\n'
    (call,) = calls(text)
    assert call.answer == shown(answer)
    assert [found for found in faults_of(call) if fault.replace(".name", ".reward_name") in found]
