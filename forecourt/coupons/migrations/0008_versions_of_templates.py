"""What templates say is kept in versions; the first of each is what it says when this is applied."""

import django.db.models.deletion
from django.db import migrations, models

FIRST = """
INSERT INTO coupons_coupontemplateversion (template_id, number, body, valid_from, published_at, published_by)
SELECT id, 1, body, created_at, created_at, created_by FROM coupons_coupontemplate
"""


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0007_sheets"),
    ]

    operations = [
        migrations.CreateModel(
            name="CouponTemplateVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.IntegerField(verbose_name="version")),
                ("body", models.JSONField()),
                ("valid_from", models.DateTimeField(verbose_name="in force from")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("published_by", models.TextField(verbose_name="published by")),
                (
                    "template",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="coupons.coupontemplate",
                    ),
                ),
            ],
            options={
                "verbose_name": "version of a coupon template",
                "verbose_name_plural": "versions of coupon templates",
                "ordering": ["template", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("template", "number"), name="coupon_template_version_once")
                ],
            },
        ),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
    ]
