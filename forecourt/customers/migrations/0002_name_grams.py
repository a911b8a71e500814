from django.contrib.postgres.indexes import GinIndex
from django.db import migrations

import forecourt.customers.models

# Dear on purpose (COST): a plan that computes it for every row of a large table is never the right one.
NAME_GRAMS = """
CREATE FUNCTION customers_name_grams(name text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000
RETURN (
    SELECT array_agg(DISTINCT gram)
    FROM generate_series(1, length(name)) AS place,
        unnest(ARRAY[substr(upper(name), place, 2), substr(upper(name), place, 1)]) AS gram
    WHERE length(gram) = 2 OR gram COLLATE "C" >= U&'\\2E80' COLLATE "C"
);
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(NAME_GRAMS, "DROP FUNCTION customers_name_grams(text)"),
        migrations.RemoveIndex(model_name="customer", name="customer_name_part"),
        migrations.AddIndex(
            model_name="customer",
            index=GinIndex(forecourt.customers.models.NameGrams("name"), name="customer_name_grams"),
        ),
    ]
