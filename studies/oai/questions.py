"""What a harvester asks: the six verbs of OAI-PMH 2.0 with their arguments, checked. Pure.

Source of the rules: The Open Archives Initiative Protocol for Metadata Harvesting, version 2.0, sections 3.6 and 4.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from studies.oai import moments

# Of the protocol's schema.
_PREFIX = re.compile(r"[A-Za-z0-9\-_.!~*'()]+\Z")
_SET = re.compile(r"[A-Za-z0-9\-_.!~*'()]+(:[A-Za-z0-9\-_.!~*'()]+)*\Z")
TOKEN = "resumptionToken"  # noqa: S105 - the name of an argument


class ProtocolError(Exception):
    """A condition of section 3.6: its code, and a sentence for the person who reads the harvester's log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Verb:
    """Arguments of a verb. With `resumes`, a resumption token may stand in their place, and then alone."""

    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    resumes: bool = False


_RANGE = frozenset({"from", "until", "set"})
_PREFIXED = frozenset({"metadataPrefix"})
VERBS = {
    "Identify": Verb(),
    "ListMetadataFormats": Verb(optional=frozenset({"identifier"})),
    "ListSets": Verb(resumes=True),
    "GetRecord": Verb(required=_PREFIXED | {"identifier"}),
    "ListIdentifiers": Verb(required=_PREFIXED, optional=_RANGE, resumes=True),
    "ListRecords": Verb(required=_PREFIXED, optional=_RANGE, resumes=True),
}


@dataclass(frozen=True)
class Question:
    """A question in order: every argument stands once, is known to the verb and is written as the protocol wants it."""

    verb: str
    arguments: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.arguments.get(name, "")


def read(given: Mapping[str, Sequence[str]]) -> Question:
    """The question in a form's or an address's values. Raises ProtocolError: badVerb, badArgument."""
    verb = _verb(given.get("verb", ()))
    rest = {name: values for name, values in given.items() if name != "verb"}
    if repeated := sorted(name for name, values in rest.items() if len(values) != 1):
        raise ProtocolError("badArgument", f"Give {', '.join(repeated)} once.")
    arguments = {name: values[0] for name, values in rest.items()}
    _check_names(verb, arguments)
    _check_values(arguments)
    return Question(verb, arguments)


def _verb(values: Sequence[str]) -> str:
    if len(values) != 1:
        raise ProtocolError("badVerb", "Give one verb, and give it once.")
    if values[0] not in VERBS:
        raise ProtocolError("badVerb", f"The verbs are {', '.join(VERBS)}.")
    return values[0]


def _check_names(verb: str, arguments: Mapping[str, str]) -> None:
    known = VERBS[verb]
    names = set(arguments)
    if known.resumes and TOKEN in names:
        if names != {TOKEN}:
            raise ProtocolError("badArgument", "A resumptionToken stands alone with the verb.")
        return
    if unknown := sorted(names - known.required - known.optional):
        raise ProtocolError("badArgument", f"{verb} takes no {', '.join(unknown)}.")
    if missing := sorted(known.required - names):
        raise ProtocolError("badArgument", f"{verb} needs {', '.join(missing)}.")


def _check_values(arguments: Mapping[str, str]) -> None:
    for name, value in arguments.items():
        if not _IS_WELL_WRITTEN[name](value):
            raise ProtocolError("badArgument", f"This is not how {name} is written.")
    begin, end = arguments.get("from"), arguments.get("until")
    if begin is None or end is None:
        return
    if moments.is_day(begin) != moments.is_day(end):
        raise ProtocolError("badArgument", "Write from and until both as days or both as seconds.")
    if begin > end:
        raise ProtocolError("badArgument", "until is before from.")


def _is_datestamp(value: str) -> bool:
    try:
        moments.first(value)
    except ValueError:
        return False
    return True


_IS_WELL_WRITTEN: dict[str, Callable[[str], bool]] = {
    "identifier": lambda value: bool(value) and value.isprintable(),
    "metadataPrefix": lambda value: _PREFIX.match(value) is not None,
    "set": lambda value: _SET.match(value) is not None,
    "from": _is_datestamp,
    "until": _is_datestamp,
    TOKEN: lambda value: True,  # whether it is one of ours its signature says
}
