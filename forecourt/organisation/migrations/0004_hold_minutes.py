from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0003_solo_approval"),
    ]

    operations = [
        migrations.AddField(
            model_name="company",
            name="hold_minutes",
            field=models.SmallIntegerField(default=20, verbose_name="minutes for which a reservation holds"),
        ),
    ]
