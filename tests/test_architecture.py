"""The rules of the house that a machine can check: directions of imports, names, sizes, and what no file may hold."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("atlas_site", "studies", "contributions")

# Modules that know no Django and no model, so that they can be read, tested and reused alone.
PURE = {
    "atlas_site.caching.flights",
    "atlas_site.caching.shelf",
    "atlas_site.caching.words",
    "atlas_site.log_settings",
    "atlas_site.replicas.naming",
    "atlas_site.replicas.places",
    "atlas_site.watching.counting",
    "atlas_site.watching.duties",
    "atlas_site.watching.exposing",
    "atlas_site.watching.recalling",
    "contributions.cutting_off",
    "studies.alphabet",
    "studies.canonical",
    "studies.completing",
    "studies.depths",
    "studies.diff",
    "studies.formats",
    "studies.identifiers",
    "studies.incoming",
    "studies.lengths",
    "studies.map_drawing",
    "studies.matching",
    "studies.merging",
    "studies.outcome",
    "studies.names",
    "studies.oai.moments",
    "studies.oai.questions",
    "studies.observing",
    "studies.pasted",
    "studies.pem",
    "studies.quotes",
    "studies.records",
    "studies.search.bitmaps",
    "studies.search.columns",
    "studies.search.facets",
    "studies.signs",
    "studies.slugs",
    "studies.sorted_tables",
    "studies.sources",
    "studies.stored_papers",
    "studies.text_counts",
    "studies.wording",
}
TRANSLATORS = {"views", "admin", "api", "forms", "feeds", "sitemaps", "oai", "management", "urls", "templatetags"}
ALLOWED_BELOW_MODELS = {"querysets", "search"}
NAMELESS = {"utils", "util", "helpers", "services", "signals", "common", "misc"}

# Written in two parts, so that this file itself holds none of them.
REGISTRIES = [first + second for first, second in [
    ("pypi", ".org"), ("pythonhosted", ".org"), ("npmjs", ".org"), ("npmjs", ".com"), ("yarnpkg", ".com"), ("crates", ".io"),
    ("deb.debian", ".org"), ("conda", ".anaconda.org"), ("rubygems", ".org"),
]]  # fmt: skip
WORKPLACE = [
    first + second for first, second in [("/work/", "shared"), ("../", "shared"), (".lib", "rary/"), ("/work/", "main")]
]


@cache
def tracked_files() -> list[Path]:
    """Everything a clone would hold, and what is new and not ignored."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


@cache
def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked_files():
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            found.append((path, content.decode("utf-8", "replace")))
    return found


@cache
def modules() -> dict[str, Path]:
    """Dotted name of every module of the product, with its file."""
    found = {}
    for path in tracked_files():
        parts = path.relative_to(ROOT).with_suffix("").parts
        if path.suffix == ".py" and parts[0] in PACKAGES and "migrations" not in parts:
            found[".".join(part for part in parts if part != "__init__")] = path
    return found


