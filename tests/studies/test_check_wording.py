import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from studies.definitions import SEED

TEXTS = {
    "summary": "The team looked at blood. It proves the point.",
    "main_limitation": "Only 12 people took part.",
    "limitations": "The groups were small.",
    "findings": ["Lactate was high.", "This is a breakthrough."],
}
ITEM = {"pmcid": "PMC1", "design": "cohort", "texts": TEXTS}


def run(path, **options):
    out = StringIO()
    call_command("check_wording", str(path), stdout=out, **options)
    return out.getvalue()


def write(tmp_path, content):
    path = tmp_path / "drafts.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_the_sample_studies_have_no_blocking_finding():
    found = json.loads(run(SEED.parent / "sample_studies.json", as_json=True))
    assert [each["blocking"] for each in found] == [0] * 34
    assert {remark for each in found for remark in each["remarks"]} == set()


def test_text_names_rule_severity_field_and_place(tmp_path):
    assert run(write(tmp_path, ITEM)) == (
        "item 1 (PMC1): 2 blocking, 0 advisory\n"
        "  blocking overclaiming in summary at 29-35: “proves”\n"
        "    One study never proves a thing.\n"
        "    Better: The results fit with this idea.\n"
        "  blocking overclaiming in findings, line 2 at 10-22: “breakthrough”\n"
        "    This praises the paper; it tells nothing of what was found.\n"
        "    Better: In this study, 8 of 20 patients had lower scores.\n"
        "1 read: 2 blocking, 0 advisory, 0 unreadable (rules 2)\n"
    )


def test_json_answers_one_object_with_one_and_a_list_with_a_list(tmp_path):
    one = json.loads(run(write(tmp_path, ITEM), as_json=True))
    assert one["findings"][1] == {
        "rule": "overclaiming",
        "severity": "blocking",
        "blocking": True,
        "field": "findings",
        "line": 2,
        "place": {"start": 10, "end": 22, "words": "breakthrough", "context": "This is a breakthrough."},
        "message": "This praises the paper; it tells nothing of what was found.",
        "better": "In this study, 8 of 20 patients had lower scores.",
    }
    assert json.loads(run(write(tmp_path, [ITEM]), as_json=True)) == [one]


def test_the_badge_is_derived_and_weighed(tmp_path):
    rows = [{"definition": "fukuda-1994", "role": "inclusion"}]
    item = ITEM | {"case_definitions": rows, "texts": TEXTS | {"summary": "All patients had PEM.", "findings": []}}
    (found,) = json.loads(run(write(tmp_path, item), as_json=True))["findings"]
    assert (found["rule"], found["severity"]) == ("pem-contradicts-badge", "blocking")


def test_a_coding_that_cannot_be_read_leaves_the_words_checked(tmp_path):
    item = ITEM | {"case_definitions": [{"definition": "no-such", "role": "inclusion"}]}
    found = json.loads(run(write(tmp_path, item), as_json=True))
    assert (found["blocking"], found["remarks"]) == (
        2,
        ["Checked without a PEM badge: unknown definition: 'no-such'."],
    )


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (3, "not an object"),
        ({}, "texts is missing or not an object"),
        ({"texts": {"summary": 3}}, "summary is not text"),
        ({"texts": {"findings": "one"}}, "findings is not a list"),
        ({"texts": {"findings": [None]}}, "findings is not text"),
        ({"texts": {"summary": "\ud800"}}, "summary holds half a character"),
        ({"texts": {}, "design": []}, None),
        ({"texts": {}, "design": {"a": 1}}, "design is not text"),
        ({"texts": {}, "patients": "12"}, "patients is not a whole number"),
        ({"texts": {}, "case_definitions": ["ccc-2003"]}, "case_definitions is not a list of objects"),
    ],
)
def test_an_item_that_cannot_be_read_is_named_and_the_rest_goes_on(tmp_path, item, reason):
    found = json.loads(run(write(tmp_path, [item, ITEM]), as_json=True))
    assert [each.get("error") for each in found] == [reason, None]
    assert found[1]["blocking"] == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not readable as JSON"),
        ("[" * 100_000, "not readable as JSON"),
        ("3", "holds neither an object nor a list of objects"),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_one_line(tmp_path, content, message):
    with pytest.raises(CommandError, match=message) as ended:
        run(write(tmp_path, content))
    assert ended.value.returncode == 1


def test_strict_ends_with_2_where_something_is_blocking_or_unreadable(tmp_path):
    calm = ITEM | {"texts": TEXTS | {"summary": "The team looked at blood.", "findings": []}}
    codes = []
    for content in ([calm], [ITEM], [calm, 3]):
        try:
            run(write(tmp_path, content), strict=True)
            codes.append(0)
        except CommandError as error:
            codes.append(error.returncode)
    assert codes == [0, 2, 2]


def test_nothing_in_a_file_steers_the_terminal(tmp_path):
    out = run(write(tmp_path, ITEM | {"pmcid": "PMC\x1b[2J"}))
    assert out.splitlines()[0] == "item 1 (PMC�[2J): 2 blocking, 0 advisory"


def test_the_command_itself_ends_with_its_exit_code(tmp_path):
    root = Path(__file__).parent.parent.parent
    words = [sys.executable, str(root / "manage.py"), "check_wording"]
    ended = [
        subprocess.run([*words, *more], capture_output=True, text=True, cwd=root, check=False)
        for more in ([str(write(tmp_path, ITEM))], [str(tmp_path / "none.json")])
    ]
    assert [(one.returncode, len(one.stderr.splitlines())) for one in ended] == [(0, 0), (1, 1)]
