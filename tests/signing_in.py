"""Staff who have signed in wholly: password and second factor, as the middleware of django-otp finds them."""

import time
from typing import Any

from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from atlas_site.second_factor import SINCE


def sign_in(client: Client, user: Any) -> Client:
    """Let the client be this person, with a confirmed device that this session has verified."""
    client.force_login(user)
    device, _ = TOTPDevice.objects.get_or_create(user=user, name="app", confirmed=True)
    session = client.session
    session[DEVICE_ID_SESSION_KEY], session[SINCE] = device.persistent_id, int(time.time())
    session.save()
    return client
