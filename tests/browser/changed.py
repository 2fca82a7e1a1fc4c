"""Give a copy of the sample atlas a history: run by `manage.py shell` in the data folder of the site that will serve it."""

from datetime import date

from studies.models import Study
from studies.vocabulary import StaffRole
from tests.studies.pages import change


def make_history(slug: str, retracted: str) -> None:
    """Three versions for one study, one of them with a second person; a retraction for another."""
    study = Study.objects.get(slug=slug)
    change(study, key_point=f"{study.key_point} Nobody has repeated this yet.", patients=(study.patients or 0) + 1)
    change(study, findings=[*study.findings[1:], "A finding that stands at the end."], second=StaffRole.LEAD)
    notice = {"retraction_on": date(2026, 3, 4), "retraction_notice_doi": "10.1000/notice"}
    change(Study.objects.get(slug=retracted), retraction_status="retracted", second=StaffRole.LEAD, **notice)
