"""A content file that could strand a patient is refused, in one sentence that says where and what to mend."""

import pytest
import yaml

from interlude.content import ContentError
from interlude.scripts.script import load

GOOD = {
    "id": "small",
    "kind": "exercise",
    "title": "Small",
    "source": "Made for this test",
    "minutes": 1,
    "steps": [
        {"id": "strength", "kind": "number", "min": 0, "max": 10, "prompt": "How strong is it?"},
        {"id": "what", "kind": "text", "prompt": ["It was {strength}. What is it?", "What is it?"]},
        {"id": "bye", "kind": "none", "prompt": "Done.", "next": "end"},
    ],
}


def step(place, **change):
    def change_it(script):
        script["steps"][place].update(change)

    return change_it


def top(**change):
    return lambda script: script.update(change)


def add(found):
    return lambda script: script["steps"].insert(2, found)


BROKEN = {
    "a branch to nowhere": (
        step(0, branches=[{"if": "strength > 3", "go": "lost"}]),
        "step strength",
        "leads to 'lost'",
    ),
    "a step no way leads to": (step(0, next="bye"), "step what", "no way leads to it"),
    "an answer that can't exist yet": (step(0, prompt="It was {what}."), "step strength", "{what}"),
    "a value nobody knows": (step(0, branches=[{"if": "mod > 3", "go": "bye"}]), "step strength", "'mod'"),
    "no way on": (step(2, next=None), "step bye", "no way on"),
    "a circle": (
        step(1, branches=[{"if": "strength > 3", "go": "strength"}]),
        "step strength",
        "leads back to itself",
    ),
    "two questions in one": (
        step(1, prompt="What is it? Where is it?"),
        "step what",
        "more than one question",
    ),
    "a long prompt": (step(1, prompt="word " * 61), "step what", "61 words"),
    "four sentences": (step(1, prompt="One. Two. Three. Four."), "step what", "4 sentences"),
    "two steps of one name": (step(1, id="strength"), "the top of the file", "two steps are called"),
    "only a wording that may fail": (
        step(1, prompt="It was {strength}. And?"),
        "step what",
        "may be skipped",
    ),
    "an end without words": (
        add({"id": "gone", "kind": "none", "next": "end"}),
        "step gone",
        "ends without a word",
    ),
    "an end right after a question": (step(1, next="end"), "step what", "ends right after its answer"),
    "a reserved value": (
        add(
            {"id": "pick", "kind": "choice", "prompt": "Which?", "options": [{"title": "A", "value": "stop"}]}
        ),
        "step pick",
        "belongs to a button",
    ),
    "a script that isn't there": (
        step(2, effects=[{"kind": "start", "script": "nowhere"}]),
        "step bye",
        "starts 'nowhere'",
    ),
    "an upside-down range": (step(0, min=10), "step strength", "min is not below max"),
    "a condition that is no condition": (
        step(0, branches=[{"if": "open('x')", "go": "bye"}]),
        "step strength",
        "no function 'open'",
    ),
    "a rating of no list": (step(0, each="what"), "step strength", "'what'"),
    "an exercise over an emergency": (top(up_to="emergency"), "the top of the file", "only a check"),
    "an unknown contraindication": (top(not_with=["hart_disease"]), "not_with/0", "hart_disease"),
    "a number without a range": (lambda s: s["steps"][0].pop("max"), "steps/0", "'max' is a required"),
    "a misspelt field": (step(0, promt="x"), "steps/0", "promt"),
}


def write(root, script, folder="exercises"):
    place = root / folder / "small.yml"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(yaml.safe_dump(script), encoding="utf-8")


def copy():
    return yaml.safe_load(yaml.safe_dump(GOOD))


def test_a_sound_file_is_taken_and_missing_folders_are_empty(tmp_path):
    write(tmp_path, copy())
    assert list(load(tmp_path)) == ["small"]
    assert load(tmp_path / "nothing") == {}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named_with_its_step_and_the_mend(tmp_path, name):
    change, place, what = BROKEN[name]
    script = copy()
    change(script)
    script["steps"] = [{k: v for k, v in s.items() if v is not None} for s in script["steps"]]
    write(tmp_path, script)
    with pytest.raises(ContentError) as refused:
        load(tmp_path)
    said = str(refused.value)
    assert "exercises/small.yml" in said
    assert place in said
    assert what in said
    assert "\n" not in said
    assert said.endswith(".")


def test_one_name_for_two_scripts_is_refused(tmp_path):
    write(tmp_path, copy())
    write(tmp_path, copy(), "journals")
    with pytest.raises(ContentError, match=r"there is also .*rename one"):
        load(tmp_path)
