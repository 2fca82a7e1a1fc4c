import pytest

from studies.names import parse_full_name, parse_name, parse_names, stands_for_more
from studies.records import Collective, Person

NASEM = "National Academies of Sciences, Engineering, Medicine (NASEM) Committee on Examining the Working Definition"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Novak, Peter", Person("Novak", "Peter")),
        ("Vernon, S. D.", Person("Vernon", "S. D.")),
        ("Cruz Neto,, J", Person("Cruz Neto", "J")),
        ("Tsampasian V", Person("Tsampasian", "V")),
        ("Cohen Tervaert JW", Person("Cohen Tervaert", "JW")),
        ("Martín-Martínez E", Person("Martín-Martínez", "E")),
        ("Menezes AS Jr", Person("Menezes", "AS Jr")),
        ("de Lange Fp", Person("de Lange", "Fp")),
        ("Kurç", Person("Kurç")),
        ("Şakul", Person("Şakul")),
        ("de la Vega", Person("de la Vega")),
        ("Cohen Tervaert", Person("Cohen Tervaert")),
        ("Ferreira Júnior", Person("Ferreira Júnior")),
        ("CDC", Person("CDC")),
        (
            "European Centre for Disease Prevention and Control",
            Collective("European Centre for Disease Prevention and Control"),
        ),
        ("on behalf of the RECOVER Consortium", Collective("RECOVER Consortium")),
        ("for the EuCare Study Group", Collective("EuCare Study Group")),
        ("and the RECOVER-Pediatrics Group Authors", Collective("RECOVER-Pediatrics Group Authors")),
        ("N3C and RECOVER consortia", Collective("N3C and RECOVER consortia")),
        (f"on behalf of the {NASEM}", Collective(NASEM)),
        ("Long COVID Physio", Collective("Long COVID Physio")),
        ("The Lancet", Collective("The Lancet")),
        ("Force, R.M.P.T.", Person("Force", "R.M.P.T.")),
    ],
)
def test_parse_name_takes_apart_what_sources_write(text, expected):
    assert parse_name(text) == expected


def test_parse_names_leaves_out_placeholders_and_keeps_the_order():
    assert parse_names(["Li, A", " ", "et al", "Abel B"]) == [Person("Li", "A"), Person("Abel", "B")]


@pytest.mark.parametrize(("texts", "more"), [(["Li, A"], False), (["Li, A", "et al."], True), ([], False)])
def test_stands_for_more_sees_that_the_list_was_cut(texts, more):
    assert stands_for_more(texts) is more


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("Mady Hornig", Person("Hornig", "Mady")),
        ("W. Ian Lipkin", Person("Lipkin", "W. Ian")),
        ("Maria van der Berg", Person("van der Berg", "Maria")),
        ("Hornig, Mady", Person("Hornig", "Mady")),
        ("Plato", Person("Plato")),
        ("RECOVER Consortium", Collective("RECOVER Consortium")),
    ],
)
def test_name_as_on_a_title_page_is_taken_apart(text, author):
    assert parse_full_name(text) == author
