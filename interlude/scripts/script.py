"""Reads every script of `content/`; whatever comes back can be walked to its end without an error."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from interlude import content
from interlude.content import ContentError
from interlude.scripts import structure
from interlude.scripts.model import END, MEDICAL, OFFERED, Option, Script, Step

__all__ = ["END", "FOLDERS", "MEDICAL", "OFFERED", "Option", "Script", "Step", "load"]

FOLDERS = ("exercises", "journals", "questionnaires", "checks")


def load(root: Path = content.ROOT) -> dict[str, Script]:
    """All scripts under `root` by id; a missing folder is an empty one.

    Raises ContentError with file, step and mend for anything that couldn't be walked.
    """
    shelf: dict[str, Script] = {}
    places: dict[str, str] = {}
    for folder in FOLDERS:
        for name, found in content.read(folder, root).items():
            place = f"{root.name}/{folder}/{name}.yml"
            if name in shelf:
                raise ContentError(f"{place}: there is also {places[name]}; rename one of them.")
            try:
                script = Script.model_validate({"id": name, **found})
            except ValidationError as error:
                first = error.errors()[0]
                at = "/".join(map(str, first["loc"]))
                raise ContentError(f"{place}, at {at}: {first['msg']}; mend it there.") from error
            shelf[name], places[name] = script, place
    for name, script in shelf.items():
        script.put_on(shelf)
        structure.check(script, places[name])
    return shelf
