"""/.well-known/security.txt (RFC 9116): where to report a weakness of this site."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

DAYS = 180  # the file is made anew each day, so it runs out only where a site has stopped
AN_HOUR = 3_600


@require_safe
@cache_control(public=True, max_age=AN_HOUR)
def security_txt(request: HttpRequest) -> HttpResponse:
    """The file; 404 without ATLAS_CONTACT, since a contact is compulsory in it."""
    if not settings.ATLAS_CONTACT:
        raise Http404
    return HttpResponse(text_of(settings.ATLAS_CONTACT, timezone.now()), content_type="text/plain; charset=utf-8")


def text_of(contact: str, at: datetime) -> str:
    """The lines. It expires at a midnight, so that the text is the same the whole day."""
    last = datetime.combine(at.astimezone(UTC).date() + timedelta(days=DAYS), time(), UTC)
    return (
        f"Contact: mailto:{contact}\n"
        f"Expires: {last:%Y-%m-%dT%H:%M:%SZ}\n"
        "Preferred-Languages: en\n"
        f"Canonical: {settings.ATLAS_URL}{reverse('security_txt')}\n"
    )
