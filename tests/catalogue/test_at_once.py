"""Two who add the same products at once."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from forecourt.catalogue import services
from forecourt.catalogue.models import Product
from forecourt.catalogue.values import NewProduct
from forecourt.kernel.actors import SYSTEM


@pytest.mark.usefixtures("committed")
def test_both_get_the_same_products():
    products = [NewProduct(code=f"p{n}", name=f"{n}", category=f"A/{n % 5}", barcodes=(f"b{n}",)) for n in range(300)]
    start, answers, failures = Barrier(2), [], []

    def add() -> None:
        try:
            start.wait()
            answers.append(services.add_products(SYSTEM, products))
        except Exception as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [Thread(target=add) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert answers[0] == answers[1]
    assert Product.objects.count() == 300
