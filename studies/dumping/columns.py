"""What each column of a release holds. The words here are the data dictionary of `datapackage.json` and of the site."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """`kind` is a field type of the Table Schema: string, integer, boolean, date, datetime, array."""

    name: str
    meaning: str
    kind: str = "string"
    source: str = ""

    @property
    def path(self) -> str:
        """Where the value stands, seen from the table's model."""
        return self.source or self.name


def _study(path: str = "study_id") -> Column:
    return Column("study", "Number of the study; it never changes.", "integer", path)


STUDIES = (
    Column("id", "Number of the study in the atlas; it never changes.", "integer"),
    Column("slug", "Last part of the study’s address, /evidence/<slug>/."),
    Column("version", "Number of the study’s newest revision.", "integer"),
    Column("published_at", "Since when the study stands in the atlas (UTC).", "datetime"),
    Column("changed_at", "Time of the last public change (UTC).", "datetime"),
    Column("newest_hash", "Hash of the newest revision."),
    Column("is_sample", "1: the texts are samples that nobody reviewed.", "boolean"),
    Column("title", "Title of the paper."),
    Column("journal", "Name of the journal."),
    Column("journal_abbreviation", "Short name of the journal."),
    Column("issn", "ISSN of the journal."),
    Column("volume", "Volume."),
    Column("issue", "Issue."),
    Column("pages", "Pages or article number."),
    Column("published_on", "Date of the paper; unknown parts stand as 01, see the precision.", "date"),
    Column("published_precision", "How exact the date is: year, month or day."),
    Column("doi", "DOI, in small letters, without an address before it."),
    Column("pmid", "Number in PubMed."),
    Column("pmcid", "Number in PubMed Central."),
    Column("preprint_doi", "DOI of the preprint of the same paper."),
    Column("language", "Language of the paper (BCP 47)."),
    Column("license_url", "Licence of the paper itself."),
    Column("authors_complete", "0: the list of authors is known to be incomplete.", "boolean"),
    Column("retraction_status", "none, corrected, expression_of_concern, retracted or withdrawn."),
    Column("retraction_notice_doi", "DOI of the journal’s notice."),
    Column("retraction_on", "Date of the notice.", "date"),
    Column("design", "Study design."),
    Column("peer_review", "Whether the paper was peer reviewed."),
    Column("patients", "Number of patients.", "integer"),
    Column("controls", "Number of controls.", "integer"),
    Column("population_label", "The population in the paper’s own words."),
    Column("evidence_level", "Evidence level, E0 to E3, unrated or not_classified."),
    Column("method_flags", "Remarks on the method, a list of words.", "array"),
    Column("pem", "PEM criterion: was post-exertional malaise required of every participant?"),
    Column("pem_rule", "The rule that gave this value."),
    Column("pem_claim", "What the paper states about PEM as a condition of taking part."),
    Column("pem_quote", "The sentence of the paper that says so."),
    Column("pem_locator", "Where in the paper the quote stands."),
    Column("pem_measured_by", "How the study measured PEM, a list of words; it does not decide the value.", "array"),
    Column("question", "What the study asked, one sentence."),
    Column("key_point", "What was found and how sure it is; never to be shown without main_limitation."),
    Column("main_limitation", "The main thing that the study does not show."),
    Column("summary", "In plain language."),
    Column("significance", "Why it matters."),
    Column("limitations", "What it does not prove."),
    Column("findings", "Findings, a list of sentences.", "array"),
    Column("conclusions", "Conclusions drawn by the authors, a list of sentences.", "array"),
    Column("open_questions", "Open questions, a list of sentences.", "array"),
    Column("strengths", "Strengths, a list of sentences.", "array"),
    Column("basis", "What the texts were written from: abstract or full_text."),
)
AUTHORS = (
    _study(),
    Column("position", "1 is the first author.", "integer"),
    Column("family", "Family name."),
    Column("given", "Given names."),
    Column("collective", "Name of a group, instead of a person’s."),
    Column("orcid", "ORCID."),
)
STUDY_DEFINITIONS = (
    _study(),
    Column("definition", "Slug of the case definition.", source="definition__slug"),
    Column("role", "How it was used: inclusion, alternative, subgroup, comparator or mentioned."),
    Column("cohort", "The group of patients this row is about; empty for all."),
    Column("modification", "How the study changed the definition."),
    Column("quote", "The sentence of the paper that says so."),
    Column("locator", "Where in the paper the quote stands."),
    Column("basis", "Whether that was read in the abstract or in the full text."),
)
STUDY_TOPICS = (_study(), Column("topic", "Slug of the topic.", source="topic__slug"))
LINKS = (
    _study("source_id"),
    Column("type", "What the study is to the other one."),
    Column("other_study", "Number of the other study.", "integer", "target_id"),
)
FLAGS = (
    _study(),
    Column("kind", "safety, contested or superseded."),
    Column("reason", "Why the notice stands."),
    Column("link", "Source of the notice."),
)
RESPONSES = (
    _study(),
    Column("position", "Order on the page.", "integer"),
    Column("text", "What the author answers."),
    Column("verified_author", "1: the atlas checked who wrote it.", "boolean"),
    Column("revision_number", "The revision of the study that published it.", "integer"),
)
PROVENANCE = (
    _study(),
    Column("field", "Which text."),
    Column("basis", "What it was written from."),
    Column("drafter", "person or machine."),
    Column("model", "Name of the machine’s model."),
    Column("model_version", "Its version."),
    Column("edited", "1: a person changed the text since.", "boolean"),
    Column("approver_role", "Role of the person who approved it."),
    Column("approved_at", "When (UTC).", "datetime"),
    Column("revision_number", "The revision of the study that published it.", "integer"),
)
CASE_DEFINITIONS = (
    Column("slug", "Last part of the address, /definitions/<slug>/."),
    Column("name", "Name."),
    Column("aliases", "Other names, a list.", "array"),
    Column("year", "Year of the definition.", "integer"),
    Column("pem", "What the definition says about PEM."),
    Column("pem_note", "A remark on that."),
    Column("doi", "DOI of the paper that defines it."),
    Column("pmid", "Its number in PubMed."),
    Column("source", "Where it was published."),
    Column("verified", "1: checked against the original text.", "boolean"),
)
TOPICS = (
    Column("slug", "Last part of the address, /topics/<slug>/."),
    Column("label", "Name."),
    Column("description", "What belongs here."),
)
WITHDRAWN = (
    Column("id", "Number of the study in the atlas; it never changes.", "integer"),
    Column("slug", "Last part of the address, which still answers."),
    Column("version", "Number of the study’s newest revision.", "integer"),
    Column("changed_at", "When it was withdrawn or merged (UTC).", "datetime"),
    Column("reason", "Why.", source="withdrawal_reason"),
    Column("merged_into", "Number of the study that it was merged into.", "integer", "merged_into_id"),
    Column("newest_hash", "Hash of the newest revision."),
)
REVISIONS = (
    Column("sequence", "1, 2, 3 … within the whole atlas.", "integer"),
    _study(),
    Column("number", "1, 2, 3 … within the study.", "integer"),
    Column("made_at", "When (UTC).", "datetime"),
    Column("kind", "What was done: publish, change, revert, withdraw, restore, merge, rename or definition."),
    Column("reason", "Why, a word from a fixed list."),
    Column("note", "Why, a public sentence."),
    Column("evidence_url", "Link to the evidence."),
    Column("approver_role", "Role of the person who approved it."),
    Column("second_role", "Role of the second person, where there was one."),
    Column("hash", "The revision’s hash in the chain."),
)
