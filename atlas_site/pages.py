"""What every page needs to know about the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Context of every template."""
    return {"site_name": "ME/CFS Study Atlas", "one_person": settings.ATLAS_ONE_PERSON, "local": settings.LOCAL}
