"""What the code of the product may not do: run text as code, read objects from bytes, start a shell, weaken TLS or hashes."""

import ast
import re

import pytest

from tests.test_architecture import ROOT, modules

FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill", "yaml", "telnetlib", "ftplib", "xmlrpc", "code", "codeop"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "tempfile.mktemp"}
WEAK = {"md5", "sha1", "des", "arc4", "ecb", "blowfish"}
# Modules that draw or make what nobody may guess. Others may wait for a random time or pick a name.
SECRET = {
    "atlas_site.csp",
    "atlas_site.one_time",
    "atlas_site.rates",
    "atlas_site.second_factor",
    "contributions.crypto",
    "contributions.form_token",
    "contributions.keys",
    "contributions.limits",
    "contributions.receipts",
    "studies.revisions",
}


def trees():
    return {name: ast.parse(path.read_text()) for name, path in modules().items()}


TREES = trees()


def called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def test_nothing_runs_text_as_code_or_reads_objects_from_bytes():
    wrong = {
        name: (imported(tree) & FORBIDDEN_IMPORTS) | {called(node) for node in calls(tree)} & FORBIDDEN_CALLS
        for name, tree in TREES.items()
    }
    assert {name: found for name, found in wrong.items() if found} == {}


def test_no_program_is_started_through_a_shell():
    shells = [
        name for name, tree in TREES.items() for node in calls(tree) if any(key.arg == "shell" for key in node.keywords)
    ]
    assert shells == []


def test_certificates_are_never_left_unchecked():
    text = "\n".join(path.read_text() for path in modules().values())
    assert re.findall(r"verify\s*=\s*False|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context", text) == []


def test_no_weak_cipher_or_hash_guards_anything():
    named = {
        (name, node.attr)
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.lower() in WEAK
    }
    assert named == set()


def test_what_shall_not_be_guessed_is_not_drawn_from_ordinary_chance():
    drawing = {name: imported(tree) for name, tree in TREES.items() if name in SECRET}
    assert set(drawing) == SECRET
    assert {name for name, found in drawing.items() if "random" in found} == set()


def test_no_key_or_password_stands_in_the_repository():
    words = ("BEGIN PRIVATE KEY", "BEGIN RSA PRIVATE KEY", "BEGIN OPENSSH PRIVATE KEY")
    texts = {
        path: path.read_text()
        for path in [*modules().values(), ROOT / ".env.example", ROOT / "deploy/compose/compose.yaml"]
    }
    assert [str(path) for path, text in texts.items() if any(word in text for word in words)] == []
    example = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", texts[ROOT / ".env.example"], re.MULTILINE))
    secret = {name: value for name, value in example.items() if name.endswith(("_KEY", "_KEYS", "_TOKEN"))}
    assert {name: value for name, value in secret.items() if value} == {}
    assert len(secret) >= 4


@pytest.mark.parametrize("source", ["import pickle", "from yaml import load", "eval('1')", "import os\nos.system('x')"])
def test_scan_would_find_it(source):
    tree = ast.parse(source)
    assert (imported(tree) & FORBIDDEN_IMPORTS) | {called(node) for node in calls(tree)} & FORBIDDEN_CALLS != set()
