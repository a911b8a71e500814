from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("games", "0003_play_coupon_ran_out"),
    ]

    operations = [
        migrations.AddField(
            model_name="win",
            name="waits_since",
            field=models.DateTimeField(null=True),
        ),
    ]
