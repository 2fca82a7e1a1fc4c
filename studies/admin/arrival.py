"""The inbox of papers that sources named: the list, and the page on which one is taken or put aside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from studies import arrivals
from studies.admin import inbox
from studies.admin.again import note_sent
from studies.admin.arrival_forms import AsideForm, BringBackForm, DecisionForm, DuplicateForm, TakeForm, named
from studies.admin.arrivals_aside import set_aside_many
from studies.admin.base import ReadOnlyAdmin
from studies.admin.inbox import OrderFilter, SourceFilter, StateFilter, TwinFilter
from studies.admin.steps import out_of_date, refused, typed_texts
from studies.errors import Problems, Stale
from studies.identifiers import doi_link, pmc_link, pubmed_link
from studies.models import Abstract, Arrival, PossibleDuplicate, Study
from studies.records import Record
from studies.roles import NotAllowed
from studies.vocabulary_desk import ArrivalState, PairState

CHANGE = "studies.change_arrival"
FORMS: dict[str, type[DecisionForm]] = {
    "take": TakeForm,
    "set_aside": AsideForm,
    "duplicate": DuplicateForm,
    "bring_back": BringBackForm,
}
Acted = tuple[str | SafeString, Study | None]  # the sentence for the person; the study to go on to, if any


@admin.register(Arrival)
class ArrivalAdmin(ReadOnlyAdmin):
    empty_text = "Nothing waits in the inbox. Papers that the search of the sources finds stand here."
    list_display = ["title", "journal", "year", "authors", "source", "twin", "arrived"]
    list_filter = [StateFilter, SourceFilter, TwinFilter, OrderFilter]
    search_fields = ["title"]
    search_help_text = "Words of the title, or the number at the source."
    sortable_by: list[str] = []
    actions = [set_aside_many]

    class Media:
        css = {"all": ["css/inbox.css"]}

    @admin.display(description="Journal")
    def journal(self, arrival: Arrival) -> str:
        return inbox.paper_of(arrival).journal

    @admin.display(description="Year")
    def year(self, arrival: Arrival) -> int | None:
        return inbox.paper_of(arrival).year

    @admin.display(description="Authors")
    def authors(self, arrival: Arrival) -> str:
        return inbox.short_authors(inbox.paper_of(arrival))

    @admin.display(description="In the atlas?")
    def twin(self, arrival: Any) -> str:
        return "Possible duplicate" if arrival.may_be_double else "New"

    @admin.display(description="Arrived")
    def arrived(self, arrival: Arrival) -> str:
        return f"{arrival.arrived_at:%-d %b %Y}"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Arrival]:
        return super().get_queryset(request).annotate(may_be_double=inbox.has_twin())

    def get_ordering(self, request: HttpRequest) -> tuple[str, str]:
        return inbox.ordering(dict(request.GET.items()))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return inbox.searched(queryset, search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "The inbox: new papers", **(extra_context or {})})

    def has_triage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CHANGE)

    def get_urls(self) -> list[URLPattern]:
        return [
            self._decision_url("take", TakeForm, _take),
            self._decision_url("set-aside", AsideForm, _set_aside),
            self._decision_url("duplicate", DuplicateForm, _mark_duplicate),
            self._decision_url("bring-back", BringBackForm, _bring_back),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """The page of one paper. It only shows; the buttons post to addresses of their own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return self.show(request, self.load(request, object_id))

    def _decision_url(self, slug: str, form_class: type[DecisionForm], act: Callable[..., Acted]) -> URLPattern:
        @require_POST
        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            if not request.user.has_perm(CHANGE):
                raise PermissionDenied
            arrival = self.load(request, object_id)
            form = form_class(request.POST, arrival=arrival, twins=_twins(arrival))
            if not form.is_valid():
                return self.show(request, arrival, bound=form)
            return self._decide(request, arrival, form, act)

        name = f"studies_arrival_{slug.replace('-', '_')}"
        return path(f"<path:object_id>/{slug}/", self.admin_site.admin_view(view), name=name)

    def _decide(
        self, request: HttpRequest, arrival: Arrival, form: DecisionForm, act: Callable[..., Acted]
    ) -> HttpResponse:
        try:
            with transaction.atomic():
                told, study = act(arrival, request.user, form.cleaned_data)
                self.log_change(request, arrival, form.LOG)
            note_sent(request)
        except Stale as error:
            return out_of_date(self, request, arrival, str(error), typed=typed_texts(form), log=form.LOG)
        except NotAllowed as error:
            return refused(self, request, arrival, str(error), typed=typed_texts(form))
        except Problems as error:
            arrival.refresh_from_db()
            return self.show(request, arrival, bound=form, problems=error.messages, status=409)
        messages.success(request, told)
        return HttpResponseRedirect(self._after(request, arrival, study))

    def _after(self, request: HttpRequest, arrival: Arrival, study: Study | None) -> str:
        """The draft that was taken; else the next paper in the same list, else the list."""
        if study:
            return reverse("admin:studies_study_change", args=[study.pk])
        following = inbox.next_one(arrival, request)
        return _address(following, "change", request) if following else _list_address(request)

    def show(
        self,
        request: HttpRequest,
        arrival: Arrival,
        *,
        bound: DecisionForm | None = None,
        problems: list[str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        following = inbox.next_one(arrival, request)
        return self.page(
            request,
            "admin/studies/arrival.html",
            title=arrival.title,
            crumb=Truncator(arrival.title).chars(60),
            status=status,
            arrival=arrival,
            form=bound,
            problems=problems or [],
            list_address=_list_address(request),
            next_one=following,
            next_address=_address(following, "change", request) if following else "",
            may_decide=request.user.has_perm(CHANGE),
            **_about(arrival),
            **_drawn_forms(request, arrival, bound),
        )


def _about(arrival: Arrival) -> dict[str, Any]:
    record = inbox.paper_of(arrival)
    return {
        "record": record,
        "authors": inbox.short_authors(record),
        "links": _links(record),
        "sections": _sections(arrival),
        "twins": _twins(arrival),
        "decision": arrivals.decision(arrival),
        "is_waiting": arrival.state == ArrivalState.WAITING,
    }


def _drawn_forms(request: HttpRequest, arrival: Arrival, bound: DecisionForm | None) -> dict[str, Any]:
    """The forms of the page with the addresses to which they post; one that came back keeps what was typed."""
    twins, drawn = _twins(arrival), {}
    for name, form_class in FORMS.items():
        form = bound if type(bound) is form_class else form_class(arrival=arrival, twins=twins)
        drawn[name] = {"form": form, "address": _address(arrival, name, request)}
    return {"decisions": drawn}


def _links(record: Record) -> list[tuple[str, str]]:
    found = [
        ("The journal’s page", doi_link(record.doi) if record.doi else ""),
        ("PubMed", pubmed_link(record.pmid) if record.pmid else ""),
        ("Full text at PubMed Central", pmc_link(record.pmcid) if record.pmcid else ""),
        ("The page of the source", record.url if record.url.startswith("https://") else ""),
    ]
    return [(label, address) for label, address in found if address]


def _sections(arrival: Arrival) -> list[dict[str, str]]:
    """The abstract of the draft, else the one that came."""
    abstract = Abstract.objects.filter(study=arrival.study_id).first() if arrival.study_id else None
    if abstract:
        return list(abstract.sections)
    told = arrival.record.get("abstract") or {"sections": []}
    return [{"label": label, "text": text} for label, text in told["sections"]]


def _twins(arrival: Arrival) -> list[dict[str, Any]]:
    """Studies that may be the same paper, the likeliest first, each with the reasons."""
    if arrival.study_id is None:
        return []
    pairs = PossibleDuplicate.objects.filter(Q(one=arrival.study_id) | Q(other=arrival.study_id), state=PairState.OPEN)
    return [
        {"study": pair.other if pair.one_id == arrival.study_id else pair.one, "reasons": pair.reasons}
        for pair in pairs.select_related("one", "other")
    ]


def _take(arrival: Arrival, by: Any, values: dict[str, Any]) -> Acted:
    study = arrivals.take(arrival=arrival, version=values["version"], by=by)
    told = format_html('It is your draft now. <a href="{}">Back to the inbox</a>', _plain_list())
    return told, study


def _set_aside(arrival: Arrival, by: Any, values: dict[str, Any]) -> Acted:
    arrivals.set_aside(arrival=arrival, version=values["version"], reason=values["reason"], note=values["note"], by=by)
    return _told("Out of scope", arrival), None


def _mark_duplicate(arrival: Arrival, by: Any, values: dict[str, Any]) -> Acted:
    proposal = arrivals.mark_duplicate(
        arrival=arrival, version=values["version"], of=values["of"], note=values["note"], by=by
    )
    told = _told(f"A duplicate of “{named(values['of'])}”", arrival)
    if proposal is None:
        return told, None
    link = reverse("admin:studies_proposal_change", args=[proposal.pk])
    return format_html('{} What that study lacks is <a href="{}">proposal {}</a>.', told, link, proposal.pk), None


def _bring_back(arrival: Arrival, by: Any, values: dict[str, Any]) -> Acted:
    arrivals.bring_back(arrival=arrival, version=values["version"], by=by)
    return _told("Back in the inbox", arrival), None


def _told(what: str, arrival: Arrival) -> SafeString:
    address = reverse("admin:studies_arrival_change", args=[arrival.pk])
    return format_html('{}: <a href="{}">{}</a>.', what, address, Truncator(arrival.title).chars(80))


def _address(arrival: Arrival, name: str, request: HttpRequest) -> str:
    return reverse(f"admin:studies_arrival_{name}", args=[arrival.pk]) + inbox.keeping(request)


def _list_address(request: HttpRequest) -> str:
    kept = request.GET.get(inbox.KEPT, "")
    return f"{_plain_list()}?{kept}" if kept else _plain_list()


def _plain_list() -> str:
    return reverse("admin:studies_arrival_changelist")
