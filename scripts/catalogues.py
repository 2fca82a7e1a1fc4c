"""Compiles the catalogues of words (locale/*/LC_MESSAGES/django.po) to the form that Django reads (django.mo).

Both are in Git, so that nobody needs the gettext programs to run the atlas. Run it after a catalogue was edited:

    python scripts/catalogues.py

It needs Python alone.
"""

import ast
import re
import struct
from pathlib import Path

LOCALE = Path(__file__).resolve().parent.parent / "locale"
MAGIC = 0x950412DE  # of the GNU format, in the byte order of the file
CONTEXT = "\x04"
PLURAL = "\0"

_KEYWORD = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?) (".*")')


def entries(text: str) -> dict[str, str]:
    """Key to translation, as the compiled form wants them, of the text of a .po file. What is not translated is left out."""
    found = {}
    for part in re.split(r"\n\s*\n", text):
        fields = _fields(part)
        forms = [words for name, words in fields.items() if name.startswith("msgstr")]
        if "msgid" not in fields or not all(forms) or "\n#, fuzzy" in f"\n{part}":
            continue
        key = fields["msgid"] + (PLURAL + fields["msgid_plural"] if "msgid_plural" in fields else "")
        context = fields["msgctxt"] + CONTEXT if "msgctxt" in fields else ""
        found[context + key] = PLURAL.join(forms)
    return found


def _fields(part: str) -> dict[str, str]:
    """Keyword to words of one entry; the lines that only go on a text are joined to it."""
    fields: dict[str, str] = {}
    name = ""
    for line in part.splitlines():
        begins = _KEYWORD.fullmatch(line.strip())
        if begins:
            name, fields[begins[1]] = begins[1], ast.literal_eval(begins[2])
        elif line.startswith('"') and name:
            fields[name] += ast.literal_eval(line)
    return fields


def compiled(text: str) -> bytes:
    """The .mo file of a .po file: header, two tables of lengths and places, then the words, each ended by a null byte."""
    pairs = sorted((key.encode(), words.encode()) for key, words in entries(text).items())
    start = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    words = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[column]), start + len(words)))
            words += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + b"".join(tables) + words


def catalogues() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/django.po"))


def main() -> None:
    for path in catalogues():
        path.with_suffix(".mo").write_bytes(compiled(path.read_text(encoding="utf-8")))
        print(f"Compiled {path.relative_to(LOCALE.parent)}.")


if __name__ == "__main__":
    main()
