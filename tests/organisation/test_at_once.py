"""Two at head office who bar each other at once."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from forecourt.kernel.actors import SYSTEM
from forecourt.kernel.problems import Conflict
from forecourt.organisation import services
from forecourt.organisation.models import Staff
from forecourt.organisation.values import Role
from tests.organisation.conftest import PASSWORD


@pytest.mark.usefixtures("committed")
def test_one_of_two_remains():
    ids = [
        services.create_staff(SYSTEM, username=name, name=name, password=PASSWORD, roles=[(Role.HEAD_OFFICE, None)])
        for name in ("a", "b")
    ]
    start, refused = Barrier(2), []

    def bar(id: int) -> None:
        try:
            start.wait()
            services.deactivate(SYSTEM, id)
        except Conflict as problem:
            refused.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=bar, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert Staff.objects.filter(is_active=True).count() == 1
