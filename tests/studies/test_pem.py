import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies import pem
from studies.definitions import SEED, read_coding, shipped
from studies.pem import Badge, PemError, Problem, Row, Statement, check_years, derive

SAMPLE = SEED.parent
REQUIRED, PARTIAL, OPTIONAL, NOT_MENTIONED, VARIABLE = "required", "partial", "optional", "not_mentioned", "variable"


def rows(role, *values, cohort=""):
    return [Row(f"{value}-{number}", value, role, cohort) for number, value in enumerate(values)]


def badge_of(coded, *, design="cohort", statement=None):
    badge = derive(design=design, rows=coded, statement=statement)
    return badge.value, badge.rule


@pytest.mark.parametrize(
    "value, expected",
    [
        (REQUIRED, ("required", "one_required")),
        (PARTIAL, ("partial", "one_partial")),
        (OPTIONAL, ("not_required", "one_not_required")),
        (NOT_MENTIONED, ("not_required", "one_not_required")),
        (VARIABLE, ("unclear", "one_unclear")),
    ],
)
@pytest.mark.parametrize("role", ["inclusion", "alternative"])
def test_one_definition_gives_its_own_value(role, value, expected):
    assert badge_of(rows(role, value)) == expected


def test_nothing_stated_is_unclear():
    assert badge_of([]) == ("unclear", "nothing_stated")


@pytest.mark.parametrize(
    "values, expected",
    [
        ((REQUIRED, REQUIRED), "required"),
        ((REQUIRED, PARTIAL), "required"),
        ((REQUIRED, OPTIONAL), "required"),
        ((REQUIRED, NOT_MENTIONED), "required"),
        ((REQUIRED, VARIABLE), "required"),
        ((PARTIAL, PARTIAL), "partial"),
        ((PARTIAL, OPTIONAL), "partial"),
        ((PARTIAL, NOT_MENTIONED), "partial"),
        ((PARTIAL, VARIABLE), "unclear"),
        ((OPTIONAL, OPTIONAL), "not_required"),
        ((OPTIONAL, NOT_MENTIONED), "not_required"),
        ((OPTIONAL, VARIABLE), "unclear"),
        ((NOT_MENTIONED, NOT_MENTIONED), "not_required"),
        ((NOT_MENTIONED, VARIABLE), "unclear"),
        ((VARIABLE, VARIABLE), "unclear"),
        ((REQUIRED, PARTIAL, VARIABLE), "required"),
        ((PARTIAL, OPTIONAL, VARIABLE), "unclear"),
    ],
)
def test_several_definitions_all_needed_give_the_strictest_known(values, expected):
    assert badge_of(rows("inclusion", *values)) == (expected, f"all_{expected}")


@pytest.mark.parametrize(
    "values, expected, rule",
    [
        ((REQUIRED, REQUIRED), "required", "any_required"),
        ((REQUIRED, PARTIAL), "partial", "any_required_or_partial"),
        ((REQUIRED, OPTIONAL), "mixed", "any_mixed"),
        ((REQUIRED, NOT_MENTIONED), "mixed", "any_mixed"),
        ((REQUIRED, VARIABLE), "unclear", "any_unclear"),
        ((PARTIAL, PARTIAL), "partial", "any_partial"),
        ((PARTIAL, OPTIONAL), "mixed", "any_mixed"),
        ((PARTIAL, NOT_MENTIONED), "mixed", "any_mixed"),
        ((PARTIAL, VARIABLE), "unclear", "any_unclear"),
        ((OPTIONAL, OPTIONAL), "not_required", "any_not_required"),
        ((OPTIONAL, NOT_MENTIONED), "not_required", "any_not_required"),
        ((OPTIONAL, VARIABLE), "not_required", "any_unclear_not_required"),
        ((NOT_MENTIONED, NOT_MENTIONED), "not_required", "any_not_required"),
        ((NOT_MENTIONED, VARIABLE), "not_required", "any_unclear_not_required"),
        ((VARIABLE, VARIABLE), "unclear", "any_unclear"),
        ((REQUIRED, PARTIAL, OPTIONAL), "mixed", "any_mixed"),
        ((REQUIRED, PARTIAL, VARIABLE), "unclear", "any_unclear"),
        ((REQUIRED, OPTIONAL, VARIABLE), "mixed", "any_unclear_mixed"),
        ((PARTIAL, OPTIONAL, VARIABLE), "mixed", "any_unclear_mixed"),
        ((REQUIRED, PARTIAL, OPTIONAL, VARIABLE), "mixed", "any_unclear_mixed"),
    ],
)
def test_alternatives_collapse_to_one_value(values, expected, rule):
    assert badge_of(rows("alternative", *values)) == (expected, rule)


