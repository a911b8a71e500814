"""Announced policies and floors can be withdrawn before they hold."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0003_rules_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name=name,
            name=field,
            field=kind,
        )
        for name in ("policyversion", "floor")
        for field, kind in (
            ("withdrawn_at", models.DateTimeField(null=True, verbose_name="withdrawn")),
            ("withdrawn_by", models.TextField(blank=True, default="", verbose_name="withdrawn by")),
        )
    ]
