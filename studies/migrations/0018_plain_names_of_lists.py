from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("studies", "0017_more_glossary_sources"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="arrival",
            options={"ordering": ["-arrived_at", "-id"], "verbose_name": "new paper"},
        ),
        migrations.AlterModelOptions(
            name="syncrun",
            options={
                "ordering": ["-started_at", "-id"],
                "verbose_name": "search of a source",
                "verbose_name_plural": "searches of the sources",
            },
        ),
    ]