@pytest.mark.parametrize(
    "needed, alternatives, expected",
    [
        (REQUIRED, (OPTIONAL, VARIABLE), "required"),
        (PARTIAL, (REQUIRED, REQUIRED), "required"),
        (PARTIAL, (REQUIRED, PARTIAL), "partial"),
        (PARTIAL, (REQUIRED, OPTIONAL), "mixed"),
        (PARTIAL, (OPTIONAL, OPTIONAL), "partial"),
        (PARTIAL, (REQUIRED, VARIABLE), "unclear"),
        (OPTIONAL, (REQUIRED, OPTIONAL), "mixed"),
        (OPTIONAL, (OPTIONAL, VARIABLE), "not_required"),
        (VARIABLE, (REQUIRED, OPTIONAL), "unclear"),
        (VARIABLE, (REQUIRED, REQUIRED), "required"),
    ],
)
def test_alternatives_beside_a_needed_definition_count_as_one_more(needed, alternatives, expected):
    coded = rows("inclusion", needed) + rows("alternative", *alternatives)
    assert badge_of(coded) == (expected, f"all_{expected}")


@pytest.mark.parametrize(
    "slugs, expected",
    [
        (("ccc-2003", "self-report"), "unclear"),
        (("fukuda-1994", "self-report"), "not_required"),
        (("ccc-2003", "fukuda-1994", "self-report"), "mixed"),
    ],
)
def test_worked_examples_of_alternatives(slugs, expected):
    coded = [Row(slug, shipped()[slug].pem, "alternative") for slug in slugs]
    assert badge_of(coded)[0] == expected


@pytest.mark.parametrize("claim, expected", [("compulsory", "required"), ("loosened", "unclear")])
@pytest.mark.parametrize("value", list(pem.VALUE_OF))
def test_statement_decides_before_the_definitions(value, claim, expected):
    statement = Statement(claim, "All patients reported it.")
    assert badge_of(rows("inclusion", value), statement=statement) == (expected, f"stated_{claim}")


@pytest.mark.parametrize("claim", ["compulsory", "loosened"])
@pytest.mark.parametrize("quote", ["", "  \n"])
def test_statement_without_a_quote_is_refused(claim, quote):
    with pytest.raises(PemError, match=f"PEM stated as {claim} needs the quoted sentence"):
        derive(design="cohort", rows=[], statement=Statement(claim, quote))


@pytest.mark.parametrize(
    "design, coded, statement, message",
    [
        ("not_classified", [], None, "unknown design: 'not_classified'"),
        ("", [], None, "unknown design: ''"),
        ("cohort", [Row("x", REQUIRED, "exclusion")], None, "unknown role: 'exclusion' (x)"),
        ("cohort", [Row("x", "maybe", "inclusion")], None, "unknown PEM value of a definition: 'maybe' (x)"),
        ("cohort", [], Statement("hinted", "words"), "unknown claim of a PEM statement: 'hinted'"),
    ],
)
def test_unknown_word_is_refused_and_named(design, coded, statement, message):
    with pytest.raises(PemError) as caught:
        derive(design=design, rows=coded, statement=statement)
    assert str(caught.value) == message


@pytest.mark.parametrize("role", ["subgroup", "comparator", "mentioned"])
def test_role_that_did_not_choose_patients_never_counts(role):
    assert badge_of(rows(role, REQUIRED)) == ("unclear", "nothing_stated")
    assert badge_of(rows("inclusion", OPTIONAL) + rows(role, REQUIRED)) == ("not_required", "one_not_required")


