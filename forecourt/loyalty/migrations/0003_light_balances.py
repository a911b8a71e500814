from typing import ClassVar

from django.db import migrations

FILL = "ALTER TABLE loyalty_balance SET (fillfactor = 70)"
BACK = "ALTER TABLE loyalty_balance RESET (fillfactor)"


class Migration(migrations.Migration):
    """Every sale updates a balance: without an index on points, and with room on the page, the update stays in place."""

    dependencies: ClassVar = [("loyalty", "0002_tier_reviews")]
    operations: ClassVar = [
        migrations.RemoveIndex(model_name="pointsbalance", name="balance_points"),
        migrations.RunSQL(FILL, BACK),
    ]
