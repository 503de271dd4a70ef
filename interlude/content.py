"""Reads what a clinician signs: every YAML file under `content/`, checked against its schema.

Anything wrong raises `ContentError` with the file, the place and the mend; nothing is skipped.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from interlude.message import InterludeError

ROOT = Path(__file__).resolve().parent.parent / "content"

#: folder under content/ -> schema in content/schemas/ (exercises, journals, questionnaires and
#: checks are all scripts)
KINDS = {
    "exercises": "script",
    "journals": "script",
    "questionnaires": "script",
    "checks": "script",
    "crisis": "crisis",
    "risk": "risk",
    "wording": "wording",
}


class ContentError(InterludeError):
    """A content file that can't be used: the text says which, where and what to mend."""


def read(folder: str, root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """All files of one kind as {file name without .yml: parsed and validated content}.

    Raises ContentError for bad YAML, a schema breach, or a file whose `id` is not its name.
    """
    return {path.stem: read_file(path, root) for path in sorted((root / folder).glob("*.yml"))}


def read_file(path: Path, root: Path = ROOT) -> dict[str, Any]:
    """One content file, validated against the schema of the folder it lies in."""
    shown = path.relative_to(root.parent) if path.is_relative_to(root.parent) else path
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}" if mark else "unknown line"
        raise ContentError(f"{shown}, {line}: not valid YAML ({error.problem}); mend it there.") from error
    except UnicodeDecodeError as error:
        raise ContentError(f"{shown}: not UTF-8 text; save it as UTF-8.") from error
    validator = _validator(KINDS[path.parent.name], root)
    for breach in sorted(validator.iter_errors(found), key=lambda e: list(map(str, e.absolute_path))):
        place = "/".join(str(part) for part in breach.absolute_path) or "top of the file"
        raise ContentError(f"{shown}, at {place}: {breach.message[:300]}; mend it there.")
    if found.get("id", path.stem) != path.stem:
        raise ContentError(f"{shown}: id is '{found['id']}'; it must be the file's name, '{path.stem}'.")
    return dict(found)


@cache
def _validator(schema: str, root: Path) -> jsonschema.Draft202012Validator:
    path = root / "schemas" / f"{schema}.schema.json"
    if not path.is_file():
        path = ROOT / "schemas" / f"{schema}.schema.json"
    return jsonschema.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
