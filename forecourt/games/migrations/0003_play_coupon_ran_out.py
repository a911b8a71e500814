from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0002_reserves"),
    ]

    operations = [
        migrations.AddField(
            model_name="play",
            name="coupon_ran_out",
            field=models.BooleanField(default=False),
        ),
    ]
