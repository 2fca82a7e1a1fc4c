-- The role that writes releases (manage.py export_atlas), for PostgreSQL. Run once as a superuser of the server (postgres), with psql, after
-- `manage.py migrate`; run it again after an upgrade. Then give the role a password or a peer login, and name it in DATABASE_URL of
-- the service that exports.
--
-- It reads the columns below and no other: no message of a contributor, no account, no abstract, no note and no name of the staff.
DO $$
BEGIN
  CREATE ROLE atlas_dump LOGIN;
EXCEPTION WHEN duplicate_object THEN
  NULL;
END
$$;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM atlas_dump;
GRANT USAGE ON SCHEMA public TO atlas_dump;

GRANT SELECT (
  collective, family, given, id, orcid, position, study_id
) ON studies_author TO atlas_dump;

GRANT SELECT (
  id, position, revision_number, study_id, text, verified_author
) ON studies_authorresponse TO atlas_dump;

GRANT SELECT (
  aliases, doi, id, name, pem, pem_note, pmid, slug, source, verified, year
) ON studies_casedefinition TO atlas_dump;

GRANT SELECT (
  id, kind, link, reason, study_id
) ON studies_flag TO atlas_dump;

GRANT SELECT (
  counter, id, newest_hash, revisions
) ON studies_publicstate TO atlas_dump;

GRANT SELECT (
  approver_role, evidence_url, hash, id, kind, made_at, note, number, previous_global_hash, previous_hash, reason,
  second_role, sequence, study_id, value_hashes
) ON studies_revision TO atlas_dump;

GRANT SELECT (
  field, id, redacted_on, redaction_reason, revision_id, salt, value
) ON studies_revisionvalue TO atlas_dump;

GRANT SELECT (
  authors_complete, basis, bibliography_source, changed_at, conclusions, controls, design, doi, evidence_level,
  findings, id, is_sample, issn, issue, journal, journal_abbreviation, key_point, language, license_url, limitations,
  main_limitation, merged_into_id, method_flags, newest_hash, open_questions, pages, patients, peer_review, pem,
  pem_claim, pem_locator, pem_measured_by, pem_quote, pem_rule, pmcid, pmid, population_label, preprint_doi,
  public_counter, published_at, published_on, published_precision, question, retraction_notice_doi, retraction_on,
  retraction_status, significance, slug, state, strengths, summary, title, version, volume, withdrawal_reason
) ON studies_study TO atlas_dump;

GRANT SELECT (
  study_id, topic_id
) ON studies_study_topics TO atlas_dump;

GRANT SELECT (
  basis, cohort, definition_id, id, locator, modification, position, quote, role, study_id
) ON studies_studydefinition TO atlas_dump;

GRANT SELECT (
  id, source_id, target_id, type
) ON studies_studylink TO atlas_dump;

GRANT SELECT (
  approved_at, approver_role, basis, drafter, edited, field, id, model, model_version, revision_number, study_id
) ON studies_textprovenance TO atlas_dump;

GRANT SELECT (
  description, id, label, slug
) ON studies_topic TO atlas_dump;

-- Each run of the export leaves a row, which `manage.py status` reads; it can be added and not be read.
GRANT INSERT (
  ended_at, name, ok, said, started_at
), SELECT (id) ON atlas_site_timerrun TO atlas_dump;

ALTER ROLE atlas_dump SET default_transaction_read_only = on;