def test_comparator_cohort_is_not_a_cohort():
    coded = rows("inclusion", REQUIRED, cohort="ME/CFS") + rows("comparator", OPTIONAL, cohort="Fibromyalgia")
    assert derive(design="cohort", rows=coded) == Badge(
        "required", "one_required", (("ME/CFS", Badge("required", "one_required")),)
    )


@pytest.mark.parametrize(
    "whole, subgroup, reported",
    [
        (OPTIONAL, REQUIRED, True),
        (VARIABLE, REQUIRED, True),
        (PARTIAL, REQUIRED, True),
        (REQUIRED, REQUIRED, False),
        (OPTIONAL, PARTIAL, False),
        (OPTIONAL, VARIABLE, False),
    ],
)
def test_subgroup_is_reported_when_only_it_required_pem(whole, subgroup, reported):
    badge = derive(design="cohort", rows=rows("inclusion", whole) + rows("subgroup", subgroup))
    assert (badge.value, badge.subgroup_reported) == (pem.VALUE_OF[whole], reported)


def test_cohorts_give_the_least_strict_badge_and_keep_their_own():
    coded = rows("inclusion", OPTIONAL, cohort="Long COVID") + rows("inclusion", REQUIRED, cohort="ME/CFS")
    assert derive(design="cohort", rows=coded) == Badge(
        "not_required",
        "least_strict_cohort",
        (
            ("Long COVID", Badge("not_required", "one_not_required")),
            ("ME/CFS", Badge("required", "one_required")),
        ),
    )


def test_row_without_a_cohort_belongs_to_every_cohort():
    coded = (
        rows("inclusion", REQUIRED)
        + rows("inclusion", OPTIONAL, cohort="Long COVID")
        + rows("inclusion", VARIABLE, cohort="ME/CFS")
    )
    badge = derive(design="cohort", rows=coded)
    assert (badge.value, badge.rule) == ("required", "least_strict_cohort")
    assert [(name, part.rule) for name, part in badge.cohorts] == [
        ("Long COVID", "all_required"),
        ("ME/CFS", "all_required"),
    ]


def test_subgroup_is_reported_in_its_own_cohort():
    coded = (
        rows("inclusion", OPTIONAL, cohort="Long COVID")
        + rows("inclusion", PARTIAL, cohort="ME/CFS")
        + rows("subgroup", REQUIRED, cohort="ME/CFS")
    )
    badge = derive(design="cohort", rows=coded)
    assert badge.subgroup_reported
    assert [(name, part.subgroup_reported) for name, part in badge.cohorts] == [("Long COVID", False), ("ME/CFS", True)]


ORDERED = [
    (OPTIONAL, "not_required"),
    (VARIABLE, "unclear"),
    ("mixed", "mixed"),
    (PARTIAL, "partial"),
    (REQUIRED, "required"),
]


@pytest.mark.parametrize("looser", range(5))
@pytest.mark.parametrize("stricter", range(5))
def test_each_pair_of_cohorts_gives_the_looser(looser, stricter):
    def cohort(index, name):
        value = ORDERED[index][0]
        if value == "mixed":
            return rows("alternative", REQUIRED, OPTIONAL, cohort=name)
        return rows("inclusion", value, cohort=name)

    coded = cohort(looser, "A") + cohort(stricter, "B")
    assert badge_of(coded) == (ORDERED[min(looser, stricter)][1], "least_strict_cohort")


def test_review_that_pools_different_rules_is_mixed():
    assert badge_of(rows("alternative", REQUIRED, OPTIONAL), design="systematic_review") == ("mixed", "any_mixed")
    assert badge_of(rows("inclusion", REQUIRED), design="evidence_map") == ("required", "one_required")


def test_definition_younger_than_the_paper_is_a_problem():
    coded = [
        Row("ccc-2003", REQUIRED, "inclusion", year=2003),
        Row("iom-2015", REQUIRED, "mentioned", year=2015),
        Row("self-report", VARIABLE, "inclusion"),
        Row("london-v2-pace", PARTIAL, "subgroup", year=2011),
    ]
    assert check_years(rows=coded, year=2003) == [
        Problem("iom-2015", "iom-2015 is from 2015, but the paper was published in 2003")
    ]
    assert check_years(rows=coded, year=2015) == []
    assert check_years(rows=coded, year=None) == []


