import pytest

from studies.matching import Paper, Shelf, fold, notice_kind, similarity

TITLE = "Exercise testing in people with ME/CFS: a cohort study"


def shelf_with(*papers):
    shelf = Shelf()
    for paper in papers:
        shelf.add(paper)
    return shelf


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Long-COVID: An Overview.", "long covid an overview"),
        ("“Cardiometabolic” factors", "cardiometabolic factors"),
        ("Fernández-de-Las-Peñas", "fernandez de las penas"),
        ("The <i>FKBP5</i> gene", "the fkbp5 gene"),
        ("疲労", ""),
    ],
)
def test_fold_leaves_words_alone(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("title", "author", "year", "found"),
    [
        (TITLE.upper() + ".", "other", 1999, ["a"]),  # same title is enough
        ("Correction: " + TITLE, "li", 2021, ["a"]),  # near title, same first author, near year
        ("Correction: " + TITLE, "li", 2022, []),
        ("Correction: " + TITLE, "abel", 2020, []),
        ("Correction: " + TITLE, "", 2020, []),
        ("Correction: " + TITLE, "li", None, []),
        ("Exercise testing in mice", "li", 2020, []),
    ],
)
def test_look_alikes_needs_the_same_title_or_title_author_and_year_close(title, author, year, found):
    shelf = shelf_with(Paper("a", TITLE, "li", 2020))
    assert [paper.key for paper in shelf.look_alikes(Paper("b", title, author, year))] == found


def test_look_alikes_of_titles_without_latin_letters_are_compared_as_they_are():
    shelf = shelf_with(Paper("a", "疲労", "", 2020), Paper("b", "睡眠", "", 2020))
    assert [paper.key for paper in shelf.look_alikes(Paper("c", "疲労", "", 2020))] == ["a"]


def test_look_alikes_names_each_paper_once():
    shelf = shelf_with(Paper("b", TITLE, "li", 2020), Paper("a", TITLE, "li", 2021))
    assert [paper.key for paper in shelf.look_alikes(Paper("c", TITLE, "li", 2020))] == ["a", "b"]


@pytest.mark.parametrize(
    ("one", "other", "share"), [("a b c", "A, B", 2 / 3), ("a", "a", 1), ("", "", 0), ("a", "b", 0)]
)
def test_similarity_is_the_share_of_words_in_common(one, other, share):
    assert similarity(one, other) == similarity(other, one) == share


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("RETRACTION: Causal Relationship Between Diet and CFS", "retraction"),
        ("Retracted: Chronic Epipharyngitis", "retraction"),
        ("Correction to: A review", "correction"),
        ("Author correction: long COVID", "correction"),
        ('Corrigendum to "A study"', "correction"),
        ("Erratum: An audit", "correction"),
        ("Expression of Concern: A trial", "concern"),
        ("Correct use of the Maslach Burnout Inventory", ""),
        ("Letter: Time to correct the record", ""),
        ("Social withdrawal in adolescents", ""),
    ],
)
def test_notice_kind_reads_the_beginning_of_a_title(title, kind):
    assert notice_kind(title) == kind
