from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("coupons", "0008_versions_of_templates"),
    ]

    operations = [
        migrations.AddField(
            model_name="coupontemplate",
            name="draft",
            field=models.JSONField(null=True, verbose_name="draft"),
        ),
        migrations.AddField(
            model_name="coupontemplate",
            name="is_draft",
            field=models.BooleanField(default=False, verbose_name="never approved"),
        ),
    ]
