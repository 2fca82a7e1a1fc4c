"""A second key of the day, so that what is counted under both goes on over midnight."""

from django.db import migrations, models


def drop_second(apps, schema_editor):
    apps.get_model("contributions", "DayKey").objects.exclude(id=1).delete()


class Migration(migrations.Migration):
    dependencies = [("contributions", "0005_who_opened_a_message")]
    operations = [
        migrations.RemoveConstraint(model_name="daykey", name="day_key_is_one_row"),
        migrations.AddConstraint(
            model_name="daykey",
            constraint=models.CheckConstraint(condition=models.Q(("id__in", [1, 2])), name="day_key_is_one_of_two"),
        ),
        migrations.RunPython(migrations.RunPython.noop, drop_second),
    ]
