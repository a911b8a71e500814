"""Attending an event can give a coupon."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("occasions", "0002_versions_of_rules"),
    ]

    operations = [
        migrations.AddField(
            "memberevent",
            "template",
            models.CharField(blank=True, default="", max_length=40, verbose_name="coupon for attending"),
        ),
        migrations.AddField(
            "signup", "template", models.CharField(blank=True, default="", max_length=40, verbose_name="coupon")
        ),
    ]