@cache
def imports(name: str, path: Path) -> set[str]:
    """Dotted names a module imports, those inside functions too; what is only for type checkers is left out."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = set()
    for node in _run_time_nodes(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base]).rstrip(".")
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def _run_time_nodes(tree: ast.AST):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _run_time_nodes(node)


def is_within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def layer(name: str) -> str:
    """What kind of module this is: pure, models, translator, or verb (everything else)."""
    parts = name.split(".")
    if is_within(name, PURE):
        return "pure"
    if set(parts[1:]) & TRANSLATORS:
        return "translator"
    return "models" if "models" in parts[1:2] else "verb"


def ours(name: str, known: dict[str, Path]) -> set[str]:
    return {target for target in imports(name, known[name]) if target in known}


def test_pure_modules_know_no_django_and_no_models():
    known = modules()
    faults = {
        name: sorted(
            target
            for target in imports(name, path)
            if target.split(".")[0] == "django"
            or (target in known and layer(target) != "pure" and target not in PACKAGES)
        )
        for name, path in known.items()
        if layer(name) == "pure"
    }
    assert {name: found for name, found in faults.items() if found and not _is_only_packages(found, known)} == {}


def _is_only_packages(found: list[str], known: dict[str, Path]) -> bool:
    """Importing studies.search.facets names the package studies.search, whose __init__ is empty."""
    return all(
        target in known and known[target].name == "__init__.py" and not known[target].read_text().strip()
        for target in found
    )


def test_studies_never_imports_contributions():
    faults = [
        name
        for name, path in modules().items()
        if name.startswith("studies") and is_within_any(imports(name, path), "contributions")
    ]
    assert faults == []


def is_within_any(names: set[str], package: str) -> bool:
    return any(is_within(name, {package}) for name in names)


def test_models_import_no_verbs_and_no_translators():
    known = modules()
    faults = {}
    for name in known:
        if layer(name) != "models":
            continue
        wrong = {target for target in ours(name, known) if layer(target) == "translator"}
        if wrong:
            faults[name] = sorted(wrong)
    assert faults == {}


def test_verbs_import_no_translators():
    known = modules()
    faults = {}
    for name in known:
        if layer(name) == "verb" and not name.startswith("atlas_site"):
            wrong = {target for target in ours(name, known) if layer(target) == "translator"}
            if wrong:
                faults[name] = sorted(wrong)
    assert faults == {}


def test_modules_have_names_that_say_something():
    assert [name for name in modules() if NAMELESS & set(name.split("."))] == []


@pytest.mark.parametrize(("suffixes", "limit"), [((".py",), 400), ((".html",), 120)])
def test_files_stay_small(suffixes, limit):
    lengths = {
        str(path.relative_to(ROOT)): len(text.splitlines())
        for path, text in texts()
        if path.suffix in suffixes and "migrations" not in path.parts and "tests" not in path.parts
    }
    assert {name: length for name, length in lengths.items() if length > limit} == {}


def functions() -> list[tuple[str, int]]:
    """Every function of the product with its length in lines, docstring included."""
    found = []
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                found += [(f"{name}.{node.name}", length)]
    return found


def test_functions_stay_small():
    lengths = sorted(length for _, length in functions())
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] < 35


def test_no_file_names_a_package_registry():
    faults = [(str(path.relative_to(ROOT)), host) for path, text in texts() for host in REGISTRIES if host in text]
    assert faults == []


def test_no_file_names_a_place_of_one_machine():
    faults = [(str(path.relative_to(ROOT)), place) for path, text in texts() for place in WORKPLACE if place in text]
    assert faults == []


def test_no_lock_file_with_addresses():
    names = {path.name for path in tracked_files()}
    assert (
        names & {"uv.lock", "package-lock.json", "poetry.lock", "Pipfile.lock", "yarn.lock", "pnpm-lock.yaml"} == set()
    )
    for path in (ROOT / "requirements").iterdir():
        assert re.findall(r"https?://|file:|--(?:extra-)?index-url|--find-links", path.read_text()) == [], path.name


def settings_variables() -> set[str]:
    """Names of environment variables that settings.py reads."""
    text = (ROOT / "atlas_site" / "settings.py").read_text()
    return set(re.findall(r"""(?:env(?:\.\w+)?|environ\.get|switch|whole_number|all_like)\(\s*"([A-Z_]+)\"""", text))


def test_every_setting_is_in_the_example():
    example = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert settings_variables() == example


def test_every_command_is_documented():
    commands = {path.stem for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"}
    documented = "\n".join(path.read_text() for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
    assert (
        sorted(name for name in commands if f"`{name}" not in documented and f"manage.py {name}" not in documented)
        == []
    )


def test_every_document_a_document_links_to_exists():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    faults = [
        (document.name, target)
        for document in documents
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert faults == []


def test_tests_that_commit_put_the_seed_rows_back():
    """Emptying the database takes what migrations wrote; only the fixture `committing` brings that back."""
    direct = re.compile(r"transaction=" + "True|transactional" + "_db|live" + "_server")
    faults = [path.name for path in (ROOT / "tests").rglob("*.py") if direct.search(path.read_text())]
    assert faults == ["append_only.py"]


def test_imports_are_seen_wherever_they_hide(tmp_path):
    """Proof that the direction tests can fail."""
    module = tmp_path / "pem.py"
    module.write_text(
        "from typing import TYPE_CHECKING\nfrom . import diff\nfrom ..contributions.review import apply\n"
        "def act():\n    import django.db\nif TYPE_CHECKING:\n    import hidden\n"
    )
    assert imports("top.studies.pem", module) >= {"top.studies.diff", "top.contributions.review", "django.db"}
    assert "hidden" not in imports("top.studies.pem", module)
