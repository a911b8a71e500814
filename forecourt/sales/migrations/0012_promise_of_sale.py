"""The reservation of a sale is found by the sale: repairs rate by what was promised."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sales", "0011_repaired")]

    operations = [
        migrations.AddIndex(
            "reservation",
            models.Index(condition=models.Q(("sale_id__isnull", False)), fields=["sale_id"], name="reservation_sale"),
        ),
    ]
