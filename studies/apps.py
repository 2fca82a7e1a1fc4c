from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StudiesConfig(AppConfig):
    name = "studies"
    verbose_name = "Studies"

    def ready(self) -> None:
        from studies import integrity, proposals, triggers
        from studies.search import adapters

        if integrity.follow not in proposals.FOLLOWERS:
            proposals.FOLLOWERS.append(integrity.follow)
        post_migrate.connect(triggers.reinstall, sender=self)
        post_migrate.connect(adapters.reinstall, sender=self)
