"""Keep enacted figures and made assessments as they are, in the database itself."""

from pathlib import Path

from django.db import migrations

SQL = (Path(__file__).parent / "sql" / "protect.sql").read_text()
UNDO = "DROP FUNCTION taxation_enacted_stays(), taxation_assessment_stays() CASCADE;"


class Migration(migrations.Migration):

    dependencies = [("taxation", "0001_initial")]

    operations = [migrations.RunSQL(SQL, UNDO)]
