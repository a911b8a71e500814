"""Awards say what the goods cost that an offer handed over, so that claims on who pays for it hold them."""

from django.db import migrations

FORWARD = "ALTER TABLE sales_award ADD COLUMN gifts numeric(14, 4) NOT NULL DEFAULT 0"
BACK = "ALTER TABLE sales_award DROP COLUMN gifts"


class Migration(migrations.Migration):
    dependencies = [("sales", "0009_holds")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
