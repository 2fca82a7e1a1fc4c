from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("studies", "0018_plain_names_of_lists"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="sourcequery",
            options={
                "ordering": ["source", "-version"],
                "verbose_name": "question to a source",
                "verbose_name_plural": "questions to the sources",
            },
        ),
    ]
