"""Promises of the documents: what they name is there, and what an operator must know is in them."""

import argparse
import ast
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel, SecretStr

from interlude.__main__ import parser
from interlude.console import words as shown
from interlude.escalation import ladder, words
from interlude.message import Level
from interlude.settings import Settings
from interlude.store import cases

ROOT = Path(__file__).parents[2]
DOCS = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "tests").rglob("*.md")),
    )
}
EVERY_DOCUMENT = pytest.mark.parametrize("name", DOCS)
SAFETY, RUNNING = DOCS["docs/safety.md"], DOCS["docs/running.md"]

#: made on a machine, not kept in the repository
MADE = {line.strip("/\n") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()}
MAKE_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))

_FENCE = re.compile(r"^```.*?$(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"[\w.<>*-]+(?:/[\w.<>*-]+)*/?")
_FILE = re.compile(r"[\w<>*-]+\.(?:py|yml|toml|md|jsonl?|js|txt)")


def code(name: str) -> list[str]:
    """Every code span, and every line of a fenced block."""
    fenced = [line.strip() for block in _FENCE.findall(DOCS[name]) for line in block.splitlines()]
    return [piece for piece in fenced + _SPAN.findall(_FENCE.sub("", DOCS[name])) if piece]


def paths(name: str) -> Iterator[str]:
    """The code spans that can only mean a file or folder of this repository."""
    tops = {path.name for path in ROOT.iterdir()}
    for piece in _SPAN.findall(_FENCE.sub("", DOCS[name])):
        word = piece.split(" ")[-1] if piece.startswith((".venv", "interlude ")) else piece
        if not _PATH.fullmatch(word) or word.split("/")[0] in MADE:
            continue
        *folders, last = word.split("/")
        if _FILE.fullmatch(last) or (folders and folders[0] in tops):
            yield word


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@EVERY_DOCUMENT
def test_every_path_a_document_names_exists(name):
    missing = []
    for path in paths(name):
        pattern = re.sub(r"<[^>]*>", "*", path).rstrip("/")
        beside = (ROOT / name).parent
        if not (any(ROOT.glob(pattern)) or any(beside.glob(pattern))):
            missing.append(path)
    assert missing == []


@EVERY_DOCUMENT
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(name):
    broken = []
    for link in _LINK.findall(_FENCE.sub("", DOCS[name])):
        if link.startswith("https://"):
            continue
        file, _, place = link.partition("#")
        target = (ROOT / name).parent / file if file else ROOT / name
        headings = (
            {anchor(found) for found in re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.MULTILINE)}
            if place and target.is_file()
            else {place}
        )
        if not target.exists() or place not in headings:
            broken.append(link)
    assert broken == []


@EVERY_DOCUMENT
def test_every_make_target_a_document_names_exists(name):
    named = {target for piece in code(name) for target in re.findall(r"\bmake ([a-z-]+)", piece)}
    assert named - MAKE_TARGETS == set()


def accepted(arguments: list[str]) -> bool:
    """Whether the real command line takes these words."""
    try:
        parser().parse_args(arguments)
    except (SystemExit, argparse.ArgumentError) as stopped:
        return getattr(stopped, "code", 2) == 0
    return True


@EVERY_DOCUMENT
def test_every_interlude_command_a_document_names_is_taken_by_the_command_line(name, capsys):
    refused = []
    for piece in code(name):
        whole = re.search(r"(?:-m interlude|^interlude) ([a-z].*)", piece)
        if whole is None:
            continue
        given = shlex.split(whole[1].split(" #")[0].replace("…", "").strip())
        # A whole command must be taken as it stands; the bare name of one at least by its --help.
        named = all(re.fullmatch(r"[a-z]+", word) for word in given)
        if given and not accepted([*given, "--help"] if named else given):
            refused.append(piece)
    assert refused == []
    capsys.readouterr()


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every setting as (dotted name, default)."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field.default


def written(default: object) -> str:
    """A default as the table shows it."""
    if isinstance(default, SecretStr):
        return "none"
    if default == "":
        return "empty"
    return json.dumps(default) if isinstance(default, list | bool | int | float) else str(default)


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_setting_stands_in_the_table_with_its_variable_and_its_default_and_no_other():
    table = {name: (variable, default) for name, variable, default, _ in rows(RUNNING, "Settings")}
    real = {
        name: ("INTERLUDE_" + name.upper().replace(".", "__"), written(default))
        for name, default in settings(Settings)
    }
    # An empty password is one, an empty key is none.
    real["mail_password"] = (real["mail_password"][0], "empty")
    assert table == real


def test_every_variable_a_document_names_is_read_by_somebody():
    known = {"INTERLUDE_" + name.upper().replace(".", "__") for name, _ in settings(Settings)}
    sources = [*ROOT.glob("interlude/**/*.py"), *ROOT.glob("*.yml"), ROOT / "Procfile", ROOT / "Makefile"]
    read = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    named = {found for text in DOCS.values() for found in re.findall(r"\bINTERLUDE_[A-Z_]*[A-Z]", text)}
    assert [found for found in sorted(named - known) if found not in read] == []


