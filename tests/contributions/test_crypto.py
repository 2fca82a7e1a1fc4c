"""Envelopes: known answers, and everything that must not open."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from contributions import crypto

KEY, NONCE = bytes(range(32)), bytes(range(12))
UUID = "00000000-0000-4000-8000-000000000001"
OTHER_UUID = "00000000-0000-4000-8000-000000000002"
# The same values stand in docs/privacy.md.
MESSAGE = bytes.fromhex(
    "01026b31000102030405060708090a0b036bb33b0661b061f928f9abd79b190af7f8cc16359e759d0ab37111d1fc87edf9c8"
)
DATA_KEY = bytes.fromhex(
    "01026b31000102030405060708090a0b4702d61bc5e5c21b8d41978bb1e9786d83d68734f07b5f7c3867e5851d6900b2"
    "925350a4f8d06109c493d79d64108197"
)
KEYS = crypto.KeyList(current="k2", keys={"k2": bytes(32), "k1": KEY})


def test_envelope_is_the_known_answer() -> None:
    sealed = crypto.seal(
        key=KEY, key_id="k1", plaintext="Die Ärztin fragt.".encode(), label="message", uuid=UUID, nonce=NONCE
    )
    assert sealed == MESSAGE


def test_known_answer_opens_with_the_bare_cipher() -> None:
    """What the envelope is made of, spelled out: whoever has the key can open it without our code."""
    assert MESSAGE[:4] == b"\x01\x02k1"
    opened = AESGCM(KEY).decrypt(MESSAGE[4:16], MESSAGE[16:], b"atlas/message/" + UUID.encode())
    assert opened.decode() == "Die Ärztin fragt."


def test_wrapped_data_key_is_the_known_answer() -> None:
    assert crypto.unwrap(KEYS, wrapped=DATA_KEY, uuid=UUID) == bytes(32)


@given(st.binary(max_size=400))
def test_what_was_sealed_opens(plaintext: bytes) -> None:
    sealed = crypto.seal(key=KEY, key_id="d", plaintext=plaintext, label="message", uuid=UUID)
    assert crypto.open_envelope(key=KEY, envelope=sealed, label="message", uuid=UUID) == plaintext


def test_two_envelopes_of_one_text_differ() -> None:
    seal = {"key": KEY, "key_id": "d", "plaintext": b"text", "label": "message", "uuid": UUID}
    assert crypto.seal(**seal) != crypto.seal(**seal)


@pytest.mark.parametrize(
    "change", [{"label": "contact"}, {"uuid": OTHER_UUID}, {"key": bytes(32)}, {"envelope": MESSAGE[:-1] + b"\x00"}]
)
def test_moved_or_changed_ciphertext_does_not_open(change: dict[str, object]) -> None:
    place = {"key": KEY, "envelope": MESSAGE, "label": "message", "uuid": UUID}
    assert crypto.open_envelope(**place) == "Die Ärztin fragt.".encode()
    with pytest.raises(crypto.DecryptionError) as caught:
        crypto.open_envelope(**(place | change))
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("place", range(len(MESSAGE)))
def test_no_bit_of_an_envelope_may_change(place: int) -> None:
    changed = bytearray(MESSAGE)
    changed[place] ^= 1
    try:
        opened = crypto.open_envelope(key=KEY, envelope=bytes(changed), label="message", uuid=UUID)
    except crypto.DecryptionError:
        return
    assert 2 <= place < 4  # the key's name finds the key and is no secret; with the right key the text is untouched
    assert opened.decode() == "Die Ärztin fragt."


@pytest.mark.parametrize("envelope", [b"", b"\x01", b"\x02" + MESSAGE[1:], MESSAGE[:20], b"\x01\xff" + bytes(40)])
def test_what_is_no_envelope_is_refused(envelope: bytes) -> None:
    with pytest.raises(crypto.DecryptionError):
        crypto.open_envelope(key=KEY, envelope=envelope, label="message", uuid=UUID)


def test_data_key_opens_with_every_key_of_the_list_and_no_other() -> None:
    data_key, wrapped = crypto.new_data_key(KEYS, uuid=UUID)
    assert crypto.key_id_of(wrapped) == "k2"
    rotated = crypto.KeyList(current="k3", keys={"k3": bytes([3] * 32), "k2": bytes(32)})
    assert crypto.unwrap(rotated, wrapped=wrapped, uuid=UUID) == data_key
    with pytest.raises(crypto.DecryptionError, match="not in the key list"):
        crypto.unwrap(crypto.KeyList(current="k1", keys={"k1": KEY}), wrapped=wrapped, uuid=UUID)
    with pytest.raises(crypto.DecryptionError):
        crypto.unwrap(KEYS, wrapped=wrapped, uuid=OTHER_UUID)


def test_key_list_shows_no_key() -> None:
    assert repr(KEYS) == "KeyList(current='k2')"


@pytest.mark.parametrize(
    ("current", "keys"),
    [("k1", {}), ("k1", {"k1": b"short"}), ("", {"": KEY}), ("ä", {"ä": KEY}), ("x" * 40, {"x" * 40: KEY})],
)
def test_bad_key_list_is_refused(current: str, keys: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="ey") as caught:
        crypto.KeyList(current=current, keys=keys)
    assert KEY.hex() not in str(caught.value)
