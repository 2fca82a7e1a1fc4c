"""The answers of OAI-PMH 2.0 as XML: one function a verb, and the envelope around what it says."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from studies.formats.notes import ATLAS
from studies.formats.xml import element, group
from studies.models import Study
from studies.oai import holdings, identity, metadata, moments, sets, tokens
from studies.oai.holdings import Page
from studies.oai.questions import TOKEN, ProtocolError, Question
from studies.oai.tokens import Place
from studies.vocabulary import State

MEDIA_TYPE = "text/xml; charset=utf-8"
_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_NAMES = {
    "xmlns": _NAMESPACE,
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": f"{_NAMESPACE} {_NAMESPACE}OAI-PMH.xsd",
}
# After these the protocol wants no arguments repeated: nobody knows what they were meant to be.
_WITHOUT_ARGUMENTS = ("badVerb", "badArgument")


def answer(question: Question) -> str:
    """The whole answer to a question in order, errors of the protocol included."""
    try:
        said = group(question.verb, _SAYING[question.verb](question))
    except ProtocolError as fault:
        return refusal(fault, question)
    return _enveloped(said, {"verb": question.verb, **question.arguments})


def refusal(fault: ProtocolError, question: Question | None = None) -> str:
    """The answer that says what is wrong with a question; None for one that could not be read."""
    asked: Mapping[str, str] = {}
    if question is not None and fault.code not in _WITHOUT_ARGUMENTS:
        asked = {"verb": question.verb, **question.arguments}
    return _enveloped(element("error", fault.message, code=fault.code), asked)


def _enveloped(said: str, asked: Mapping[str, str]) -> str:
    parts = [
        element("responseDate", moments.written(datetime.now(UTC))),
        element("request", identity.base_url(), **asked),
        said,
    ]
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + group("OAI-PMH", *parts, **_NAMES) + "\n"


def hour() -> int:
    """Of our time; an answer that is kept for longer may hold a token that is about to end."""
    return int(datetime.now(UTC).timestamp()) // 3600


def _identify(question: Question) -> str:
    said = {
        "repositoryName": ATLAS,
        "baseURL": identity.base_url(),
        "protocolVersion": "2.0",
        "adminEmail": identity.admin_email(),
        "earliestDatestamp": moments.written(holdings.earliest()),
        "deletedRecord": "persistent",
        "granularity": moments.GRANULARITY,
    }
    return "".join(element(name, text) for name, text in said.items())


def _list_metadata_formats(question: Question) -> str:
    """All formats; of a withdrawn study there is none to be had."""
    if identifier := question.get("identifier"):
        _refuse_without_metadata(holdings.one(identifier))
    return "".join(
        group(
            "metadataFormat",
            element("metadataPrefix", prefix),
            element("schema", known.schema),
            element("metadataNamespace", known.namespace),
        )
        for prefix, known in metadata.FORMATS.items()
    )


def _refuse_without_metadata(study: Study) -> None:
    if study.state == State.WITHDRAWN:
        raise ProtocolError(
            "noMetadataFormats", "The study was withdrawn or merged; of its record only the header is left."
        )


def _list_sets(question: Question) -> str:
    if TOKEN in question.arguments:
        raise ProtocolError("badResumptionToken", "The list of sets is given whole, so it has no tokens.")
    return "".join(group("set", element("setSpec", spec), element("setName", name)) for spec, name in sets.listed())


def _get_record(question: Question) -> str:
    study = holdings.one(question.get("identifier"))
    return _record(study, metadata.named(question.get("metadataPrefix")))


def _list_identifiers(question: Question) -> str:
    place = _place(question)
    metadata.named(place.prefix)
    page = holdings.page(place, with_metadata=False)
    return "".join(map(_header, page.studies)) + _resumption(page)


def _list_records(question: Question) -> str:
    place = _place(question)
    wanted = metadata.named(place.prefix)
    page = holdings.page(place, with_metadata=True)
    return "".join(_record(study, wanted) for study in page.studies) + _resumption(page)


def _place(question: Question) -> Place:
    if TOKEN in question.arguments:
        return tokens.read(question.get(TOKEN), question.verb)
    return tokens.beginning(question)


def _record(study: Study, wanted: metadata.Format) -> str:
    """A withdrawn study is a header alone."""
    if study.state == State.WITHDRAWN:
        return group("record", _header(study))
    return group("record", _header(study), group("metadata", wanted.write(study)))


def _header(study: Study) -> str:
    changed = (
        study.changed_at or holdings.EMPTY_SINCE
    )  # a study with a version has been changed; the column may be null
    parts = [
        element("identifier", identity.identifier_of(study.pk)),
        element("datestamp", moments.written(changed)),
        *(element("setSpec", spec) for spec in sets.of(study)),
    ]
    return group("header", *parts, **({"status": "deleted"} if study.state == State.WITHDRAWN else {}))


def _resumption(page: Page) -> str:
    """None for a list that is whole; empty, with the counts, at the end of one that was handed over in pages."""
    counts = {"completeListSize": str(page.place.total), "cursor": str(page.place.given)}
    if page.after is not None:
        until = moments.written(tokens.expires(datetime.now(UTC)))
        return element(TOKEN, tokens.token_of(page.after), expirationDate=until, **counts)
    return f'<{TOKEN} completeListSize="{page.place.total}" cursor="{page.place.given}"/>' if page.place.given else ""


_SAYING: dict[str, Callable[[Question], str]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_metadata_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
