"""A simulation keeps the drafts it is of."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("sales", "0012_promise_of_sale")]
    operations: ClassVar = [
        migrations.AddField(model_name="simulation", name="rules", field=models.JSONField(null=True)),
    ]
