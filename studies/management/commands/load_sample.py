"""Load the sample atlas: real papers, so that a new atlas shows what it can do."""

from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from studies import publishing, sample_texts
from studies.holdings import Holdings
from studies.incoming import Incoming
from studies.ingest import ingest
from studies.models import Study
from studies.outcome import Outcome
from studies.sample_files import coded_papers, listed_papers

BATCH = 500  # papers in one transaction: a load that is cut off keeps whole batches and continues with the next one


class Command(BaseCommand):
    help = "Load the sample atlas: 913 real ME/CFS papers, 34 with sample texts, and guides. Loading again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="add 5,047 papers on long COVID, bibliography only")
        parser.add_argument("--force", action="store_true", help="load beside studies that are not samples")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_foreign_data(force=options["force"])
        outcome = load(everything=options["all"])
        lines = [summary(outcome), *text_lines(), *(report_lines(outcome) if options["verbosity"] else [])]
        self.stdout.write("\n".join(lines))


def refuse_foreign_data(*, force: bool) -> None:
    """Stop before sample texts mix with a real atlas, which nobody would notice for a long time."""
    others = Study.objects.filter(is_sample=False).count()
    if others and not force:
        raise CommandError(
            f"This database holds {others} studies that are not samples, so nothing was loaded. "
            "Load the sample atlas into a database of its own, or add --force."
        )
    if (texts := sample_texts.written_by_others()) and not force:
        raise CommandError(
            f"This database holds {texts} guides, paths or questions that are not samples, so nothing was loaded. "
            "Load the sample atlas into a database of its own, or add --force."
        )


def load(*, everything: bool) -> Outcome:
    """Create and publish what is missing, batch by batch. The studies with texts come last: they are the newest changes."""
    holdings, outcome = Holdings(), Outcome()
    for batch in batches(listed_papers(everything=everything), BATCH):
        outcome.add(load_batch(batch, holdings))
    outcome.add(load_batch(coded_papers(), holdings))
    return outcome


@transaction.atomic
def load_batch(papers: list[Incoming], holdings: Holdings) -> Outcome:
    outcome = ingest(papers, holdings=holdings, is_sample=True, with_notices=True, cautious=True)
    if outcome.created:
        publishing.publish_sample(outcome.created)
    return outcome


def batches(papers: Iterable[Incoming], size: int) -> Iterator[list[Incoming]]:
    rest = iter(papers)
    while batch := list(islice(rest, size)):
        yield batch


def summary(outcome: Outcome) -> str:
    return (
        f"Sample atlas: {len(outcome.created)} studies created, {len(outcome.duplicates)} were already there, "
        f"{len(outcome.refused)} not created because a study has their identifier, "
        f"{len(outcome.possible)} possible duplicates among the created."
    )


def text_lines() -> Iterator[str]:
    """Publish the guides, paths and questions that are missing; says how many, and what was left out and why."""
    made, left_out = sample_texts.publish_sample_texts()
    if made:
        yield f"Texts: {made} guides, paths and questions published."
    yield from (f"Not published: {line}" for line in left_out)


def report_lines(outcome: Outcome) -> Iterator[str]:
    """What needs a person's eyes, under one heading for each kind; a suspected twin stands below its record."""
    if outcome.refused:
        yield "Not created, a study has the same identifier:"
        for line in outcome.refused:
            yield from (f"- {line.title}", f"  {line.reason} [{line.slug}]")
    if outcome.possible:
        yield "Created, but perhaps the same paper twice:"
        for pair in outcome.possible:
            yield from (f"- {pair.title} [{pair.slug}]", f"  {pair.other_title} [{pair.other_slug}]")
    if notices := [line for line in outcome.lines if line.notice]:
        yield "Created, and the title reads as a notice about another paper:"
        yield from (f"- {line.title} [{line.slug}]" for line in notices)
    yield from (f"{line.slug}: {remark}" for line in outcome.lines for remark in line.remarks if line.study)
    yield from outcome.problems
