"""The API for programs, version 1. Translators only: from addresses to the search and the record, and back as JSON."""
