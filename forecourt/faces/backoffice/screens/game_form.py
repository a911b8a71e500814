"""The builder of games: its fields as they are shown, and what was typed as a game again.

Rows of prizes, segments, questions and awards are called "prizes.0.name"; their numbers need not follow on each other: rows
are added and taken away in the browser, and count in the order in which they were sent.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from forecourt.faces.backoffice.screens import choosing
from forecourt.games import rules
from forecourt.games.values import (
    WHOLE,
    Award,
    Draw,
    GameKind,
    GameRules,
    Prize,
    PrizeKind,
    Question,
    Quiz,
    SaleChances,
    Segment,
    TierWeight,
    Wheel,
    Who,
)
from forecourt.kernel import clock
from forecourt.kernel.problems import Invalid

MOST_ROWS: Final = 300
_ROW: Final = re.compile(r"^(prizes|segments|questions|awards)\.(\d{1,6})\.")


def blank(kind: GameKind) -> GameRules:
    """What a new game begins as: playable as it stands but for its prizes' names."""
    now = timezone.localtime(clock.now()).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    ends = now + timedelta(days=30)
    points = Prize(code="prize-1", name=_("100 points"), kind=PrizeKind.POINTS, points=100)
    common: dict[str, Any] = {
        "code": f"{kind.value}-{now:%y%m%d}",
        "name": {
            GameKind.WHEEL: _("Lucky wheel"),
            GameKind.DRAW: _("Lucky draw"),
            GameKind.QUIZ: _("Quiz"),
        }[kind],
        "kind": kind,
        "starts_at": now,
        "ends_at": ends,
        "per_day": 1,
    }
    if kind is GameKind.WHEEL:
        segments = (
            Segment(label=_("Better luck next time"), parts=WHOLE * 9 // 10),
            Segment(label=points.name, parts=WHOLE // 10, prize=points.code),
        )
        return GameRules(**common, prizes=(points,), wheel=Wheel(segments=segments))
    if kind is GameKind.QUIZ:
        question = Question(text="", options=(), right=())
        return GameRules(
            **common, prizes=(points,), quiz=Quiz(questions=(question,), awards=(Award(right=1, prize=points.code),))
        )
    first = Prize(code="prize-1", name=_("First prize"), kind=PrizeKind.GOODS, winners=1, stock=1, prize_class="1")
    draw = Draw(draws_at=ends + timedelta(hours=1))
    return GameRules(
        **{**common, "per_day": 0}, prizes=(first,), draw=draw, sale_chances=SaleChances(volume=Decimal(30))
    )


class Form:
    """What was typed. Faults of figures are gathered by their inputs, so that all are told at once."""

    def __init__(self, given: QueryDict) -> None:
        self.given = given
        self.faults: dict[str, str] = {}

    def text(self, name: str) -> str:
        return str(self.given.get(name, "")).strip()

    def whole(self, name: str, otherwise: int = 0, most: int = 1_000_000_000) -> int:
        typed = self.text(name).replace(",", "")
        if not typed:
            return otherwise
        if not (typed.isascii() and typed.isdigit()) or int(typed) > most:
            self.faults[name] = _("%(typed)r is no whole number up to %(most)s") % {"typed": typed, "most": f"{most:,}"}
            return otherwise
        return int(typed)

    def figure(self, name: str, digits: int = 2) -> Decimal:
        typed = self.text(name).replace(",", "").rstrip("%")
        try:
            value = Decimal(typed or 0)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0 or value >= 10**9 or value != round(value, digits):
            self.faults[name] = _("%(typed)r is no figure with at most %(digits)s decimal places") % {
                "typed": typed,
                "digits": digits,
            }
            return Decimal(0)
        return value

    def payer(self, name: str) -> str:
        """Who was chosen to pay, as a code."""
        try:
            return choosing.payer(self.given, name)
        except Invalid as problem:
            self.faults |= problem.fields
            return ""

    def moment(self, name: str) -> datetime:
        """A moment on the company's clock."""
        try:
            return timezone.make_aware(datetime.fromisoformat(self.text(name)))
        except ValueError:
            self.faults[name] = _("is no date and time; choose one")
            return clock.now()

    def rows(self, kind: str) -> list[str]:
        """The beginnings of a kind's rows, "prizes.3.", in the order they were sent."""
        found: dict[str, None] = {}
        for name in self.given:
            match = _ROW.match(name)
            if match and match[1] == kind:
                found[match[0]] = None
        return list(found)[:MOST_ROWS]


def read(given: QueryDict, kind: GameKind) -> tuple[GameRules, dict[str, str]]:
    """The game as it was typed, and the inputs that its paths come from. Invalid, with every input that cannot be read."""
    form = Form(given)
    names: dict[str, str] = {}
    prizes = tuple(_prizes(form, kind, names))
    game = GameRules(
        code=form.text("code"),
        name=form.text("name"),
        kind=kind,
        starts_at=form.moment("starts_at"),
        ends_at=form.moment("ends_at"),
        terms=form.text("terms"),
        who=Who(
            tiers=tuple(given.getlist("tier")),
            tags=tuple(dict.fromkeys([*given.getlist("tag"), *choosing.typed(form.text("tags"))])),
            bought_days=form.whole("bought_days", most=3650),
        ),
        per_day=form.whole("per_day", most=10_000),
        in_all=form.whole("in_all", most=100_000),
        needs_chance="needs_chance" in given,
        points_cost=form.whole("points_cost", most=1_000_000),
        first_chances=form.whole("first_chances", most=1000),
        sale_chances=_sale_chances(form),
        prizes=prizes,
        wheel=_wheel(form, names) if kind is GameKind.WHEEL else None,
        draw=_draw(form) if kind is GameKind.DRAW else None,
        quiz=_quiz(form, names) if kind is GameKind.QUIZ else None,
    )
    if form.faults:
        raise Invalid(next(iter(form.faults.values())), fields=form.faults)
    return game, names


def _prizes(form: Form, kind: GameKind, names: dict[str, str]) -> Iterator[Prize]:
    for number, at in enumerate(form.rows("prizes")):
        kind_of = form.text(f"{at}kind")
        prize = Prize(
            code=form.text(f"{at}code") or f"prize-{number + 1}",
            name=form.text(f"{at}name"),
            kind=PrizeKind(kind_of) if kind_of in set(PrizeKind) else PrizeKind.POINTS,
            points=form.whole(f"{at}points") if kind_of == PrizeKind.POINTS else 0,
            template=form.text(f"{at}template") if kind_of == PrizeKind.COUPON else "",
            stock=form.whole(f"{at}stock") if form.text(f"{at}stock") else None,
            value=form.figure(f"{at}value"),
            cost=form.figure(f"{at}cost", 4),
            funder=form.payer(f"{at}funder") or "brand",
            collect_days=form.whole(f"{at}collect_days", 30, 3650) or 30,
            stations=tuple(dict.fromkeys(code for code in form.given.getlist(f"{at}stations") if code)),
            winners=form.whole(f"{at}winners", most=1_000_000) if kind is GameKind.DRAW else 0,
            prize_class=form.text(f"{at}prize_class") if kind is GameKind.DRAW else "",
            reserves=form.whole(f"{at}reserves", most=1000) if kind is GameKind.DRAW else 0,
        )
        for field in Prize.__struct_fields__:
            names[f"prizes.{prize.code}.{field}"] = names[f"prizes.{number}.{field}"] = f"{at}{field}"
        names.setdefault("prizes", f"{at}{'winners' if kind is GameKind.DRAW else 'name'}")
        yield prize


def _sale_chances(form: Form) -> SaleChances | None:
    if "by_sales" not in form.given:
        return None
    return SaleChances(
        volume=form.figure("sale_volume", 3),
        amount=form.figure("sale_amount"),
        count=form.whole("sale_count", 1, 100) or 1,
        each="sale_each" in form.given,
        most=form.whole("sale_most", most=1000),
    )


def _wheel(form: Form, names: dict[str, str]) -> Wheel:
    segments, consolation = [], 0
    for number, at in enumerate(form.rows("segments")):
        parts = int(form.figure(f"{at}percent", 4) * (WHOLE // 100))
        segments.append(Segment(label=form.text(f"{at}label"), parts=min(parts, WHOLE), prize=form.text(f"{at}prize")))
        if form.text("consolation") == at:
            consolation = number
        names[f"segments.{number}"] = names[f"wheel.segments.{number}"] = f"{at}label"
        names[f"segments.{number}.prize"] = f"{at}prize"
        names["segments"] = f"{at}percent"
    return Wheel(segments=tuple(segments), consolation=consolation)


_WEIGHT: Final = "weight."
"""What the inputs of tickets' weights by tier begin with."""


def _draw(form: Form) -> Draw:
    named = [name.removeprefix(_WEIGHT) for name in form.given if name.startswith(_WEIGHT)]
    weights = [TierWeight(tier=tier, weight=max(1, form.whole(_WEIGHT + tier, 1, 1000))) for tier in named]
    return Draw(
        draws_at=form.moment("draws_at"),
        by_sign_up="by_sign_up" in form.given,
        tier_weights=tuple([one for one in weights if one.weight != 1]),
        entropy_from=form.text("entropy_from"),
        confirm_days=form.whole("confirm_days", most=365),
    )


def _quiz(form: Form, names: dict[str, str]) -> Quiz:
    questions = []
    for number, at in enumerate(form.rows("questions")):
        lines = [line.strip() for line in form.text(f"{at}options").splitlines() if line.strip()]
        questions.append(
            Question(
                text=form.text(f"{at}text"),
                options=tuple(line.lstrip("*＊ ").strip() for line in lines),
                right=tuple(place for place, line in enumerate(lines) if line[0] in "*＊"),
            )
        )
        names[f"questions.{number}"] = names[f"quiz.questions.{number}.options"] = f"{at}options"
        names[f"quiz.questions.{number}"] = f"{at}text"
        names.setdefault("questions", f"{at}text")
    awards = []
    for at in form.rows("awards"):
        awards.append(Award(right=max(1, form.whole(f"{at}right", 1, 1000)), prize=form.text(f"{at}prize")))
        names.setdefault("awards", f"{at}right")
    return Quiz(
        questions=tuple(questions),
        awards=tuple(awards),
        ask=form.whole("ask", most=1000),
        seconds=form.whole("seconds", most=86_400),
        tells_answers="tells_answers" in form.given,
    )


def shown(game: GameRules) -> dict[str, Any]:
    """A game as the inputs of the form hold it."""
    local = lambda moment: f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"  # noqa: E731
    sales = game.sale_chances
    return {
        "starts_at": local(game.starts_at),
        "ends_at": local(game.ends_at),
        "draws_at": local(game.draw.draws_at) if game.draw else "",
        "by_sales": sales is not None,
        "sale": sales or SaleChances(volume=Decimal(30)),
        "prizes": [prize_row(number, prize) for number, prize in enumerate(game.prizes)],
        "segments": [
            segment_row(number, one, is_consolation=bool(game.wheel) and game.wheel.consolation == number)  # type: ignore[union-attr]
            for number, one in enumerate(game.wheel.segments if game.wheel else ())
        ],
        "questions": [
            {
                "at": f"questions.{number}.",
                "text": one.text,
                "options": "\n".join(
                    f"* {option}" if place in one.right else option for place, option in enumerate(one.options)
                ),
            }
            for number, one in enumerate(game.quiz.questions if game.quiz else ())
        ],
        "awards": [
            {"at": f"awards.{number}.", "right": one.right, "prize": one.prize}
            for number, one in enumerate(game.quiz.awards if game.quiz else ())
        ],
        "weights": {one.tier: one.weight for one in (game.draw.tier_weights if game.draw else ())},
    }


def prize_row(number: int | str, prize: Prize) -> dict[str, Any]:
    return {
        "at": f"prizes.{number}.",
        "prize": prize,
        "stock": "" if prize.stock is None else str(prize.stock),
        "value": _plain(prize.value),
        "cost": _plain(prize.cost),
        "funder": f"prizes.{number}.funder",
    }


def segment_row(number: int | str, segment: Segment, *, is_consolation: bool = False) -> dict[str, Any]:
    return {
        "at": f"segments.{number}.",
        "label": segment.label,
        "percent": rules.percent(segment.parts),
        "prize": segment.prize,
        "is_consolation": is_consolation,
    }


def blanks() -> dict[str, Any]:
    """Rows for the browser to copy; `__n__` stands for their number."""
    return {
        "prize": prize_row("__n__", Prize(code="", name="", kind=PrizeKind.POINTS)),
        "segment": segment_row("__n__", Segment(label="", parts=0)),
        "question": {"at": "questions.__n__.", "text": "", "options": ""},
        "award": {"at": "awards.__n__.", "right": 1, "prize": ""},
    }


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "" if text == "0" else text


def wheel_drawing(game: GameRules) -> dict[str, Any] | None:
    """What the browser draws a wheel from."""
    if game.wheel is None:
        return None
    return {"segments": [{"label": one.label, "parts": one.parts, "prize": one.prize} for one in game.wheel.segments]}
