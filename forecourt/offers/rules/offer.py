"""An offer as data: what it is called, when it holds, what it gives, how it combines, what it may cost, who pays."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar

from msgspec import Meta

from forecourt.kernel.bounds import NotNegative, OfHundred
from forecourt.kernel.values import Value
from forecourt.offers.rules.conditions import All, AnyCondition
from forecourt.offers.rules.effects import AnyEffect
from forecourt.offers.rules.speaking import Input, gettext_noop
from forecourt.offers.values import Budget, Code, Share

COMPANY = "brand"
"""Who pays for an offer that names nobody."""


class Offer(Value, forbid_unknown_fields=True, omit_defaults=True):
    """An offer. `starts` and `ends` bound it (the end is not included); conditions say which sales it is for.

    Combining: of offers with the same `group` a sale gets one; one that is `alone` goes with no other; those of higher
    `priority` come first whatever they are worth; of equal ones the customer gets the combination that is worth most.
    `worth` is what its gifts and coupons count for there, in money.
    `floor`: it stops where the margin floor of a product is reached. Funders' percents add up to 100; nobody named is the
    company itself, "brand".
    """

    code: Code
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    text: Annotated[str, Meta(max_length=400)] = ""
    when: AnyCondition = All()
    then: Annotated[tuple[AnyEffect, ...], Meta(min_length=1, max_length=10)]
    starts: Annotated[datetime, Meta(tz=True)] | None = None
    ends: Annotated[datetime, Meta(tz=True)] | None = None
    group: Annotated[str, Meta(max_length=40)] = ""
    alone: bool = False
    priority: Annotated[int, Meta(ge=-100, le=100)] = 0
    worth: NotNegative = Decimal(0)
    floor: bool = True
    budgets: Annotated[tuple[Budget, ...], Meta(max_length=10)] = ()
    funding: Annotated[tuple[Share, ...], Meta(max_length=10)] = ()

    inputs: ClassVar[dict[str, Input]] = {
        "code": Input(gettext_noop("Code"), "text", gettext_noop("Letters, digits, dots, dashes; it never changes.")),
        "name": Input(gettext_noop("Name"), "text", gettext_noop("As receipts print it.")),
        "text": Input(gettext_noop("For customers"), "text", gettext_noop("What the app says about it.")),
        "when": Input(gettext_noop("When it applies"), "condition"),
        "then": Input(gettext_noop("What it gives"), "effects"),
        "starts": Input(gettext_noop("Starts"), "moment"),
        "ends": Input(gettext_noop("Ends"), "moment", gettext_noop("From then on it is over.")),
        "group": Input(
            gettext_noop("Group"), "text", gettext_noop("Of offers in the same group a sale gets the best one only.")
        ),
        "alone": Input(gettext_noop("Alone"), "yes", gettext_noop("Goes with no other offer.")),
        "priority": Input(
            gettext_noop("Priority"), "whole", gettext_noop("Higher ones come first, whatever they are worth.")
        ),
        "worth": Input(
            gettext_noop("Worth of gifts and coupons"),
            "money",
            gettext_noop("What they count for when the best offers are chosen."),
        ),
        "floor": Input(gettext_noop("Keep the margin floor"), "yes"),
        "budgets": Input(gettext_noop("Budgets"), "rows"),
        "funding": Input(gettext_noop("Who pays"), "rows", gettext_noop("The company itself unless given.")),
    }


class Policy(Value, forbid_unknown_fields=True, omit_defaults=True):
    """How all offers combine: at most `most_offers` in a sale (0: any number), at most `most_percent` off any product."""

    most_offers: Annotated[int, Meta(ge=0, le=100)] = 0
    most_percent: OfHundred = Decimal(100)


class PolicyHandedIn(Value):
    """A policy handed in, to hold from `valid_from` on; null: as soon as it is approved."""

    policy: Policy
    valid_from: datetime | None = None
