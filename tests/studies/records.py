"""Records to render, and strategies that draw them; shared by the tests of the formats."""

from datetime import date

from hypothesis import strategies as st

from studies.records import Collective, Person, Record

MANSOUBI = Record(
    title="Understanding symptom clusters, diagnosis & experiences in ME/CFS",
    authors=(
        Person("Mansoubi", "Maedeh", "0000-0002-8829-2217"),
        Person("Martín-Martínez", "Jean-Paul"),
        Collective("the RECOVER {Consortium} & friends"),
    ),
    journal="British Medical Journal Open",
    journal_abbreviation="BMJ Open",
    issn="2044-6055",
    volume="15",
    issue="4",
    pages="1085-1094",
    year=2025,
    month=4,
    day=2,
    doi="10.1136/bmjopen-2024_094658",
    pmid="40180399",
    pmcid="PMC11966950",
    language="en",
    keywords=("Epidemiology", "Long COVID"),
    pem_label="PEM unclear",
    atlas_slug="mansoubi-2025-understanding-symptom",
    atlas_url="https://atlas.example/evidence/mansoubi-2025-understanding-symptom/",
    atlas_version=3,
    atlas_changed_on=date(2026, 3, 4),
)

# Latin letters with and without marks, Greek, Chinese, and every sign that a format gives a meaning to.
ALPHABET = st.sampled_from("abcXYZ éøßłÑ αΩ 王疲 {}\\%&$#_~^\"'`,;:=@<>[]()|/.-?!\n\t")
printed = st.text(ALPHABET, min_size=1, max_size=40).map(lambda text: " ".join(text.split()))
texts = printed.filter(lambda text: any(map(str.isalpha, text)))
names = st.text(st.sampled_from("abcXYZéøßłÑαΩ王&'{}-"), min_size=1, max_size=12).filter(
    lambda name: any(map(str.isalpha, name))
)
people = st.builds(Person, family=names, given=names)
groups = st.builds(Collective, name=st.text(st.sampled_from("abcXYZ é&{}-"), max_size=30).map(str.split).map(" ".join))
authors = st.lists(people | groups.filter(lambda group: any(map(str.isalpha, group.name))), max_size=5).map(tuple)
records = st.builds(
    Record,
    title=texts,
    authors=authors,
    journal=texts,
    year=st.none() | st.integers(1800, 2100),
    month=st.none() | st.integers(1, 12),
    volume=st.sampled_from(["", "15", "12(Suppl 1)"]),
    pages=st.sampled_from(["", "1-9", "S12-S19", "e094658"]),
    doi=st.sampled_from(["", "10.1136/bmj_open-2024"]),
    retraction_status=st.sampled_from(["none", "corrected", "retracted", "withdrawn", "expression_of_concern"]),
)
