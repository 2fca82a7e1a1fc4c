"""A feed as Atom (RFC 4287) and as JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils.feedgenerator import Atom1Feed
from django.utils.xmlutils import SimplerXMLGenerator

from studies.canonical import timestamp
from studies.feeds.entries import Entry, Feed

ATLAS = "ME/CFS Study Atlas"
ATOM, JSON = "application/atom+xml", "application/feed+json"
# What no XML document may hold (XML 1.0, 2.2).
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class _Atom(Atom1Feed):
    """Django's, with the link to the next older part and a link from each entry to the paper."""

    mime_type = ATOM

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["following"]:
            handler.addQuickElement("link", "", {"rel": "next", "href": self.feed["following"]})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        if item["about"]:
            handler.addQuickElement("link", "", {"rel": "related", "href": item["about"]})

    def latest_post_date(self) -> Any:
        return self.feed["updated"]


def atom(feed: Feed) -> str:
    written = _Atom(
        title=_xml(feed.title),
        link=feed.page,
        description=None,
        subtitle=_xml(feed.what),
        author_name=ATLAS,
        feed_url=feed.here,
        feed_guid=feed.id,
        language="en",
        following=feed.following,
        updated=feed.updated,
    )
    for entry in feed.entries:
        written.add_item(**_item(entry))
    return str(written.writeString("utf-8"))


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "title": _xml(entry.title),
        "link": entry.link,
        "description": _xml(entry.text),
        "unique_id": entry.id,
        "pubdate": entry.published,
        "updateddate": entry.updated,
        "categories": tuple(_xml(each) for each in entry.tags),
        "item_copyright": entry.rights,
        "about": entry.about,
    }


def _xml(text: str) -> str:
    return _NOT_XML.sub(" ", text)


def json_feed(feed: Feed) -> str:
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.what,
        "home_page_url": feed.page,
        "feed_url": feed.here,
        "language": "en",
        "authors": [{"name": ATLAS}],
        **({"next_url": feed.following} if feed.following else {}),
        "items": [_json_item(entry) for entry in feed.entries],
    }
    return json.dumps(told, ensure_ascii=False)


def _json_item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.link,
        **({"external_url": entry.about} if entry.about else {}),
        "title": entry.title,
        "content_text": entry.text,
        "date_published": timestamp(entry.published),
        "date_modified": timestamp(entry.updated),
        "tags": list(entry.tags),
        "_atlas": {"about": "A study of the atlas is a record about one paper.", "rights": entry.rights, **entry.data},
    }
