"""The look: contrast in every theme, weight, and nothing that moves, sticks or comes from elsewhere."""

import gzip
import re

import pytest
from django.conf import settings

from atlas_site.preferences import CHOICES, FRAMES

SHEETS = {path.stem: path.read_text(encoding="utf-8") for path in (settings.BASE_DIR / "static" / "css").glob("*.css")}
STAFF = {"desk", "inbox", "staff"}
PUBLIC_SHEETS = sorted(set(SHEETS) - STAFF)
CSS, CHOSEN = SHEETS["atlas"], SHEETS["look"]
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
PUBLIC = [path for path in TEMPLATES if "admin" not in path.parts]

LIGHT, DARK = "(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"
LESS, MORE = "(prefers-contrast: less)", "(prefers-contrast: more)"
DEVICES = [
    (LIGHT,),
    (DARK,),
    (LIGHT, LESS),
    (DARK, LESS),
    (LIGHT, MORE),
    (DARK, MORE),
    (LIGHT, "print"),
    (DARK, MORE, "print"),
]
# What a device prefers, the theme that was chosen ("system" for none) and whether plain mode was.
THEMES = [(device, theme, plain) for device in DEVICES for theme in CHOICES["theme"] for plain in CHOICES["plain"]]
SURFACES = ("paper", "sheet", "pem-yes", "pem-part", "pem-no")
TEXT = [("ink", surface) for surface in (*SURFACES, "mark")]
TEXT += [(colour, surface) for colour in ("quiet", "link", "alarm-ink") for surface in ("paper", "sheet")]
TEXT += [("link", surface) for surface in ("pem-yes", "pem-part", "pem-no")]
TEXT += [("alarm-ink", "alarm"), ("ink", "alarm"), ("paper", "link")]
CONTROLS = [(colour, surface) for colour in ("line", "link", "second") for surface in ("paper", "sheet")]


def token_blocks() -> list[tuple[str, dict[str, str]]]:
    """Condition of the media query ("" for none) and tokens of each :root block, in the order of the file."""
    found = re.findall(r"(?:@media ([^{]+) \{\s*)?:root \{([^}]*)\}", CSS)
    return [(condition, dict(re.findall(r"--([a-z-]+): ([^;]+);", body))) for condition, body in found]


def chosen_tokens(theme: str, plain: str) -> dict[str, str]:
    """The tokens of look.css for these choices, plain mode last as in the file."""
    blocks = dict(re.findall(r":root\[data-([a-z=]+)\] \{([^}]*)\}", CHOSEN))
    wanted = [f"theme={theme}"] * (theme != "system") + ["plain"] * (plain == "on")
    return {name: value for block in wanted for name, value in re.findall(r"--([a-z-]+): ([^;]+);", blocks[block])}


def tokens(*preferences: str, theme: str = "system", plain: str = "off") -> dict[str, str]:
    """The colours in force for a reader whose device prefers this, such as "(prefers-color-scheme: dark)" or "print",
    and who has chosen this."""
    colours: dict[str, str] = {}
    for condition, block in token_blocks():
        if any(set(both.split(" and ")) <= {"", *preferences} for both in condition.split(", ")):
            colours |= block
    if "print" not in preferences:
        colours |= chosen_tokens(theme, plain)
    return {name: _followed(value, colours) for name, value in colours.items()}


