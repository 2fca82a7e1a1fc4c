import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from studies.definitions import SEED
from tests.studies.test_pem import SAMPLE_BADGES

CCC = {"definition": "ccc-2003", "role": "inclusion"}


def explain(path, **options):
    out = StringIO()
    call_command("explain_pem", str(path), stdout=out, **options)
    return out.getvalue()


def write(tmp_path, content):
    path = tmp_path / "coding.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_list_is_answered_as_a_list_in_order():
    answers = json.loads(explain(SEED.parent / "sample_studies.json", as_json=True))
    assert [(answer["badge"], answer["rule"]) for answer in answers] == list(SAMPLE_BADGES.values())
    assert answers[0]["cohorts"] == {
        "Long COVID": {"badge": "unclear", "rule": "one_unclear"},
        "ME/CFS": {"badge": "unclear", "rule": "any_unclear"},
    }


def test_one_object_is_answered_as_one_object(tmp_path):
    path = write(tmp_path, {"design": "cohort", "case_definitions": [CCC], "pem_statement": None})
    assert json.loads(explain(path, as_json=True)) == {
        "badge": "required",
        "rule": "one_required",
        "explanation": "Patients had to meet one definition, and it requires PEM.",
        "subgroup_reported": False,
        "cohorts": {},
    }


def test_text_names_badge_rule_cohorts_and_subgroup(tmp_path):
    coding = {
        "pmcid": "PMC1",
        "design": "cohort",
        "case_definitions": [
            {"definition": "who-pcc-2021", "role": "inclusion", "cohort": "Long COVID"},
            {**CCC, "cohort": "ME/CFS"},
            {"definition": "icc-2011", "role": "subgroup", "cohort": "Long COVID"},
        ],
    }
    assert explain(write(tmp_path, coding)) == (
        "item 1 (PMC1)\n"
        "  badge: not_required\n"
        "  rule: least_strict_cohort\n"
        "  The paper studies several patient groups. The badge is that of the least strict group.\n"
        "  cohort Long COVID: not_required (one_not_required)\n"
        "  cohort ME/CFS: required (one_required)\n"
        "  PEM subgroup reported\n"
    )


@pytest.mark.parametrize(
    "item, message",
    [
        ({"design": "survey"}, "unknown design: 'survey'"),
        ({}, "unknown design: ''"),
        ({"design": 3}, "design is not text"),
        ({"design": "cohort", "case_definitions": [{**CCC, "definition": "ccc"}]}, "unknown definition: 'ccc'"),
        ({"design": "cohort", "case_definitions": [{**CCC, "role": "x"}]}, "unknown role: 'x' (ccc-2003)"),
        ({"design": "cohort", "case_definitions": {"a": 1}}, "case_definitions is not a list"),
        ({"design": "cohort", "case_definitions": ["ccc-2003"]}, "a case definition is not an object"),
        ({"design": "cohort", "pem_statement": "yes"}, "pem_statement is not an object"),
        (
            {"design": "cohort", "pem_statement": {"claim": "compulsory"}},
            "PEM stated as compulsory needs the quoted sentence",
        ),
        ("ccc-2003", "not an object"),
    ],
)
def test_refused_item_is_named_and_the_others_go_on(tmp_path, item, message):
    out = StringIO()
    path = write(tmp_path, [item, {"design": "cohort", "case_definitions": [CCC]}])
    with pytest.raises(CommandError) as caught:
        call_command("explain_pem", str(path), as_json=True, stdout=out)
    assert str(caught.value) == f"item 1: {message}"
    refused, good = json.loads(out.getvalue())
    assert (refused, good["badge"]) == ({"error": message}, "required")


@pytest.mark.parametrize("content", ["", "{", "[1,", "[" * 100_000])
def test_bad_json_is_one_clear_line(tmp_path, content):
    path = write(tmp_path, content)
    with pytest.raises(CommandError, match="not readable as JSON"):
        explain(path)


def test_bytes_that_are_no_text_are_one_clear_line(tmp_path):
    path = tmp_path / "coding.json"
    path.write_bytes(b"\xff\xfe\x00[]")
    with pytest.raises(CommandError, match="not readable as JSON"):
        explain(path)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(CommandError, match="No such file or directory"):
        explain(tmp_path / "none.json")
