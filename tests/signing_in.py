"""Staff who have signed in wholly: password and second factor, as the middleware of django-otp finds them."""

import time
from typing import Any

from django.test import Client
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from atlas_site.models import StaffApp, StaffSession
from atlas_site.second_factor import SINCE
from atlas_site.staff_sessions import HELD


def sign_in(client: Client, user: Any) -> Client:
    """Let the client be this person, with a confirmed device that this session has verified."""
    client.force_login(user)
    device, _ = StaffApp.objects.get_or_create(user=user, name="app", confirmed=True)
    session, now = client.session, timezone.now()
    session[DEVICE_ID_SESSION_KEY], session[SINCE] = device.persistent_id, int(time.time())
    session[HELD] = str(StaffSession.objects.create(user=user, started_at=now, used_at=now).pk)
    session.save()
    return client
