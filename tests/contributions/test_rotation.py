"""Key rotation: wrapped anew, resumable, and the old key may go."""

import pytest

from contributions import messages, rotation
from contributions.crypto import DecryptionError, key_id_of
from contributions.models import Contribution
from tests.contributions.factories import LATER, in_state, make_user, received

pytestmark = pytest.mark.django_db
NEW = "t2:" + "C" * 42 + "A="


def test_rotation_lets_the_old_key_go(settings) -> None:
    old, one = settings.ATLAS_ENCRYPTION_KEYS, received(content={"text": "Hello."})
    in_state("taken_back", make_user("moderator"), at=LATER)
    body = bytes(one.messages.get().body)
    settings.ATLAS_ENCRYPTION_KEYS = f"{NEW},{old}"
    done = rotation.rewrap()
    assert (done.wrapped, done.current, dict(done.left)) == (1, 0, {})
    settings.ATLAS_ENCRYPTION_KEYS = NEW
    one = Contribution.objects.get(pk=one.pk)
    assert (messages.read(one)[0].content, bytes(one.messages.get().body)) == ({"text": "Hello."}, body)
    assert key_id_of(bytes(one.wrapped_key)) == "t2"
    done = rotation.rewrap()
    assert (done.wrapped, done.current) == (0, 1)


def test_rotation_that_was_cut_off_is_run_again(settings, monkeypatch) -> None:
    for _ in range(3):
        received()
    settings.ATLAS_ENCRYPTION_KEYS = f"{NEW},{settings.ATLAS_ENCRYPTION_KEYS}"
    real, calls = rotation._rewrap_row, []

    def cut_off(*args: object) -> None:
        if calls:
            raise KeyboardInterrupt
        calls.append(args)
        real(*args)

    monkeypatch.setattr(rotation, "_rewrap_row", cut_off)
    with pytest.raises(KeyboardInterrupt):
        rotation.rewrap()
    monkeypatch.undo()
    settings.ATLAS_ENCRYPTION_KEYS = f"{NEW},t1:{'A' * 43}="
    done = rotation.rewrap()
    assert (done.wrapped, done.current) == (2, 1)


def test_missing_key_is_named_and_its_rows_stay(settings) -> None:
    one = received()
    settings.ATLAS_ENCRYPTION_KEYS = NEW
    done = rotation.rewrap()
    assert (done.wrapped, dict(done.left)) == (0, {"t1": 1})
    with pytest.raises(DecryptionError):
        messages.read(one)
    settings.ATLAS_ENCRYPTION_KEYS = f"{NEW},t1:{'A' * 43}="
    assert len(messages.read(one)) == 1


def test_wrong_list_opens_nothing(settings) -> None:
    one = received()
    settings.ATLAS_ENCRYPTION_KEYS = f"t1:{'C' * 42}A="
    with pytest.raises(DecryptionError):
        messages.read(one)


def test_contribution_erased_meanwhile_gets_no_key_back(settings) -> None:
    one = received()
    wrapped = bytes(one.wrapped_key)
    Contribution.objects.filter(pk=one.pk).update(wrapped_key=None)
    done = rotation.Rotation()
    rotation._rewrap_row(rotation.encryption_keys(), done, one.pk, str(one.uuid), wrapped)
    one.refresh_from_db()
    assert (one.wrapped_key, done.wrapped) == (None, 0)


def test_receipts_are_counted_by_key(settings) -> None:
    received()
    settings.ATLAS_RECEIPT_KEYS = f"{NEW},{settings.ATLAS_RECEIPT_KEYS}"
    received()
    assert rotation.receipts_by_key() == {"t1": 1, "t2": 1}
