from typing import ClassVar

from django.db import migrations

FORWARD = "CREATE INDEX sales_sale_newest ON sales_sale (business_date, occurred_at, id)"
BACKWARD = "DROP INDEX sales_sale_newest"


class Migration(migrations.Migration):
    """Lists of sales begin with the newest; they read a page of this index instead of a whole day."""

    dependencies: ClassVar = [("sales", "0003_rollup_product")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
