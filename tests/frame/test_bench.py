"""The test bench itself."""

from forecourt.kernel.models import Cursor
from forecourt.organisation.models import Station


def test_a_station_is_there_for_one_test(station, grades):
    assert Station.objects.get().code == station.code
    assert set(grades) == {"92", "95", "0", "6901234567892"}


def test_committed_rows_are_gone_afterwards(committed):
    Cursor.objects.create(reader="somebody")
    assert Station.objects.count() == 0


def test_nothing_is_left(committed):
    assert not Cursor.objects.filter(reader="somebody").exists()
