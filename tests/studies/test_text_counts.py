import pytest

from studies.text_counts import disagreements, numbers_in, unsupported


@pytest.mark.parametrize(
    "text",
    [
        "In 50 patients it did.",
        "50 patients and 40 controls took part.",
        "50 patients were compared with 40 healthy controls.",
        "It did in 12 of the 50 patients.",
        "Walking got worse for 12 patients.",
        "It helped 30 % of patients.",
        "Fewer than 1 in 10 patients said so.",
        "Nine in 100 patients said so.",
        "It rose by 7.5 patients a year.",
        "People with ME/CFS did worse.",
        "In 15 PASC and 11 CFS/ME patients it differed.",  # groups told apart, together the 50
        "Four of five patients said so.",
        "It was higher than in 90 patients with multiple sclerosis.",
        "They asked 300 people.",
    ],
)
def test_text_that_agrees_passes(text: str) -> None:
    assert disagreements({"key_point": text, "patients": 50, "controls": 40}) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("In 51 patients it did.", "51 patients, but the record says 50"),
        ("51 patients took part.", "51 patients, but the record says 50"),
        ("50 patients and 41 controls took part.", "41 controls, but the record says 40"),
        ("It helped 60 patients.", "60 patients, but the record says 50"),
        ("Of 1,050 patients few did.", "1050 patients, but the record says 50"),
        ("Of 10 458 patients few did.", "10458 patients, but the record says 50"),
    ],
)
def test_text_that_contradicts_is_named(text: str, said: str) -> None:
    for field in ("question", "key_point"):
        assert disagreements({field: text, "patients": 50, "controls": 40}) == [f"A text gives {said}."]


@pytest.mark.parametrize("field", ["main_limitation", "summary", "significance", "findings", "strengths"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("They tested 51 patients.", "51 patients, but the record says 50"),
        ("They tested 51 ME/CFS patients.", "51 patients, but the record says 50"),
        ("They tested 51 people with long COVID.", "51 patients, but the record says 50"),
        ("Sixty patients took part.", "60 patients, but the record says 50"),
        ("They compared them with 41 healthy volunteers.", "41 controls, but the record says 40"),
        ("A part of them, 49 patients, came back.", None),
        ("They tested 51 patients with cancer.", None),
    ],
)
def test_no_text_gives_a_group_more_people_than_the_record(field: str, text: str, said: str | None) -> None:
    value = [text] if field in ("findings", "strengths") else text
    expected = [f"A text gives {said}."] if said else []
    assert disagreements({field: value, "patients": 50, "controls": 40}) == expected


def test_whole_group_without_a_number_in_the_record_is_named() -> None:
    assert disagreements({"key_point": "In 50 patients it did."}) == [
        "A text gives 50 patients, but the record says nothing."
    ]
    assert disagreements({"key_point": "It helped 5 patients."}) == []


def test_the_limits_may_say_how_the_paper_contradicts_itself() -> None:
    text = "The methods count 51 patients, the table 50."
    assert disagreements({"limitations": text, "patients": 50}) == []


def test_the_same_contradiction_is_said_once() -> None:
    values = {"key_point": "In 51 patients.", "summary": "They tested 51 patients.", "patients": 50}
    assert len(disagreements(values)) == 1


ABSTRACT = "We tested 65 patients with CFS, 54 with long COVID and twenty-two controls (1,050 screened)."


@pytest.mark.parametrize(
    "text",
    [
        "They tested 65 patients.",
        "They tested 119 patients.",  # the record's number is the sum of two in the abstract
        "They compared them with 22 controls.",
        "Of 1 050 patients few came.",
        "They asked 300 people.",
    ],
)
def test_number_that_stands_in_the_abstract_passes(text: str) -> None:
    assert unsupported({"summary": text, "basis": "abstract", "patients": 119}, ABSTRACT) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [("They tested 66 patients.", "66 patients"), ("They tested 76 patients.", "76 patients"),
     ("Three healthy volunteers left.", "3 controls")],
)  # fmt: skip
def test_number_that_does_not_stand_in_the_abstract_is_named(text: str, said: str) -> None:
    sentence = (
        f"A text gives {said}, but this number does not stand in the stored abstract. "
        "Correct it, or say that the text was written from the full text."
    )
    assert unsupported({"summary": text, "basis": "abstract", "patients": 119}, ABSTRACT) == [sentence]


def test_text_written_from_the_full_text_may_give_other_numbers() -> None:
    text = {"summary": "They tested 66 patients."}
    assert unsupported(text | {"basis": "full_text"}, ABSTRACT) == []
    own = {"provenance": {"summary": {"basis": "full_text"}}}
    assert unsupported(text | {"basis": "abstract"} | own, ABSTRACT) == []
    assert (
        len(unsupported(text | {"basis": "full_text", "provenance": {"summary": {"basis": "abstract"}}}, ABSTRACT)) == 1
    )


def test_numbers_are_read_in_digits_and_words() -> None:
    assert numbers_in("Ten 458, 10 458 and twenty-two; n=7, 7.5") == {10, 458, 10458, 20, 2, 22, 7, 5}
