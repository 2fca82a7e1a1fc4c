import pytest

from studies.text_counts import disagreements


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
    assert disagreements({"summary": text, "patients": 50, "controls": 40}) == []


def test_whole_group_without_a_number_in_the_record_is_named() -> None:
    assert disagreements({"key_point": "In 50 patients it did."}) == [
        "A text gives 50 patients, but the record says nothing."
    ]
    assert disagreements({"key_point": "It helped 5 patients."}) == []
