"""The formats in which a record can be had."""

from collections.abc import Callable
from dataclasses import dataclass

from studies.bibliography import record_of
from studies.formats import mods, oai_dc
from studies.formats.frame import FACTS_LICENCE, TEXTS_LICENCE
from studies.models import Study
from studies.oai.questions import ProtocolError

RIGHTS = (
    f"Texts of the atlas: Creative Commons Attribution 4.0, {TEXTS_LICENCE}",
    f"Facts about the paper and its coding: Creative Commons Zero 1.0, {FACTS_LICENCE}",
)


@dataclass(frozen=True)
class Format:
    """A format with its schema and its namespace; `write` makes the metadata of a study that `holdings` fetched."""

    schema: str
    namespace: str
    write: Callable[[Study], str]


def _dublin_core(study: Study) -> str:
    definitions = dict.fromkeys(row.definition.name for row in study.definitions.all())
    entry = oai_dc.Entry(
        record=record_of(study),
        key_point=study.key_point,
        subjects=(*(topic.label for topic in study.topics.all()), *definitions, str(study.get_pem_display())),
        flags=tuple(f"{flag.get_kind_display()} notice: {flag.reason}" for flag in study.flags.all()),
        rights=RIGHTS,
    )
    return oai_dc.render(entry)


FORMATS = {
    "oai_dc": Format(oai_dc.SCHEMA, oai_dc.NAMESPACE, _dublin_core),
    "mods": Format(mods.SCHEMA, mods.NAMESPACE, lambda study: mods.render(record_of(study, flags=study.flags.all()))),
}


def named(prefix: str) -> Format:
    """Raises ProtocolError (cannotDisseminateFormat)."""
    if prefix not in FORMATS:
        raise ProtocolError("cannotDisseminateFormat", f"The formats are {', '.join(FORMATS)}.")
    return FORMATS[prefix]
