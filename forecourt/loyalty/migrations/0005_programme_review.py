"""The draft of the programme becomes one JSON; reviews say what became of them; a version can be withdrawn."""

from django.db import migrations, models

import forecourt.loyalty.values

CARRY_OVER = """
UPDATE loyalty_programmedraft SET revision = 1, body = jsonb_build_object(
    'name', name, 'tier_basis', tier_basis, 'tier_window_days', tier_window_days, 'grace_days', grace_days,
    'warn_days', warn_days, 'business_tier', business_tier, 'expiry', expiry, 'points_life_months', points_life_months,
    'pending_days', pending_days, 'negative_balance', negative_balance, 'point_value', point_value::text,
    'spend_minimum', spend_minimum, 'spend_step', spend_step, 'adjust_limit', adjust_limit,
    'household_shares', household_shares,
    'tiers', (SELECT COALESCE(jsonb_agg(jsonb_build_object(
        'code', code, 'name', name, 'threshold', threshold::text, 'multiplier_percent', multiplier_percent,
        'keep', keep::text, 'fuel_discount', fuel_discount::text, 'shop_percent', shop_percent::text,
        'coupons', coupons, 'is_priority', is_priority, 'perks', perks) ORDER BY threshold), '[]') FROM loyalty_tierdraft),
    'rates', (SELECT COALESCE(jsonb_agg(jsonb_build_object(
        'code', code, 'name', name, 'points', points::text, 'per', per, 'product', product, 'category', category,
        'kind', kind, 'family', family, 'stations', to_jsonb(stations), 'tender', tender) ORDER BY code), '[]')
        FROM loyalty_earnratedraft))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0004_loyalty_whole"),
    ]

    operations = [
        migrations.AddField("programmedraft", "body", models.JSONField(default=dict, verbose_name="rules")),
        migrations.AddField(
            "programmedraft", "revision", models.IntegerField(default=0, verbose_name="saved so many times")
        ),
        migrations.AddField("programmedraft", "saved_at", models.DateTimeField(null=True, verbose_name="saved")),
        migrations.AddField(
            "programmedraft", "saved_by", models.TextField(blank=True, default="", verbose_name="saved by")
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.DeleteModel("TierDraft"),
        migrations.DeleteModel("EarnRateDraft"),
        *[
            migrations.RemoveField("programmedraft", name)
            for name in (
                "name",
                "tier_basis",
                "tier_window_days",
                "grace_days",
                "warn_days",
                "business_tier",
                "expiry",
                "points_life_months",
                "pending_days",
                "negative_balance",
                "point_value",
                "spend_minimum",
                "spend_step",
                "adjust_limit",
                "household_shares",
            )
        ],
        migrations.AlterModelOptions(
            name="programmedraft",
            options={"verbose_name": "draft of the programme", "verbose_name_plural": "draft of the programme"},
        ),
        migrations.RemoveField(
            model_name="programmereview",
            name="is_approved",
        ),
        migrations.AddField(
            model_name="programmereview",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("open", "in review"),
                    ("approved", "approved"),
                    ("refused", "refused"),
                    ("withdrawn", "withdrawn"),
                ],
                default=forecourt.loyalty.values.Outcome["OPEN"],
                max_length=9,
                verbose_name="outcome",
            ),
        ),
        migrations.AddField(
            model_name="programmereview",
            name="reason",
            field=models.TextField(blank=True, default="", verbose_name="reason"),
        ),
        migrations.AddField(
            model_name="programmereview",
            name="valid_from",
            field=models.DateTimeField(null=True, verbose_name="in force from"),
        ),
        migrations.AddField(
            model_name="rulebook",
            name="withdrawn_at",
            field=models.DateTimeField(null=True, verbose_name="withdrawn"),
        ),
        migrations.AddField(
            model_name="rulebook",
            name="withdrawn_by",
            field=models.TextField(blank=True, default="", verbose_name="withdrawn by"),
        ),
    ]
