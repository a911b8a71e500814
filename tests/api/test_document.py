"""The OpenAPI document: committed, so that a change of the API shows in a review."""

import os
import re
from pathlib import Path

import msgspec

import forecourt
from forecourt.faces.api.document import document
from tests.api.conftest import Caller

SNAPSHOT = Path(__file__).parent / "openapi.json"


def test_the_document_is_the_committed_one():
    """To accept a change: FORECOURT_UPDATE_OPENAPI=1 pytest tests/api/test_document.py."""
    text = msgspec.json.format(msgspec.json.encode(document(), order="sorted"), indent=1).decode() + "\n"
    if os.environ.get("FORECOURT_UPDATE_OPENAPI") == "1":
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert SNAPSHOT.read_text(encoding="utf-8") == text


READING = {"read", "redeem", "play"}
"""What a key must be allowed to read something: a till that redeems looks rewards up with the same key."""
ASKS_MORE = {
    "/api/v1/coupon-batches/{batch_id}/coupons",
    "/api/v1/coupon-batches/{batch_id}/export.csv",
    "/api/v1/coupon-batches/{batch_id}/sheets.zip",
    "/api/v1/coupon-templates/{code}/draft",
    "/api/v1/coupon-templates/{code}/reviews",
    "/api/v1/game-drafts",
    "/api/v1/game-reviews",
    "/api/v1/games/{code}/rules",
    "/api/v1/occasion-rules/referral/draft",
    "/api/v1/occasion-rules/{kind}/draft",
    "/api/v1/programme/draft",
    "/api/v1/rewards/{code}/reviews",
}
"""Reads for those who may write: codes of bearers are as good as the coupons, and a draft is nobody else's business."""
READ_BY_POST = {"/api/v1/coupons/lookup"}
"""Reads whose question must not stand in an address."""


def test_every_operation_names_its_scope_and_its_refusals():
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            where = f"{method} {path}"
            right = operation["x-scope"].partition(":")[2]
            assert right in {"read", "write", "approve", "spend", "play", "redeem", "run", "cap", "close"}, where
            assert (right == "read") <= (method == "get" or path in READ_BY_POST), where
            assert (method == "get") <= (right in READING or path in ASKS_MORE), where
            assert {"401", "403", "422", "429", "500", "503"} <= operation["responses"].keys(), where


def test_the_document_and_its_listing_are_open_to_all(db):
    nobody = Caller("")
    assert nobody.get("/openapi.json").json()["openapi"].startswith("3.1")
    page = nobody.get("/docs").content.decode()
    assert "/api/v1/sales/quote" in page
    assert "https://" not in page
    assert "权限范围" in nobody.get("/docs", ACCEPT_LANGUAGE="zh-hans").content.decode()


def test_no_two_schemas_have_one_name():
    """The document knows them by name: of two, one would be described as the other."""
    found: dict[str, list[str]] = {}
    for path in sorted(Path(forecourt.__file__).parent.glob("*/api*")):
        for file in [path] if path.suffix == ".py" else sorted(path.rglob("*.py")):
            for name in re.findall(
                r"^class (\w+)\((?:Schema|Body|Changes|\w+Out|\w+Body)\)", file.read_text("utf-8"), re.M
            ):
                found.setdefault(name, []).append(f"{file.parent.name}/{file.name}")
    assert not {name: places for name, places in found.items() if len(places) > 1}
