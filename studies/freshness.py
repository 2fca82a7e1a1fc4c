"""What a program compares to know whether an answer is still the same: one tag for the public state and the code."""

import hashlib

from atlas_site.release import release_id
from studies.search.index import PublicMoment, public_moment


def tag(*parts: str) -> str:
    """A weak entity tag for an answer that depends on the public state, the code and these parts. One query."""
    return tag_at(public_moment(), *parts)


def tag_at(moment: PublicMoment, *parts: str) -> str:
    """The same for a state that was read already."""
    counter, newest_hash = moment
    text = "\0".join([release_id(), str(counter), newest_hash, *parts])
    return f'W/"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]}"'
