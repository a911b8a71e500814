from typing import ClassVar

from django.db import migrations

FORWARD = """
ALTER TABLE kernel_event DROP CONSTRAINT kernel_event_pkey;
DROP INDEX kernel_event_timeline;
ALTER TABLE kernel_event ADD PRIMARY KEY (customer_id, occurred_at, id, recorded_at);
"""
BACKWARD = """
ALTER TABLE kernel_event DROP CONSTRAINT kernel_event_pkey;
ALTER TABLE kernel_event ADD PRIMARY KEY (customer_id, recorded_at, id);
CREATE INDEX kernel_event_timeline ON kernel_event (customer_id, occurred_at DESC);
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("kernel", "0001_initial")]
    operations: ClassVar = [migrations.RunSQL(FORWARD, BACKWARD)]
