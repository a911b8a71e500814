from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_cost_of_gifts"),
    ]

    operations = [
        migrations.AddField(
            model_name="fundingcost",
            name="is_correction",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="fundingcost",
            name="origin",
            field=models.TextField(),
        ),
        migrations.AddConstraint(
            model_name="fundingcost",
            constraint=models.UniqueConstraint(fields=("claim", "origin"), name="claim_cost_once"),
        ),
    ]
