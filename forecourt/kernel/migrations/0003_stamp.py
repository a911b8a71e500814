from typing import ClassVar

from django.db import migrations

FORWARD = "CREATE TABLE kernel_stamp (name text PRIMARY KEY, stamp bigint NOT NULL)"
BACKWARD = "DROP TABLE kernel_stamp"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0002_timeline_is_the_key")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