def test_designs_and_words_are_those_of_the_vocabulary():
    words = json.loads((SAMPLE / "vocabularies.json").read_text(encoding="utf-8"))
    assert set(words["designs"]) == pem.DESIGNS
    assert set(words["no_participants"]) == pem.NO_PARTICIPANTS
    assert set(words["roles"]) == pem.ROLES
    assert set(words["definition_pem"]) == set(pem.VALUE_OF)
    assert set(words["pem"]) == {*pem.LOOSE_TO_STRICT, "not_applicable"}


# Worked out by hand from the rule table, paper by paper.
SAMPLE_BADGES = {
    "PMC11966950": ("unclear", "least_strict_cohort"),
    "PMC11968624": ("required", "stated_compulsory"),
    "PMC11994837": ("not_required", "one_not_required"),
    "PMC12029351": ("not_applicable", "no_participants"),
    "PMC12055772": ("unclear", "least_strict_cohort"),
    "PMC12111851": ("required", "all_required"),
    "PMC12114700": ("not_applicable", "no_participants"),
    "PMC12135887": ("required", "one_required"),
    "PMC12155665": ("required", "one_required"),
    "PMC12237789": ("unclear", "one_unclear"),
    "PMC12245761": ("unclear", "one_unclear"),
    "PMC12250530": ("unclear", "least_strict_cohort"),
    "PMC12294161": ("not_required", "least_strict_cohort"),
    "PMC12347631": ("required", "one_required"),
    "PMC12357540": ("unclear", "one_unclear"),
    "PMC12404247": ("unclear", "least_strict_cohort"),
    "PMC12423062": ("unclear", "one_unclear"),
    "PMC12435251": ("not_applicable", "no_participants"),
    "PMC12448662": ("unclear", "one_unclear"),
    "PMC12469932": ("not_applicable", "no_participants"),
    "PMC12508163": ("unclear", "one_unclear"),
    "PMC12532701": ("not_required", "least_strict_cohort"),
    "PMC12541780": ("unclear", "one_unclear"),
    "PMC12552462": ("not_applicable", "no_participants"),
    "PMC12640868": ("unclear", "stated_loosened"),
    "PMC12650534": ("not_applicable", "no_participants"),
    "PMC12711683": ("required", "one_required"),
    "PMC12711860": ("not_applicable", "no_participants"),
    "PMC12730569": ("unclear", "least_strict_cohort"),
    "PMC12731606": ("not_applicable", "no_participants"),
    "PMC12789617": ("not_applicable", "no_participants"),
    "PMC12789828": ("not_required", "one_not_required"),
    "PMC12794070": ("not_applicable", "no_participants"),
    "PMC12829881": ("unclear", "least_strict_cohort"),
}


def sample_studies():
    return json.loads((SAMPLE / "sample_studies.json").read_text(encoding="utf-8"))


def test_sample_studies_get_the_badges_worked_out_by_hand():
    codings = {item["pmcid"]: read_coding(item, shipped()) for item in sample_studies()}
    assert {
        pmcid: badge_of(coding.rows, design=coding.design, statement=coding.statement)
        for pmcid, coding in codings.items()
    } == SAMPLE_BADGES


def test_sample_studies_have_no_definition_younger_than_the_paper():
    for item in sample_studies():
        coding = read_coding(item, shipped())
        assert check_years(rows=coding.rows, year=int(item["bibliography"]["published_on"][:4])) == []


def test_only_one_sample_study_reports_a_pem_subgroup():
    codings = {item["pmcid"]: read_coding(item, shipped()) for item in sample_studies()}
    assert [
        pmcid
        for pmcid, coding in codings.items()
        if derive(design=coding.design, rows=coding.rows, statement=coding.statement).subgroup_reported
    ] == ["PMC12448662"]


