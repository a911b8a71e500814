"""Count the visits of members who were there before balances counted them."""

from pathlib import Path
from typing import Any

from django.db import migrations

COUNTED = (Path(__file__).parent.parent / "sql" / "visits.sql").read_text(encoding="utf-8")


def count_visits(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loyalty_balance AS balance SET sales = counted.sales, last_sale_at = counted.last_sale_at "
            f"FROM ({COUNTED}) AS counted WHERE counted.customer_id = balance.customer_id",
            {"customer_ids": None, "at": None, "sale_id": None},
        )


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0005_offers"),
        ("loyalty", "0006_ledger_and_tiers"),
        ("customers", "0001_initial"),
    ]

    operations = [migrations.RunPython(count_visits, migrations.RunPython.noop)]
