"""Receipts: six words, in any spelling, of which nothing but an HMAC is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contributions import intake, receipts, retention, thread
from contributions.crypto import KeyList
from contributions.keys import receipt_keys
from contributions.models import Contribution
from tests.contributions.factories import LATER, in_state, make_user, received, send

KEY = bytes(range(32))
TOKEN = "00112233445566778899aabbccddeeff"
WORDS = "erased resend glamour important bogged aflame"


def test_words_are_the_known_answer() -> None:
    assert receipts.words_for(TOKEN, KEY) == WORDS
    assert receipts.receipt_hash(WORDS, KEY) == "c15a6bef2af85f54d198b19412a0acefa4e027f00d5c962f0522715344f3d407"
    assert receipts.token_hash(TOKEN) == "26223225c8c2c4e6cfce8be9ba7e8186306420f84c0ca5634608d12bc7d14ae0"


def test_list_holds_what_77_bits_need() -> None:
    words = receipts.word_list()
    assert (
        len(words),
        len(set(words)),
        all(word.isascii() and word.isalpha() and word.islower() for word in words),
    ) == (
        7772,
        7772,
        True,
    )
    assert len(words) ** receipts.WORDS_IN_RECEIPT > 2**77


@given(st.binary(min_size=16, max_size=16))
def test_same_token_gives_same_words_under_one_key_only(token: bytes) -> None:
    words = receipts.words_for(token.hex(), KEY)
    assert len(words.split()) == 6
    assert set(words.split()) <= set(receipts.word_list())
    assert receipts.words_for(token.hex(), KEY) == words
    assert receipts.words_for(token.hex(), bytes(32)) != words


@pytest.mark.parametrize("text", ["", "00", TOKEN.upper() + "\n", TOKEN + "0", "zz" * 16, "٠" * 32])
def test_what_is_no_token_makes_no_words(text: str) -> None:
    with pytest.raises(ValueError, match="Not a form token"):
        receipts.words_for(text, KEY)


@pytest.mark.parametrize(
    "spelling",
    [
        WORDS.upper(),
        WORDS.replace(" ", "-"),
        WORDS.replace(" ", ", "),
        f"  {WORDS.title()}\r\n",
        WORDS.replace(" ", "\n"),
        WORDS.replace(" ", "\u00a0"),
        "ｅｒａｓｅｄ" + WORDS[6:],
        "1. " + WORDS.replace(" ", " 2. "),
    ],
)
def test_any_spelling_of_the_words_is_the_same_receipt(spelling: str) -> None:
    assert receipts.receipt_hash(spelling, KEY) == receipts.receipt_hash(WORDS, KEY)


@given(st.text(max_size=600))
def test_any_input_can_be_looked_up(text: str) -> None:
    two = KeyList(current="a", keys={"a": KEY, "b": bytes(32)})
    assert [len(found) for found in receipts.possible_hashes(text, two)] == [64, 64]


@pytest.mark.django_db
def test_receipt_opens_its_contribution_and_no_other() -> None:
    one, other = send(), send()
    assert one.words != other.words
    assert (intake.find(one.words), intake.find(other.words)) == (one.contribution, other.contribution)


@pytest.mark.django_db
def test_no_word_of_a_receipt_is_stored() -> None:
    receipt = send(token=TOKEN)
    row = Contribution.objects.filter(pk=receipt.contribution.pk).values().get()
    assert (row["receipt_hash"], row["token_hash"]) == (
        receipts.receipt_hash(receipt.words, receipt_keys().keys["t1"]),
        receipts.token_hash(TOKEN),
    )
    stored = " ".join(str(value) for value in row.values())
    assert TOKEN not in stored
    assert not any(word in stored.split() for word in receipt.words.split())
    assert receipt.words not in repr(receipt)


@pytest.mark.django_db
def test_unknown_and_erased_receipts_get_the_same_answer_for_the_same_work(django_assert_num_queries) -> None:
    receipt = send()
    thread.take_back(contribution=receipt.contribution, at=LATER)
    assert intake.find(receipt.words) == receipt.contribution
    thread.delete_now(contribution=receipt.contribution, at=LATER)
    for words in (receipt.words, WORDS, "", "not a receipt at all"):
        with django_assert_num_queries(1):
            assert intake.find(words) is None


@pytest.mark.django_db
def test_old_receipts_open_after_the_receipt_key_was_changed(settings) -> None:
    receipt = send(token=TOKEN)
    old = settings.ATLAS_RECEIPT_KEYS
    settings.ATLAS_RECEIPT_KEYS = f"t2:{'C' * 42}A=,{old}"
    assert intake.find(receipt.words) == receipt.contribution
    assert send(token=TOKEN).words == receipt.words
    assert send().contribution.receipt_key_id == "t2"
    settings.ATLAS_RECEIPT_KEYS = f"t2:{'C' * 42}A="
    assert intake.find(receipt.words) is None


@pytest.mark.django_db
def test_clock_takes_the_receipt_too() -> None:
    ended = in_state("declined", make_user("moderator"))
    assert Contribution.objects.filter(receipt_hash__isnull=False).count() == 1
    retention.erase(contribution=ended, actors=retention.CLOCK, at=LATER)
    assert received().receipt_hash is not None
    assert Contribution.objects.filter(receipt_hash__isnull=False).count() == 1
