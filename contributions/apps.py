from django.apps import AppConfig


class ContributionsConfig(AppConfig):
    name = "contributions"
    verbose_name = "Contributions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from contributions import checks, following  # noqa: F401 - importing the checks registers them
        from studies import proposals

        if following.follow not in proposals.FOLLOWERS:
            proposals.FOLLOWERS.insert(0, following.follow)  # a contribution is locked before everything else
