"""The peer: django-oscar records a sale with a voucher, in its own environment and database.

    python oscar_sale.py setup
    python oscar_sale.py sell SHARE SECONDS

Runs without Forecourt. PEER_DATABASE and PEER_HOST name the database. `sell` prints a JSON line {"sales", "seconds"};
SHARE is 0 or 1, so that two processes sell to different users and wait for each other as little as can be.
"""

import json
import os
import random
import sys
import time
from datetime import timedelta
from decimal import Decimal

import django
import oscar
from django.conf import settings
from oscar import defaults

PRODUCTS, USERS, SHARES = 200, 100, 2

settings.configure(
    **{name: getattr(defaults, name) for name in dir(defaults) if name.startswith("OSCAR_")},
    INSTALLED_APPS=oscar.INSTALLED_APPS,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PEER_DATABASE"],
            "USER": os.environ.get("PEER_USER", "postgres"),
            "HOST": os.environ["PEER_HOST"],
            "CONN_MAX_AGE": None,
        }
    },
    HAYSTACK_CONNECTIONS={"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    SECRET_KEY="only for measuring",
    SITE_ID=1,
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402  models come after the settings
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from oscar.core.loading import get_class, get_model  # noqa: E402

Basket = get_model("basket", "Basket")
Benefit = get_model("offer", "Benefit")
Category = get_model("catalogue", "Category")
Condition = get_model("offer", "Condition")
ConditionalOffer = get_model("offer", "ConditionalOffer")
Order = get_model("order", "Order")
Partner = get_model("partner", "Partner")
Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
Range = get_model("offer", "Range")
StockRecord = get_model("partner", "StockRecord")
User = get_user_model()
Voucher = get_model("voucher", "Voucher")

Applicator = get_class("offer.applicator", "Applicator")
NoShippingRequired = get_class("shipping.methods", "NoShippingRequired")
OrderCreator = get_class("order.utils", "OrderCreator")
OrderNumberGenerator = get_class("order.utils", "OrderNumberGenerator")
OrderTotalCalculator = get_class("checkout.calculators", "OrderTotalCalculator")
Selector = get_class("partner.strategy", "Selector")


def set_up() -> None:
    """Tables, products with stock, and users who each have a voucher of ten percent with an offer of its own."""
    call_command("migrate", verbosity=0)
    kind = ProductClass.objects.create(name="Shop", requires_shipping=False, track_stock=True)
    partner = Partner.objects.create(name="Station")
    for number in range(PRODUCTS):
        product = Product.objects.create(product_class=kind, title=f"Product {number}", upc=f"{number:013d}")
        StockRecord.objects.create(
            product=product,
            partner=partner,
            partner_sku=f"{number:013d}",
            price=Decimal("5.00"),
            num_in_stock=2_000_000_000,
        )
    everything = Range.objects.create(name="Everything", includes_all_products=True)
    condition = Condition.objects.create(range=everything, type=Condition.COUNT, value=1)
    now = timezone.now()
    for number in range(USERS):
        User.objects.create(username=f"user{number}", email=f"user{number}@example.com")
        benefit = Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=10)
        offer = ConditionalOffer.objects.create(
            name=f"Offer {number}", offer_type=ConditionalOffer.VOUCHER, condition=condition, benefit=benefit
        )
        voucher = Voucher.objects.create(
            name=f"Voucher {number}",
            code=f"V{number}",
            usage=Voucher.MULTI_USE,
            start_datetime=now - timedelta(days=1),
            end_datetime=now + timedelta(days=1),
        )
        voucher.offers.add(offer)


@transaction.atomic(durable=True)
def record_sale(number: int, barcodes: list[str]) -> "Order":
    """One sale as oscar's checkout makes it, from a basket to a submitted order, for a user and the codes a till has."""
    user = User.objects.get(username=f"user{number}")
    basket = Basket.objects.create(owner=user)
    basket.strategy = Selector().strategy(user=user)
    for barcode in barcodes:
        basket.add_product(Product.objects.get(upc=barcode), 1)
    basket.vouchers.add(Voucher.objects.get(code=f"V{number}"))
    Applicator().apply(basket, user)
    shipping = NoShippingRequired()
    charge = shipping.calculate(basket)
    total = OrderTotalCalculator().calculate(basket, charge)
    order_number = OrderNumberGenerator().order_number(basket)
    basket.freeze()
    order = OrderCreator().place_order(
        basket=basket,
        total=total,
        shipping_method=shipping,
        shipping_charge=charge,
        user=user,
        order_number=order_number,
    )
    basket.submit()
    return order


def sell(share: int, seconds: float) -> dict[str, float]:
    """Record sales one after the other for so long; the first ones are not counted."""
    numbers = range(share, USERS, SHARES)
    order = None
    for _ in range(5):
        order = _any_sale(numbers)
    if order.total_incl_tax != Decimal("9.00"):
        raise SystemExit(f"the voucher did not count: {order.total_incl_tax} instead of 9.00")
    sales, started = 0, time.perf_counter()
    while (took := time.perf_counter() - started) < seconds:
        _any_sale(numbers)
        sales += 1
    return {"sales": sales, "seconds": took}


def _any_sale(numbers: range) -> "Order":
    barcodes = [f"{number:013d}" for number in random.sample(range(PRODUCTS), 2)]
    return record_sale(random.choice(numbers), barcodes)


if __name__ == "__main__":
    if sys.argv[1] == "setup":
        set_up()
    else:
        print(json.dumps(sell(int(sys.argv[2]), float(sys.argv[3]))))
