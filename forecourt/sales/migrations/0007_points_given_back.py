"""Refunds say how many points they gave back of those that paid; whole refunds of before say it from now on too."""

from django.db import migrations

SAY = """
UPDATE sales_sale AS refund SET points_spent = -returned.points
FROM (
    SELECT substr(origin, 6)::uuid AS sale_id, sum(points) AS points
    FROM loyalty_entry WHERE origin LIKE 'sale:%' AND kind = 'return' GROUP BY 1
) AS returned
WHERE refund.refund_of = returned.sale_id
  AND refund.id = (
    SELECT last.id FROM sales_sale AS last WHERE last.refund_of = returned.sale_id
    ORDER BY last.recorded_at DESC, last.id DESC LIMIT 1
  )
"""
UNSAY = "UPDATE sales_sale SET points_spent = 0 WHERE refund_of IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [
        ("sales", "0006_visits"),
        ("loyalty", "0006_ledger_and_tiers"),
    ]

    operations = [migrations.RunSQL(SAY, UNSAY)]