def test_seed_file_holds_the_definitions_of_the_atlas():
    assert len(shipped()) == 45
    fukuda = shipped()["fukuda-1994"]
    assert (fukuda.year, fukuda.pem, fukuda.pmid, fukuda.verified) == (1994, "optional", "7978722", False)
    assert fukuda.aliases[:2] == ("Fukuda", "CDC-1994")
    assert shipped()["self-report"].year is None and shipped()["self-report"].verified
    assert {definition.pem for definition in shipped().values()} == set(pem.VALUE_OF)


designs = st.sampled_from(sorted(pem.WITH_PARTICIPANTS))
any_row = st.builds(
    Row,
    definition=st.sampled_from(["a", "b", "c"]),
    pem=st.sampled_from(list(pem.VALUE_OF)),
    role=st.sampled_from(sorted(pem.ROLES)),
    cohort=st.sampled_from(["", "", "ME/CFS", "Long COVID"]),
)
codings = st.lists(any_row, max_size=6)
statements = st.none() | st.builds(Statement, claim=st.sampled_from(list(pem.CLAIMS)), quote=st.just("All had it."))


def strictness(value):
    return pem.LOOSE_TO_STRICT.index(value)


@given(codings, designs, statements, st.randoms(use_true_random=False))
def test_order_of_rows_is_irrelevant(coded, design, statement, random):
    shuffled = random.sample(coded, len(coded))
    assert derive(design=design, rows=shuffled, statement=statement) == derive(
        design=design, rows=coded, statement=statement
    )


@given(codings, st.sampled_from([REQUIRED, PARTIAL]), designs)
def test_stricter_definition_that_all_need_never_loosens(coded, value, design):
    before = derive(design=design, rows=coded)
    if value == PARTIAL and before.value == "required":
        return  # partly required is not stricter than required
    after = derive(design=design, rows=[*coded, Row("new", value, "inclusion")])
    assert strictness(after.value) >= strictness(before.value)


@given(codings, designs)
def test_pem_definition_that_all_need_gives_required(coded, design):
    assert derive(design=design, rows=[*coded, Row("new", REQUIRED, "inclusion")]).value == "required"


@given(codings, st.sampled_from(list(pem.VALUE_OF)), designs)
def test_definition_that_all_need_never_turns_required_into_less(coded, value, design):
    if derive(design=design, rows=coded).value == "required":
        assert derive(design=design, rows=[*coded, Row("new", value, "inclusion")]).value == "required"


@given(codings, st.sampled_from(sorted(pem.NO_PARTICIPANTS)), statements)
def test_paper_without_participants_never_has_a_badge(coded, design, statement):
    assert derive(design=design, rows=coded, statement=statement) == Badge("not_applicable", "no_participants")


@given(codings, designs)
def test_rows_that_did_not_choose_patients_never_change_the_value(coded, design):
    counted = [row for row in coded if row.role in ("inclusion", "alternative")]
    whole, bare = derive(design=design, rows=coded), derive(design=design, rows=counted)
    assert (whole.value, whole.rule) == (bare.value, bare.rule)


@given(codings, designs, statements)
def test_every_badge_names_a_known_rule(coded, design, statement):
    badge = derive(design=design, rows=coded, statement=statement)
    assert badge.sentence == pem.RULES[badge.rule]
    assert badge.value in pem.LOOSE_TO_STRICT
    assert all(part.rule in pem.RULES for _, part in badge.cohorts)


@given(codings, designs)
def test_badge_is_never_stricter_than_any_cohort(coded, design):
    badge = derive(design=design, rows=coded)
    if badge.cohorts:
        assert strictness(badge.value) == min(strictness(part.value) for _, part in badge.cohorts)


@given(st.lists(st.sampled_from(list(pem.VALUE_OF)), min_size=2, max_size=5), st.sampled_from(list(pem.VALUE_OF)))
def test_known_value_of_an_unknown_alternative_never_contradicts_a_mixed_badge(values, learned):
    before = derive(design="cohort", rows=rows("alternative", *values)).value
    if before == "mixed":
        known = [learned if value == VARIABLE else value for value in values]
        assert derive(design="cohort", rows=rows("alternative", *known)).value == "mixed"


def test_module_knows_no_framework():
    assert "django" not in Path(pem.__file__).read_text(encoding="utf-8").lower()
