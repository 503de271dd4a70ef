"""Promises of the tree: files stay small and named by their subject, parts don't reach over the fence, and
nothing in it belongs to one machine."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
LINES = 300
SUBJECTLESS = {"util", "utils", "helper", "helpers", "common", "misc", "core", "manager", "service"}

MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:root|home|work|Users)/|/\.?pyenv\b")
PACKAGE_INDEX = re.compile(
    r"pypi\.org|pythonhosted\.org|registry\.npmjs|--(?:extra-)?index-url|--trusted-host|--find-links|"
    r"artifactory|devpi|nexus",
    re.IGNORECASE,
)


def in_the_tree() -> list[Path]:
    """What git keeps or would keep: everything but what .gitignore names."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        # An unpacked archive has no git: then everything that is not made on the machine.
        made = {line.strip("/") for line in (ROOT / ".gitignore").read_text(encoding="utf-8").split()}
        found = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
        return [ROOT / path for path in found if not made & set(path.parts) and path.suffix != ".pyc"]
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


TREE = in_the_tree()
PYTHON = [path for path in TREE if path.suffix == ".py"]
WRITTEN = [path for path in TREE if path.suffix in {".py", ".js"}]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[Path, str]]:
    own = Path(__file__).resolve()
    for path in TREE:
        if path.suffix not in {".png", ".ico", ".woff2"} and path.resolve() != own:
            yield path, path.read_text(encoding="utf-8")


def imported(path: Path) -> set[str]:
    """Top packages a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_the_tree_is_looked_through():
    assert ROOT / "interlude" / "turn.py" in PYTHON
    assert ROOT / "interlude" / "channels" / "widget" / "widget.js" in WRITTEN


def test_no_file_has_more_lines_than_one_can_keep_in_mind():
    counted = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in WRITTEN}
    assert {name: lines for name, lines in counted.items() if lines > LINES} == {}


def test_every_file_and_folder_is_named_by_its_subject():
    named = {part for path in TREE for part in (*path.relative_to(ROOT).parts[:-1], path.stem)}
    assert named & SUBJECTLESS == set()


def test_nothing_is_imported_only_for_its_types():
    assert [shown(path) for path in PYTHON if "TYPE_" + "CHECKING" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("pattern", [MACHINE_PATH, PACKAGE_INDEX], ids=["machine path", "package index"])
def test_no_file_names_a_place_that_only_one_machine_has(pattern):
    found = [f"{shown(path)}: {match[0]}" for path, text in texts() for match in pattern.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("cd /" + "home/ada/x", MACHINE_PATH), ("~/." + "pyenv/shims", MACHINE_PATH),
     ("https://" + "pypi" + ".org/simple", PACKAGE_INDEX), ("pip --" + "index-url x", PACKAGE_INDEX)],
)  # fmt: skip
def test_such_a_place_would_be_noticed_if_it_were_there(text, pattern):
    assert pattern.search(text)


@pytest.mark.parametrize("lock", ["app", "dev", "rasa", "tools"])
def test_a_lock_pins_every_package_with_a_hash_and_names_no_address(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    logical = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE))
    pinned = [line for line in logical.splitlines() if line.strip()]
    assert pinned
    assert [line[:60] for line in pinned if not re.match(r"[\w.\[\],-]+==\S+", line)] == []
    assert [line[:60] for line in pinned if "--hash=sha256:" not in line] == []
    assert "://" not in text


def test_everything_asked_for_is_locked():
    for name in ("app", "dev", "rasa", "tools"):
        wanted = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8")
        asked = {one.lower() for one in re.findall(r"^([A-Za-z][\w-]*)", wanted, re.MULTILINE)}
        lock = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
        locked = {
            one.lower() for one in re.findall(r"^([A-Za-z][\w.-]*)(?:\[[^\]]*\])?==", lock, re.MULTILINE)
        }
        assert asked - locked == set(), name


def test_continuous_integration_runs_make_test_and_nothing_else():
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make test"]


def test_rasa_s_components_know_nothing_of_the_app():
    for path in (ROOT / "components").rglob("*.py"):
        assert not imported(path) & {"interlude", "actions"}, shown(path)


def test_the_app_knows_neither_the_custom_actions_nor_rasa_nor_its_components():
    for path in (ROOT / "interlude").rglob("*.py"):
        assert not imported(path) & {"actions", "components", "rasa"}, shown(path)


def test_every_test_is_named_as_a_sentence():
    short = []
    for path in (ROOT / "tests").rglob("test_*.py"):
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"^\s*(?:async )?def test_(\w+)", text, re.MULTILINE):
            if len(name.split("_")) < 4:
                short.append(f"{shown(path)}: test_{name}")
    assert short == []


def test_every_story_of_rasa_s_own_tests_is_named_as_a_sentence():
    short = []
    for path in (ROOT / "tests" / "dialogue").glob("test_*.yml"):
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]:
            if len(story["story"].split()) < 3:
                short.append(f"{shown(path)}: {story['story']}")
    assert short == []
