from django.apps import AppConfig
from django.db.models.signals import post_migrate


class HallConfig(AppConfig):
    name = "atlas_site"
    verbose_name = "Site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from atlas_site import checks as _site_checks  # noqa: F401 - importing registers them
        from atlas_site import permission_names
        from atlas_site.replicas import checks as _replica_checks  # noqa: F401 - the same
        from atlas_site.watching import checks as _server_checks  # noqa: F401 - the same
        from atlas_site.watching.measuring import watch

        connection_created.connect(watch)
        post_migrate.connect(permission_names.follow)
