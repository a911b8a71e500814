"""Rules of gifts and referrals count versions, which stay; what is live becomes the version it was."""

from django.db import migrations, models

KINDS = [("birthday", "Birthday"), ("anniversary", "Anniversary of joining"), ("referral", "Referral")]

CARRY_OVER = """
INSERT INTO occasions_rulesversion
    (kind, version, valid_from, body, note, submitted_by, published_at, published_by)
SELECT kind, greatest(version, 1), coalesce(published_at, edited_at), live, '', coalesce(nullif(published_by, ''), edited_by),
    coalesce(published_at, edited_at), coalesce(nullif(published_by, ''), edited_by)
FROM occasions_occasionrules WHERE live IS NOT NULL
"""
STOPPED = """
INSERT INTO occasions_rulesversion
    (kind, version, valid_from, body, note, submitted_by, published_at, published_by)
SELECT kind, version + 1, now(), NULL, '', edited_by, now(), edited_by
FROM occasions_occasionrules WHERE live IS NULL AND version > 0
"""
BACK = """
UPDATE occasions_occasionrules AS rules SET version = last.version, live = last.body,
    published_at = last.published_at, published_by = last.published_by
FROM (
    SELECT DISTINCT ON (kind) kind, version, body, published_at, published_by FROM occasions_rulesversion
    WHERE valid_from <= now() ORDER BY kind, version DESC
) AS last WHERE last.kind = rules.kind
"""


class Migration(migrations.Migration):
    dependencies = [
        ("occasions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RulesVersionRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=12, verbose_name="kind")),
                ("version", models.IntegerField(verbose_name="version")),
                ("valid_from", models.DateTimeField(verbose_name="in force from")),
                ("body", models.JSONField(null=True)),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                ("submitted_by", models.TextField(blank=True, default="", verbose_name="handed in by")),
                ("published_at", models.DateTimeField(verbose_name="published")),
                ("published_by", models.TextField(verbose_name="published by")),
            ],
            options={
                "verbose_name": "version of the rules of an occasion",
                "verbose_name_plural": "versions of the rules of occasions",
                "db_table": "occasions_rulesversion",
            },
        ),
        migrations.AddConstraint(
            model_name="rulesversionrow",
            constraint=models.UniqueConstraint(fields=("kind", "version"), name="one_version_of_rules"),
        ),
        migrations.RunSQL(CARRY_OVER, BACK),
        migrations.RunSQL(STOPPED, migrations.RunSQL.noop),
        migrations.RemoveField("occasionrules", "live"),
        migrations.RemoveField("occasionrules", "version"),
        migrations.RemoveField("occasionrules", "published_at"),
        migrations.RemoveField("occasionrules", "published_by"),
        migrations.AddField("dailyrun", "version", models.IntegerField(default=0, verbose_name="version")),
        migrations.AddField("giftrow", "version", models.IntegerField(default=0, verbose_name="version")),
    ]
