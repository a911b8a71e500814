"""The repair queue says when a sale was rated anew, and whose it was before: simulations leave such sales as they are."""

from django.db import migrations, models

REPAIRED = """
UPDATE sales_repair AS repair SET repaired_at = repair.closed_at
FROM sales_sale AS sale
WHERE repair.closed_at IS NOT NULL AND sale.customer_id = repair.customer_id
  AND sale.business_date = repair.business_date AND sale.id = repair.sale_id AND sale.flags = '{}'
"""


class Migration(migrations.Migration):
    dependencies = [("sales", "0010_cost_of_gifts")]

    operations = [
        migrations.AddField("repair", "repaired_at", models.DateTimeField(null=True)),
        migrations.AddField("repair", "booked_customer_id", models.BigIntegerField(null=True)),
        migrations.RunSQL(REPAIRED, migrations.RunSQL.noop),
    ]
