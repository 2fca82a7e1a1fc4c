from django.db import models


class SearchDocument(models.Model):
    """What the search knows of one published study: its texts as folded, stemmed tokens (studies/search/words.py).

    Written by studies/search/documents.py alone. The full-text index of either database stands on this table and is
    kept by the database itself (studies/search/sqlite.py, postgres.py).
    """

    study = models.OneToOneField(
        "studies.Study", on_delete=models.CASCADE, primary_key=True, related_name="search_document"
    )
    title = models.TextField()
    key = models.TextField(blank=True)
    body = models.TextField(blank=True)
    people = models.TextField(blank=True)
    abstract = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"search document of study {self.study_id}"
