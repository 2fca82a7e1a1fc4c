from django.core.management.base import BaseCommand

from studies.search import documents


class Command(BaseCommand):
    help = "Writes the search documents of all published studies anew."

    def handle(self, **options) -> str:
        return f"Search rebuilt: {documents.rebuild()} studies."
