"""A rule file that can't be used says where and what to mend, and a new one needs nothing but itself."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
import yaml

from interlude import content
from interlude.message import Level
from interlude.screening.screen import Screener

RULE = {
    "id": "sample",
    "category": "R24",
    "title": "A sample",
    "source": "Interlude clinical specification 5.1",
    "shadow": False,
    "lowered_by": {},
    "groups": [{"level": "routine", "phrases": ["purple (whale|sky whale)"]}],
    "must_flag": [{"text": "a purple whale", "level": "routine"}],
    "must_not_flag": ["a purple hat"],
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    copytree(content.ROOT / "risk", tmp_path / "risk")
    return tmp_path


def put(root: Path, **changes: object) -> None:
    (root / "risk" / "sample.yml").write_text(yaml.safe_dump(RULE | changes), encoding="utf-8")


def phrases(*written: str) -> dict[str, object]:
    return {"groups": [{"level": "routine", "phrases": list(written)}]}


@pytest.mark.parametrize(
    ("phrase", "matching", "other"),
    [
        ("purple (whale|sky whale)", "a purple sky whale", "a purple sky"),
        ("purple [small] whale", "purple small whale", "purple large whale"),
        ("purple .. whale", "purple and large whale", "purple and large and old whale"),
        ("purple .. whale", "purple, old whale", "purple. The whale"),
        ("^^ purple whale $$", "Purple whale!", "the purple whale"),
        ("whale $", "the whale, it is big", "the whale song"),
        ("N whales", "12 whales", "blue whales"),
        ("NN whales", "12 whales", "3 whales"),
        ("purple & whale", "the whale was purple", "the whale was green"),
        ("don't whale", "do not whale", "do whale"),
        ("<pills> whale", "tylenol whale", "carrot whale"),
    ],
)
def test_the_notation_means_what_it_says(root: Path, phrase: str, matching: str, other: str) -> None:
    put(root, **phrases(phrase))
    screener = Screener(root)
    assert "sample" in {one.rule for one in screener.screen(matching).evidence}
    assert "sample" not in {one.rule for one in screener.screen(other).evidence}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (phrases("purple (whale"), "add ')'"),
        (phrases("purple) whale"), "mend the brackets"),
        (phrases("[purple] .."), "could match nothing"),
        (phrases("<whales> purple"), "words.yml has no usable list '<whales>'"),
        (phrases("just really"), "could match nothing"),
        ({"category": "R99"}, "sample.yml, at category"),
        ({"id": "other"}, "it must be the file's name"),
        ({"lowered_by": {"negation": "none"}}, "sample.yml, at lowered_by/negation"),
        ({"must_flag": "nothing"}, "sample.yml, at must_flag"),
    ],
)
def test_a_faulty_rule_says_what_to_mend(root: Path, changes: dict[str, object], told: str) -> None:
    put(root, **changes)
    with pytest.raises(content.ContentError) as raised:
        Screener(root)
    assert told in str(raised.value)
    assert "sample" in str(raised.value)


def test_a_shadow_rule_is_written_down_and_changes_nothing(root: Path) -> None:
    put(root, shadow=True)
    verdict = Screener(root).screen("a purple whale")
    assert verdict.level == Level.NONE
    assert verdict.categories == ()
    assert [(one.rule, one.level, one.context) for one in verdict.evidence] == [
        ("sample", Level.NONE, "shadow")
    ]


def test_a_rule_may_name_ordinary_meanings_that_hold_only_without_another_cue(root: Path) -> None:
    put(root, groups=[{"level": "urgent", "phrases": ["purple whale"], "unless": ["aquarium"]}])
    screener = Screener(root)
    assert screener.screen("the purple whale at the aquarium").level == Level.NONE
    assert screener.screen("the purple whale").level == Level.URGENT
    both = screener.screen("the purple whale at the aquarium and I feel suicidal")
    assert ("sample", Level.URGENT) in {(one.rule, one.level) for one in both.evidence}
