from django.conf import settings
from django.db import migrations, models

# The pairs of neighbouring characters of a letter, by which any substring of two or more is found.
# It costs what it is said to: a plan that reads a letter's text is cheaper than one that cuts it up.
BIGRAMS = """
CREATE FUNCTION letter_bigrams(reference text, said text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 3000 AS $$
SELECT array_to_tsvector(array(
    SELECT DISTINCT a || b
    FROM unnest(letters[:cardinality(letters) - 1], letters[2:]) AS pair (a, b)
))
FROM string_to_array(lower(reference || ' ' || left(said, 60000)), NULL) AS letters
$$;
CREATE INDEX letter_bigrams ON complaints_letter USING gin (letter_bigrams(reference, text))
WITH (gin_pending_list_limit = 512);
"""
NO_BIGRAMS = "DROP INDEX letter_bigrams; DROP FUNCTION letter_bigrams(text, text);"


class Migration(migrations.Migration):

    dependencies = [
        ('complaints', '0005_triage'),
        ('outlets', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='letter',
            index=models.Index(fields=['branch', 'due_on', 'id'], name='letter_due'),
        ),
        migrations.RunSQL(BIGRAMS, NO_BIGRAMS),
    ]
