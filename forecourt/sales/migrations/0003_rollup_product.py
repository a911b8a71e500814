from django.db import migrations, models


class Migration(migrations.Migration):
    """Let charts of a year read the few products they show, not all that was sold."""

    dependencies = [
        ("sales", "0002_words"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="rollup",
            index=models.Index(fields=["product_id", "business_date"], name="rollup_product"),
        ),
    ]
