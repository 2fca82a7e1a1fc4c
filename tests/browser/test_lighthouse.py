"""What Lighthouse thinks of the pages that are read most. Speed is judged by scripts/bench, where nothing else runs."""

import pytest

from scripts import tools
from scripts.benching.lighthouse import JUDGED, PAGES, audited, lost, scores


@pytest.mark.full
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_lighthouse_has_nothing_to_say_against_the_page(atlas, path):
    assert tools.lighthouse().exists(), "scripts/test --full brings Lighthouse"
    report = audited(atlas.url + path, JUDGED)
    assert (scores(report), lost(report)) == (dict.fromkeys(JUDGED, 100), [])