def _followed(value: str, colours: dict[str, str]) -> str:
    while value.startswith("var("):
        value = colours[value[6:-1]]
    return value


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_of(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_says():
    assert round(contrast_of("#000", "#ffffff"), 2) == 21
    assert round(contrast_of("#767676", "#ffffff"), 2) == 4.54


@pytest.mark.parametrize(("device", "theme", "plain"), THEMES)
def test_text_has_seven_to_one_in_every_theme(device, theme, plain):
    colours = tokens(*device, theme=theme, plain=plain)
    weak = {
        (text, surface): round(found, 2)
        for text, surface in TEXT
        if (found := contrast_of(colours[text], colours[surface])) < 7
    }
    assert weak == {}


@pytest.mark.parametrize(("device", "theme", "plain"), THEMES)
def test_controls_and_drawings_have_three_to_one_in_every_theme(device, theme, plain):
    colours = tokens(*device, theme=theme, plain=plain)
    weak = {pair: found for pair in CONTROLS if (found := contrast_of(colours[pair[0]], colours[pair[1]])) < 3}
    assert weak == {}


def test_no_theme_is_glaring_unless_asked_for():
    assert [tokens(scheme)["paper"] for scheme in (LIGHT, DARK)] == ["#f6f2e9", "#1c2022"]
    assert [tokens(scheme, MORE)["paper"] for scheme in (LIGHT, DARK)] == ["#fff", "#000"]


def test_chosen_theme_outranks_the_device_and_names_every_colour():
    for theme in FRAMES:
        assert {str(tokens(*device, theme=theme)) for device in DEVICES if "print" not in device} == {
            str(tokens(LIGHT, theme=theme))
        }
        assert set(chosen_tokens(theme, "off")) == {name for name, value in tokens(DARK).items() if value[0] == "#"} | {
            "edge"
        }


def test_chosen_light_and_dark_are_those_of_the_device():
    assert [tokens(LIGHT, theme=theme) for theme in ("light", "dark")] == [tokens(LIGHT), tokens(DARK)]


def test_dim_gives_less_light_than_every_other_theme_but_black():
    assert luminance(tokens(LIGHT, theme="dim")["ink"]) < luminance(tokens(DARK)["ink"])
    assert luminance(tokens(LIGHT, theme="dim")["paper"]) < luminance(tokens(DARK)["paper"])


def test_frames_have_the_colour_of_the_paper_of_their_theme():
    assert {theme: colour for theme, (colour, _) in FRAMES.items()} == {
        theme: tokens(LIGHT, theme=theme)["paper"] for theme in FRAMES
    }
    schemes = dict(re.findall(r"data-theme=(\w+)\] \{\s*color-scheme: (\w+);", CHOSEN))
    assert schemes == {theme: scheme for theme, (_, scheme) in FRAMES.items()}


def test_plain_mode_has_two_colours_for_text_and_paper():
    plain = tokens(LIGHT, theme="light", plain="on")
    names = ("sheet", "alarm", "pem-yes", "pem-part", "pem-no", "quiet", "link", "alarm-ink")
    assert {plain[name] for name in names} == {plain["paper"], plain["ink"]}


def test_paper_is_printed_black_on_white_whatever_the_screen_shows():
    printed = tokens(DARK, MORE, "print")
    assert (printed["paper"], printed["sheet"], printed["ink"], printed["quiet"]) == ("#fff", "#fff", "#000", "#000")


def test_browser_frame_has_the_colour_of_the_paper():
    base = (settings.BASE_DIR / "templates" / "base.html").read_text(encoding="utf-8")
    framed = dict(re.findall(r'name="theme-color" media="\(prefers-color-scheme: (\w+)\)" content="(#\w+)"', base))
    assert framed == {"light": tokens(LIGHT)["paper"], "dark": tokens(DARK)["paper"]}


def test_every_colour_in_use_is_a_token():
    for name in PUBLIC_SHEETS:
        rules = re.sub(r":root(\[[a-z=-]+\])? \{[^}]*\}", "", SHEETS[name])
        assert (name, re.findall(r": [^;{]*(#[0-9a-f]{3,8}|rgba?\(|hsla?\()", rules)) == (name, [])
        known = set(re.findall(r"--([a-z0-9-]+):", CSS + SHEETS[name]))
        assert set(re.findall(r"var\(--([a-z0-9-]+)", SHEETS[name])) <= known


def test_style_sheet_is_small():
    assert len(CSS.encode()) <= 12 * 1024


def test_sheets_of_a_page_are_small_together():
    """The sheet of all pages, that of choices, and the largest two that a page adds, as they go over the wire."""
    others = sorted(len(gzip.compress(SHEETS[name].encode())) for name in set(PUBLIC_SHEETS) - {"atlas", "look"})
    assert sum(others[-2:]) + sum(len(gzip.compress(text.encode())) for text in (CSS, CHOSEN)) <= 7 * 1024


@pytest.mark.parametrize(
    "unwanted",
    [
        "animation",
        "transition",
        "@keyframes",
        "position: sticky",
        "position: fixed",
        "box-shadow",
        "text-shadow",
        "gradient",
        "filter:",
        "opacity",
        "@import",
        "url(",
        "text-transform",
        "justify;",
    ],
)
def test_style_sheet_has_nothing_that_moves_sticks_or_glows(unwanted):
    assert {name: count for name in PUBLIC_SHEETS if (count := SHEETS[name].count(unwanted))} == {}


def test_no_text_is_smaller_than_the_base_of_eighteen_pixels():
    assert "html { font-size: 112.5%;" in CSS
    sizes = [
        float(size)
        for name in PUBLIC_SHEETS
        for size in re.findall(r"(?:font-size|--h[1-3]): ([0-9.]+)rem", SHEETS[name])
    ]
    assert min(sizes) >= 1
    shares = [float(size) for size in re.findall(r"font-size: ([0-9.]+)%", CHOSEN)]
    assert shares == sorted(shares)
    assert min(shares) > 112.5


def test_public_templates_hold_no_inline_style_script_or_foreign_source():
    unwanted = re.compile(
        r"<script(?! defer src=\"\{% static | type=\"application/ld\+json\">)"
        r"|<style|\sstyle=|\son[a-z]+=|<iframe|<img|(?:src|action)=\"https?:"
        r"|<link(?=[^>]+href=\"https?:)(?! rel=\"license\")"
    )
    assert {path.name: found for path in PUBLIC if (found := unwanted.findall(path.read_text(encoding="utf-8")))} == {}
