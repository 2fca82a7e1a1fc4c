from django.apps import AppConfig


class HallConfig(AppConfig):
    name = "atlas_site"
    verbose_name = "Site"

    def ready(self) -> None:
        from atlas_site import checks  # noqa: F401 - importing registers them
