"""The catalogues of words in locale/: whole, well formed, marked as what they are, and compiled."""

import ast
import gettext
import re
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from atlas_site.preferences import CHOICES
from scripts.catalogues import PLURAL, catalogues, compiled, entries

PATHS = catalogues()
MARK = "# machine-assisted, to be reviewed"
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|\{\w*\}")
TAG = re.compile(r"<[^>]+>")


def language_of(path: Path) -> str:
    return path.parent.parent.name


def by_language(paths=PATHS):
    return pytest.mark.parametrize("path", paths, ids=language_of)


def translated(path):
    """(singular, its translation) and (plural, each of its translations): what must say the same."""
    for key, words in entries(path.read_text(encoding="utf-8")).items():
        singular, *plural = key.split(PLURAL)
        forms = words.split(PLURAL)
        yield from ((original, form) for original, form in zip((singular, *plural), forms, strict=True) if singular)


def test_there_is_a_catalogue_for_every_language_that_readers_can_choose():
    assert [language_of(path) for path in PATHS] == sorted(set(CHOICES["language"]) - {"en"})
    assert [code for code, _ in settings.LANGUAGES] == ["en-gb", *CHOICES["language"][1:]]


@by_language()
def test_compiled_catalogue_is_that_of_the_text(path):
    """Else run `python scripts/catalogues.py`."""
    assert path.with_suffix(".mo").read_bytes() == compiled(path.read_text(encoding="utf-8"))


@by_language()
def test_python_reads_the_compiled_catalogue(path):
    read = gettext.GNUTranslations(BytesIO(compiled(path.read_text(encoding="utf-8"))))
    assert read.gettext("All studies") != "All studies"
    one, many = (read.ngettext("%(number)s minute", "%(number)s minutes", number) for number in (1, 5))
    assert one != many


@by_language()
def test_nothing_is_missing_fuzzy_or_left_over(path):
    text = path.read_text(encoding="utf-8")
    assert ("fuzzy" in text, "#~" in text) == (False, False)
    assert len(entries(text)) == len(re.findall(r"^msgid ", text, re.MULTILINE))


@by_language()
def test_a_comment_of_an_entry_is_the_mark_and_nothing_else(path):
    """A reviewer takes the mark off an entry; nothing else is written there, so that a count of marks is a count of work."""
    text = path.read_text(encoding="utf-8")
    comments = {line for part in text.strip().split("\n\n")[1:] for line in part.splitlines() if line.startswith("# ")}
    assert comments <= {MARK}
    assert text.count("Machine-assisted, to be reviewed") == 1


@by_language()
def test_placeholders_and_html_are_those_of_the_original(path):
    differing = [
        (original, form)
        for original, form in translated(path)
        for shape in (PLACEHOLDER, TAG)
        if sorted(shape.findall(original)) != sorted(shape.findall(form))
    ]
    assert differing == []


@by_language()
def test_no_translation_breaks_an_attribute(path):
    """Words stand in aria-label and title too: no straight double quotes but in tags."""
    assert [form for _, form in translated(path) if '"' in TAG.sub("", form)] == []


@by_language()
def test_ends_of_sentences_are_kept(path):
    """A full stop, colon or question mark that goes missing shows that two entries were mixed up."""
    ends = {".": ".", ":": ":", "?": "?"}
    differing = [
        (original, form)
        for original, form in translated(path)
        if ends.get(original[-1:], "") != ends.get(form[-1:], "")
    ]
    assert differing == []


def test_plural_forms_are_those_of_the_language():
    rules = {
        language_of(path): gettext.GNUTranslations(BytesIO(path.with_suffix(".mo").read_bytes())).plural
        for path in PATHS
    }
    assert {language: [rule(number) for number in (0, 1, 2, 21)] for language, rule in rules.items()} == {
        "de": [1, 0, 1, 1], "es": [1, 0, 1, 1], "fr": [0, 0, 1, 1], "nb": [1, 0, 1, 1], "nl": [1, 0, 1, 1],
    }  # fmt: skip


def test_compiling_reads_what_gettext_programs_write(tmp_path):
    text = (
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n#, python-format\nmsgid ""\n"one "\n"two"\nmsgstr "eins "\n"zwei"\n\n'
        'msgctxt "filter"\nmsgid "From"\nmsgstr "Von"\n\n#, fuzzy\nmsgid "Open"\nmsgstr "Auf"\n\nmsgid "Close"\nmsgstr ""\n\n'
        'msgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s Tag"\nmsgstr[1] "%(n)s Tage"\n'
    )
    read = gettext.GNUTranslations(BytesIO(compiled(text)))
    assert read.gettext("one two") == "eins zwei"
    assert read.pgettext("filter", "From") == "Von"
    assert (read.gettext("Open"), read.gettext("Close")) == ("Open", "Close")
    assert read.ngettext("%(n)s day", "%(n)s days", 3) == "%(n)s Tage"


def marked_words() -> set[str]:
    """What Python files mark for the catalogues."""
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    found = set()
    for name in listed.stdout.split():
        if name.startswith(("tests/", "scripts/")):
            continue
        for node in ast.walk(ast.parse((settings.BASE_DIR / name).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "gettext"}:
                found |= {each.value for each in node.args[:1] if isinstance(each, ast.Constant)}
    return found


def test_all_that_python_marks_is_in_the_catalogues():
    """Else run `scripts/words` and translate what is new."""
    for path in PATHS:
        assert sorted(marked_words() - set(entries(path.read_text(encoding="utf-8")))) == []
