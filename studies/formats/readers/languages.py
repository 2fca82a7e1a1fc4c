"""Languages of papers as two letters (ISO 639-1), or three where there are no two. Pure."""

from __future__ import annotations

import re

# Three letters as libraries write them (ISO 639-2/B, and T where it differs), the two letters, and the English name.
_TABLE = """
afr af Afrikaans|alb sq Albanian|sqi sq Albanian|amh am Amharic|ara ar Arabic|arm hy Armenian|hye hy Armenian
aze az Azerbaijani|baq eu Basque|eus eu Basque|bel be Belarusian|ben bn Bengali|bos bs Bosnian|bul bg Bulgarian
cat ca Catalan|chi zh Chinese|zho zh Chinese|cze cs Czech|ces cs Czech|dan da Danish|dut nl Dutch|nld nl Dutch
eng en English|epo eo Esperanto|est et Estonian|fin fi Finnish|fre fr French|fra fr French|geo ka Georgian
kat ka Georgian|ger de German|deu de German|glg gl Galician|gre el Greek|ell el Greek|heb he Hebrew|hin hi Hindi
hrv hr Croatian|scr hr Croatian|hun hu Hungarian|ice is Icelandic|isl is Icelandic|ind id Indonesian|gle ga Irish
ita it Italian|jpn ja Japanese|kaz kk Kazakh|kir ky Kyrgyz|kor ko Korean|lat la Latin|lav lv Latvian
lit lt Lithuanian|mac mk Macedonian|mkd mk Macedonian|may ms Malay|msa ms Malay|mal ml Malayalam|mon mn Mongolian
nor no Norwegian|per fa Persian|fas fa Persian|pol pl Polish|por pt Portuguese|pus ps Pushto|rum ro Romanian
ron ro Romanian|rus ru Russian|scc sr Serbian|srp sr Serbian|slo sk Slovak|slk sk Slovak|slv sl Slovenian
spa es Spanish|swa sw Swahili|swe sv Swedish|tam ta Tamil|tel te Telugu|tha th Thai|tur tr Turkish|ukr uk Ukrainian
urd ur Urdu|uzb uz Uzbek|vie vi Vietnamese|wel cy Welsh|cym cy Welsh
"""
_ROWS = [row.split() for row in re.split("[|\n]", _TABLE) if row]
_THREE = {three: two for three, two, _ in _ROWS}
_BACK = {two: three for three, two, _ in reversed(_ROWS)}
_TWO = frozenset(_THREE.values()) | {"nb", "nn", "sh"}
_NAMED = {name.lower(): two for _, two, name in _ROWS}
_UNKNOWN = frozenset({"mis", "und", "zxx"})


def language_code(text: str) -> str:
    """`en` for `eng`, `en`, `EN-gb`, `en_US` or `English`; empty where it says nothing or cannot be read."""
    word = text.strip().lower()
    if word in _NAMED:
        return _NAMED[word]
    code = re.split("[-_]", word)[0]
    if code in _THREE:
        return _THREE[code]
    known = code in _TWO or (re.fullmatch("[a-z]{3}", code) and code not in _UNKNOWN)
    return code if known else ""


def three_letters(code: str) -> str:
    """`eng` for `en`, as libraries write it; a code that has no such form stays as it is."""
    return _BACK.get(code, code)
