"""TeX as BibTeX files hold it, as plain text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.formats.readers.cleaning import tidy
from studies.formats.readers.latex import plain, verbatim


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (r"{\'{E}}douard", "Édouard"),
        (r"G{\"o}del", "Gödel"),
        (r"Na\"{\i}ve \'\i", "Naïve í"),
        (r"\v{S}imon, \c{c}edilla, Fran\c cois, \H{o}, \k{a}, \u{g}, \r{a}", "Šimon, çedilla, François, ő, ą, ğ, å"),
        (r"\o re, \L{}ukasz, Stra\ss e, \AA{}se", "øre, Łukasz, Straße, Åse"),
        (r"10\% of R\&D, \$5, a\_b, \#1", "10% of R&D, $5, a_b, #1"),
        (r"\textit{Borrelia} and \emph{other {B}acteria}", "Borrelia and other Bacteria"),
        (r"$\alpha$-synuclein, $p<0.05$, $\beta_2$", "α-synuclein, p<0.05, β₂"),
        (r"H$_2$O, $10^{3}$, CO\textsubscript{2}", "H₂O, 10³, CO₂"),
        (r"between $5 and $10 a day", "between $5 and $10 a day"),
        ("``quoted'' -- dash --- em~dash", "“quoted” – dash — em dash"),
        (r"{\noopsort{1973b}}1973", "1973"),
        (r"\unknown{kept} and \mbox{G-Animal's}", "kept and G-Animal's"),
        (r"\href{https://example.org}{the page}", "the page"),
        (r"\textbackslash{} \textasciitilde{} \{x\}", r"\ ~ {x}"),
        (r"50% of them", "50% of them"),
        (r"\log n, a\\b", "log n, a b"),
    ],
)
def test_text_is_what_tex_would_print(written, text):
    assert tidy(plain(written)) == text.replace("₂", tidy("<sub>2</sub>"))


def test_addresses_keep_their_signs():
    assert verbatim(r"{https://example.org/a\_b~c%20d}") == "https://example.org/a_b~c%20d"


@given(st.text(alphabet="\\'`^\"~{}$%&#_ abcuvHtextsub-", max_size=200))
def test_any_text_can_be_read(text):
    assert isinstance(plain(text), str)


@pytest.mark.parametrize(
    "part", [r"\'", r"\x{", "{", "$", "$a", r"\cite{", r"\href", "^", r"\textsuperscript{", r"\a[", "-"]
)
def test_time_grows_with_the_length_only(part):
    """Half a million letters that are all command must not take minutes, as a pattern that tries again and again would."""
    begin = time.process_time()
    plain(part * (500_000 // len(part)))
    assert time.process_time() - begin < 10
