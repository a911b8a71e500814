"""The company's settings on their screen."""

from forecourt.organisation import queries as organisation
from tests.backoffice.test_choosers import page, signed

__all__ = ["signed"]


def test_how_long_reservations_hold_is_set_on_the_companys_screen(signed):
    assert 'name="hold_minutes" value="20"' in page(signed, "company/")
    given = {"name": "Acme", "zone": "Asia/Shanghai", "currency": "CNY", "digits": "2", "volume_unit": "litre"}
    signed.post("/admin/company/", given | {"hold_minutes": "45"})
    assert organisation.company().hold_minutes == 45
    assert 'name="hold_minutes" value="45"' in page(signed, "company/")
    refused = signed.post(
        "/admin/company/", given | {"hold_minutes": "500"}, headers={"accept-language": "zh-CN"}, follow=True
    )
    assert "可设为 1 至 240 分钟" in refused.content.decode()
    assert organisation.company().hold_minutes == 45
