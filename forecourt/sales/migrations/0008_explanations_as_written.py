"""Explanations are read whole and never searched: kept as the text they were written as, which costs a posting less."""

from django.db import migrations

FORWARD = "ALTER TABLE sales_sale ALTER COLUMN explanation TYPE json"
BACK = "ALTER TABLE sales_sale ALTER COLUMN explanation TYPE jsonb"


class Migration(migrations.Migration):
    dependencies = [("sales", "0007_points_given_back")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
