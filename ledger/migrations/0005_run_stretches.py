from django.db import migrations, models

import ledger.models.bill

KEEP = """
UPDATE ledger_billrun SET stretches = jsonb_build_array(jsonb_build_array(last_key, 9223372036854775807));
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_exemptions")]

    operations = [
        migrations.AddField(
            model_name="billrun",
            name="stretches",
            field=models.JSONField(default=ledger.models.bill.one_stretch, verbose_name="how far it is"),
        ),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="billrun", name="last_key"),
    ]