def test_every_error_the_troubleshooting_quotes_is_one_the_program_says():
    said = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("interlude/**/*.py"))
    said += (ROOT / "Makefile").read_text(encoding="utf-8")
    quotes = re.findall(r'^- \*"([^"]+)"', RUNNING, re.MULTILINE)
    assert len(quotes) >= 5
    for quote in quotes:
        for part in quote.strip("'").split("…"):
            assert part.strip("' ") in said, quote


def test_every_address_an_operator_is_told_to_look_at_is_served():
    served = (ROOT / "interlude" / "app.py").read_text(encoding="utf-8")
    for address, *_ in rows(RUNNING, "Is it well?"):
        assert f'"{address}"' in served


def test_every_pager_there_is_has_its_row_among_the_addresses():
    pagers = {path.stem for path in (ROOT / "interlude" / "pagers").glob("[a-z]*.py")} - {"base"}
    assert {address.partition(":")[0] for address, *_ in rows(RUNNING, "People")} == pagers


@pytest.mark.parametrize(
    "state",
    [*cases.UNRESOLVED, "resolved", *shown.STATES, *shown.RECEIPTS, *shown.PAGES, *Level],
)
def test_every_level_and_state_is_explained(state):
    assert f"`{state}`" in SAFETY


def test_every_state_of_a_message_is_explained():
    """States are read from the modules that set them, since no one list of them exists."""
    found = set()
    for file in ("turn.py", "store/messages.py"):
        tree = ast.parse((ROOT / "interlude" / file).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "state" and isinstance(node.value, ast.Constant):
                found.add(node.value.value)
            if isinstance(node, ast.Assign) and "row.state" in ast.unparse(node.targets[0]):
                found.add(ast.literal_eval(node.value.elts[0]))
    assert {"received", "answered", "set_aside"} <= found
    assert [state for state in found - {"said"} if f"`{state}`" not in SAFETY] == []


def test_the_ladder_is_told_as_it_is_climbed():
    table = rows(SAFETY, "Who is paged, and when")
    for column, level in ((1, Level.EMERGENCY), (2, Level.URGENT)):
        told = [(float(row[0]), row[column]) for row in table if row[0].isdigit() and row[column]]
        assert told == [
            (rung.minutes, "all" if ladder.ALL in rung.tiers else ", ".join(map(str, rung.tiers)))
            for rung in ladder.RUNGS[level]
        ]
        assert float(table[-1][column]) == ladder.REPEAT[level].total_seconds() / 60
    targets = [ladder.ACKNOWLEDGE_WITHIN[level] for level in (Level.EMERGENCY, Level.URGENT, Level.ROUTINE)]
    minutes = [int(target.total_seconds() // 60) for target in targets]
    told = f"{minutes[0]} minutes for an emergency, {minutes[1]} for urgent and {minutes[2] // 60} hours"
    assert told in " ".join(SAFETY.split())


def test_the_categories_of_risk_told_as_read_for_are_those_the_rules_have():
    covered = set()
    for path in (ROOT / "content" / "risk").glob("*.yml"):
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        if found.get("kind", "rule") == "rule":
            covered.add(found["category"])
            covered |= {group["category"] for group in found["groups"] if "category" in group}
    table = rows(SAFETY, "What is not there yet")
    assert {code: name for code, name, _ in table} == shown.CATEGORIES
    assert {code for code, _, read_for in table if read_for == "yes"} == covered


def quotes() -> list[str]:
    """What `docs/safety.md` gives as the product's words: block quotes, and quotes in tables."""
    blocks = re.findall(r"(?:^> .*\n?)+", SAFETY, re.MULTILINE)
    found = [" ".join(line.removeprefix("> ") for line in block.splitlines()) for block in blocks]
    found += [quote for row in rows(SAFETY, "States") for quote in re.findall(r'"([^"]+)"', row[-1])]
    return [" ".join(quote.replace("\\<", "<").split()) for quote in found]


@pytest.mark.parametrize("quote", quotes())
def test_what_a_patient_is_said_to_read_is_what_the_product_says(quote):
    variants = [text for keys in words.load().values() for several in keys.values() for text in several]
    said = [" ".join(text.split()) for text in variants]
    widget = (ROOT / "interlude" / "channels" / "widget" / "words.js").read_text(encoding="utf-8")
    assert any(quote in text for text in [*said, widget])


def existing_tests() -> set[str]:
    """`file::name` of every test."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        names = re.findall(r"^\s*(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        found |= {f"{path.relative_to(ROOT)}::{name}" for name in names}
    return found


def test_every_promise_names_tests_that_exist():
    promises = rows(SAFETY, "Promises")
    assert [int(row[0]) for row in promises] == list(range(1, 8))
    there = existing_tests()
    file, missing = "", []
    for row in promises:
        named = re.findall(r"tests/\w+/test_\w+\.py|test_\w+", row[2])
        assert [name for name in named if name.startswith("test_")], row[0]
        for name in named:
            if name.startswith("tests/"):
                file = name
            elif f"{file}::{name}" not in there:
                missing.append(f"{file}::{name}")
    assert missing == []


def test_the_readme_can_be_read_in_one_go():
    assert len(DOCS["README.md"].splitlines()) < 150
