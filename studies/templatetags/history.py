"""Words for revisions. Nothing here asks the database for more than is fetched."""

from django import template

from studies.field_words import label, reading_place
from studies.models import Revision
from studies.vocabulary import RevisionKind

register = template.Library()


@register.filter
def what_changed(revision: Revision) -> str:
    """The kind of change and the fields it touched: "Changed: Key point, Main limit."."""
    if revision.kind == RevisionKind.PUBLISH:
        return f"{revision.get_kind_display()}."
    fields = sorted(revision.value_hashes, key=reading_place)
    return f"{revision.get_kind_display()}: {', '.join(map(label, fields))}."


@register.filter
def approved_by(revision: Revision) -> str:
    """Role of the approver and of the second person, with the names that they chose to show."""
    names = {approval.as_second: approval.shown_name for approval in revision.approvals.all()}
    first = _person(revision.get_approver_role_display(), names.get(False, ""))
    if not revision.second_role:
        return f"{first}."
    second = _person(revision.get_second_role_display(), names.get(True, ""))
    return f"{first}; second person: {second}."


@register.filter
def before(number: int) -> int:
    return number - 1


def _person(role: str, name: str) -> str:
    return f"{role} ({name})" if name else role
