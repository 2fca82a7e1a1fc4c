"""Several people at once, on connections of their own: one wins, the others are told, and the chain stays whole."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.contrib.auth.models import User
from django.db import connection

from studies import ordering, proposals, publishing
from studies.models import Proposal, PublicState, Revision, Study
from studies.proposals import Conflict, Stale
from studies.verification import verify
from tests.clock import PATIENCE
from tests.studies.factories import make_study, make_user, published_study

pytestmark = pytest.mark.usefixtures("committing")


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Run all of them at the same moment; each one's result, or the exception it raised. Slow machines may take minutes."""
    results: list[object] = [None] * len(acts)
    barrier = Barrier(len(acts))

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=PATIENCE)
            results[place] = acts[place]()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    return results


def kinds(results: Sequence[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def propose(study: Study, by: User, **values: object) -> Proposal:
    return proposals.propose(study=study, values=values, reason="correction", note="Read again.", by=by)


def applying(proposal: Proposal, by: User) -> Callable[[], object]:
    shown = Proposal.objects.get(pk=proposal.pk)
    return lambda: proposals.apply(proposal=shown, digest=shown.digest, edition=shown.edition, by=by)


def test_two_people_apply_one_proposal_and_one_wins() -> None:
    study, people = published_study(), [make_user("editor") for _ in range(4)]
    proposal = propose(study, people[0], title="A better title")
    results = at_once([applying(proposal, person) for person in people])
    assert kinds(results) == ["Revision", "Stale", "Stale", "Stale"]
    assert all("closed: applied" in str(result) for result in results if isinstance(result, Stale))
    study.refresh_from_db()
    assert (study.version, study.title, Revision.objects.count()) == (2, "A better title", 2)
    assert verify() == []


def test_refusing_and_applying_at_once_does_one_of_both() -> None:
    study, ann, bo = published_study(), make_user("editor"), make_user("editor")
    proposal = propose(study, ann, title="A better title")
    shown = Proposal.objects.get(pk=proposal.pk)
    refusing = lambda: proposals.refuse(proposal=shown, edition=1, by=bo, note="No.")  # noqa: E731
    results = at_once([applying(proposal, bo), refusing])
    assert kinds(results) in (["NoneType", "Stale"], ["Revision", "Stale"])
    proposal.refresh_from_db()
    assert (proposal.state, Revision.objects.count()) in {("applied", 2), ("refused", 1)}
    assert verify() == []


def test_twenty_proposals_on_one_study_leave_a_whole_chain() -> None:
    study, person = published_study(), make_user("editor")
    fields = ["title", "journal", "volume", "issue", "pages", "journal_abbreviation", "population_label"]
    waiting = [propose(study, person, **{field: f"value {n}"}) for n in (1, 2) for field in fields]
    waiting += [propose(study, person, topics=[slug]) for slug in ("sleep", "muscle", "epidemiology")]
    waiting += [propose(study, person, authors=[{"family": f"Author {n}"}]) for n in (1, 2, 3)]
    assert len(waiting) == 20
    results = at_once([applying(proposal, person) for proposal in waiting])
    assert kinds(results) == ["Conflict"] * 11 + ["Revision"] * 9
    study.refresh_from_db()
    assert (study.version, Revision.objects.count(), PublicState.objects.get().revisions) == (10, 10, 10)
    assert Proposal.objects.filter(state="applied").count() == 9
    assert all(conflict.merge.conflicts for conflict in results if isinstance(conflict, Conflict))
    assert verify() == []


def test_publishing_different_studies_at_once_keeps_the_chain_whole() -> None:
    drafter, approver = make_user("editor"), make_user("editor")
    studies = [make_study() for _ in range(8)]
    digests = [publishing.submit(study=study, by=drafter) for study in studies]
    results = at_once(
        [
            lambda study=study, digest=digest: publishing.publish(study=study, digest=digest, by=approver)
            for study, digest in zip(studies, digests, strict=True)
        ]
    )
    assert kinds(results) == ["Revision"] * 8
    assert sorted(Revision.objects.values_list("sequence", flat=True)) == list(range(1, 9))
    assert (PublicState.objects.get().counter, verify()) == (8, [])


def test_publishing_one_study_twice_at_once_makes_one_revision() -> None:
    drafter, study = make_user("editor"), make_study()
    digest = publishing.submit(study=study, by=drafter)
    people = [make_user("editor") for _ in range(3)]
    results = at_once([lambda by=by: publishing.publish(study=study, digest=digest, by=by) for by in people])
    assert kinds(results) == ["Revision", "Stale", "Stale"]
    assert verify() == []


def test_definition_change_beside_other_writes_keeps_the_chain_whole() -> None:
    lead, person = make_user("lead"), make_user("editor")
    rows = {"design": "cohort", "definitions": [{"definition": "fukuda-1994"}]}
    studies = [published_study(**rows) for _ in range(4)]
    definition = studies[0].definitions.get().definition
    grave = publishing.change_definition_pem(definition=definition, pem="partial", note="Read again.", by=lead)
    light = [propose(study, person, title=f"Title {study.pk}") for study in studies]
    results = at_once([applying(grave, person), *(applying(proposal, person) for proposal in light)])
    assert [result for result in results if isinstance(result, Exception) and not isinstance(result, Stale)] == []
    assert set(Study.objects.values_list("pem", flat=True)) == {"partial"}
    assert verify() == []


def test_two_studies_that_link_to_each_other_at_once_do_not_wait_for_ever() -> None:
    lead, person = make_user("lead"), make_user("editor")
    for _ in range(4):
        studies = [published_study() for _ in range(4)]
        pairs = zip(studies, [*studies[1:], studies[0]], strict=True)
        waiting = [propose(one, lead, links=[{"study": other.pk, "type": "part_of"}]) for one, other in pairs]
        assert kinds(at_once([applying(proposal, person) for proposal in waiting])) == ["Revision"] * 4
    assert verify() == []


def test_opposite_merges_at_once_leave_one_study_that_stays() -> None:
    lead, person = make_user("lead"), make_user("editor")
    one, other, third = published_study(), published_study(), published_study()
    linked = propose(third, lead, links=[{"study": study.pk, "type": "part_of"} for study in (one, other)])
    applying(linked, person)()
    merges = [publishing.merge(source=a, target=b, note="One paper.", by=lead) for a, b in ((one, other), (other, one))]
    results = at_once([applying(proposal, person) for proposal in merges])
    assert kinds(results) == ["Revision", "Stale"]
    assert Study.objects.filter(state="withdrawn", merged_into__state="published").count() == 1
    assert verify() == []


def test_two_studies_do_not_take_one_address_at_once() -> None:
    lead, studies = make_user("lead"), [published_study() for _ in range(4)]
    acts = [lambda one=one: publishing.rename(study=one, slug="wanted", note="Better.", by=lead) for one in studies]
    assert kinds(at_once(acts)) == ["Problems", "Problems", "Problems", "Revision"]
    assert verify() == []


def test_two_studies_do_not_take_one_identifier_at_once() -> None:
    editor, studies = make_user("editor"), [published_study() for _ in range(4)]
    waiting = [propose(one, editor, doi="10.1000/wanted") for one in studies]
    results = at_once([applying(proposal, editor) for proposal in waiting])
    assert kinds(results) == ["Problems", "Problems", "Problems", "Revision"]
    assert verify() == []


def test_due_order_is_carried_out_once_by_several_runs_and_a_person() -> None:
    drafter, approver, study = make_user("editor"), make_user("editor"), make_study()
    digest, hour = publishing.submit(study=study, by=drafter), datetime(2090, 1, 1, tzinfo=UTC)
    ordering.order(study=study, digest=digest, publish_at=hour, by=approver)
    runs = [lambda: ordering.carry_out(at=hour) for _ in range(3)]
    results = at_once([*runs, lambda: publishing.publish(study=study, digest=digest, by=approver)])
    assert [type(result).__name__ for result in results[:3]] == ["list"] * 3
    done = [each for result in results[:3] for each in result]
    by_hand = isinstance(results[3], Revision)
    assert (len(done), [each.fault for each in done]) == (0 if by_hand else 1, [] if by_hand else [""])
    assert (Revision.objects.count(), verify()) == (1, [])
