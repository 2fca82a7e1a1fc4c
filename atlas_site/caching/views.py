"""Which views' answers are kept: pages that show the public state and nothing else. All others are made each time."""

from __future__ import annotations

KEPT = frozenset(
    {
        "studies:home",
        "studies:evidence",
        "studies:study",
        "studies:history",
        "studies:version",
        "studies:difference",
        "studies:definitions",
        "studies:definition",
        "studies:pem",
        "studies:topics",
        "studies:topic",
        "studies:map",
        "studies:retractions",
        "studies:changes",
        "studies:guides",
        "studies:guide",
        "studies:start",
        "studies:start_path",
        "studies:glossary",
        "studies:questions",
        "studies:columns",
        "studies:feeds",
        "studies:api",
        "studies:about",
        "studies:policy",
    }
)

# Of these, the ones that give a file instead where a program prefers it (`studies.views.negotiating`).
NEGOTIATING = frozenset({"studies:evidence", "studies:study"})

# Every other public view, and why nothing of it is kept.
NOT_KEPT = {
    "one_time_login": "signs somebody in",
    "security_txt": "names a day, and costs nothing",
    "preferences": "is about one reader",
    "studies:list_file": "is sent while it is made, and may be as large as the atlas",
    "studies:text": "is for programs, which ask again by its tag",
    "studies:citation": "names the day on which it was taken",
    "studies:unapi": "is for programs, and names the day",
    "studies:timemap": "is for programs, and small",
    "studies:timegate": "leads to another address, by a date that is asked for",
    "studies:data": "lists releases, which lie in a folder and not in the database",
    "studies:columns_file": "is a file that costs nothing",
    "studies:release": "shows a release, which lies in a folder",
    "studies:release_file": "is a file of the disk",
    "studies:api_call": "is counted for each sender",
    "studies:oai": "holds a token that runs out",
    "studies:reading_list": "is about one reader",
    "studies:feed": "is for programs, which ask again by its tag",
    "studies:shelf_feed": "is for programs, which ask again by its tag",
    "studies:robots": "costs nothing",
    "studies:sitemap_index": "is for programs, which ask seldom",
    "studies:sitemap": "is for programs, which ask seldom",
    "studies:opensearch": "costs nothing",
    "studies:llms": "costs nothing",
    "contributions:contribute": "is private",
    "contributions:contribute_study": "is private",
    "contributions:my_contribution": "is private",
    "contributions:receipt_file": "is private",
    "contributions:add": "is private",
    "contributions:download": "is private",
    "contributions:delete": "is private",
    "contributions:leave": "is private",
    "contributions:figures": "counts messages, and changes from day to day",
}
