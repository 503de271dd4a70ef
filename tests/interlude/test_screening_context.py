"""Context lowers a level only where it plainly may, never clears it, and circumstances raise it."""

from __future__ import annotations

from datetime import date

import pytest

from interlude.message import Level, Screened
from interlude.screening.screen import Screener

E, U, R, N = Level.EMERGENCY, Level.URGENT, Level.ROUTINE, Level.NONE
SCREENER = Screener(today=lambda: date(2026, 6, 1))


def found(text: str, known: Screened | None = None) -> Level:
    verdict = SCREENER.screen(text, known or Screened())
    assert not verdict.failed
    return verdict.level


@pytest.mark.parametrize(
    "text",
    [
        "i have no reason not to kill myself",
        "don't tell my mum i want to kill myself",
        "im not sure i can keep myself safe, suicidal thoughts are back",
        "i cant stop having suicidal thoughts",
        "it's not like i want to kill myself but i wish i wouldn't wake up",
        "not suicidal, but I wish I wouldn't wake",
        "I'm not just suicidal, I have decided",
        "I'm not going to kill myself yet",
        "I won't kill myself tonight",
        "I can't promise I won't kill myself",
        "not a day goes by that I don't think about suicide",
        "I have never felt so suicidal",
        "why not kill myself",
        "I don't want to live",
        "I can't keep myself safe",
        "I won't be here tomorrow",
        "I don't have a plan to kill myself but I keep thinking about it",
        "no one knows I want to die",
        "ngl i want to die, not joking",
    ],
)
def test_a_denial_that_is_none_lowers_nothing(text: str) -> None:
    assert found(text).alerts


@pytest.mark.parametrize(
    "text",
    [
        "I'm not suicidal",
        "ive never been suicidal",
        "I don't want to die",
        "no thoughts of suicide",
        "I'm not going to kill myself",
        "I do not have any plans to kill myself",
        "I don't feel suicidal anymore",
    ],
)
def test_a_plain_denial_is_routine_and_never_nothing(text: str) -> None:
    assert found(text) == R


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("i used to have suicidal thoughts years ago", R),
        ("i was suicidal last year", R),
        ("I tried to hang myself in 2015", R),
        ("I tried to kill myself two months ago", U),
        ("I tried to kill myself in 2026", U),
        ("I tried to kill myself seven months ago", R),
        ("I took an overdose yesterday but I'm fine now", E),
        ("I took an overdose 3 days ago", E),
        ("I took an overdose 3 weeks ago", U),
        ("I've wanted to die since I was 12", U),
        ("I used to want to die and now I want to die again", U),
        ("years ago my dad left and I want to die", U),
        ("I used to cut and I still want to cut", U),
    ],
)
def test_the_past_counts_by_how_long_ago_it_was(text: str, level: Level) -> None:
    assert found(text) == level


@pytest.mark.parametrize(
    ("text", "level", "category"),
    [
        ("my brother says he'll kill himself tonight", E, "R21"),
        ("my brother has suicidal thoughts", U, "R21"),
        ("my friend cuts", R, "R21"),
        ("my uncle killed himself when I was ten", R, "R21"),
        ("my boyfriend left me and I want to die", U, "R02"),
        ("my mum makes me want to kill myself", U, "R02"),
        ("my brother thinks I am suicidal", U, "R02"),
    ],
)
def test_somebody_elses_danger_counts_by_that_persons_danger(text: str, level: Level, category: str) -> None:
    verdict = SCREENER.screen(text)
    assert verdict.level == level
    assert category in verdict.categories


@pytest.mark.parametrize(
    "text",
    [
        "What if I took them all?",
        "would it hurt to die",
        "if I killed myself would anyone care",
        "what if I jumped",
    ],
)
def test_a_supposition_is_at_least_urgent(text: str) -> None:
    assert found(text).alerts


@pytest.mark.parametrize(
    "text", ["I want to die lol", "jk but I want to die", "I want to die 😂", "haha kms"]
)
def test_a_joke_lowers_nothing(text: str) -> None:
    assert found(text) == U


def test_an_idiom_passes_only_when_nothing_else_points_to_risk() -> None:
    idiom = "this traffic is killing me"
    assert found(idiom, Screened(mood=7)) == N
    for known in (
        Screened(mood=3),
        Screened(open_level=Level.ROUTINE),
        Screened(recent_case=True),
        Screened(previous=("I can't see a way out",)),
    ):
        assert found(idiom, known) == R
    assert found(f"{idiom} and I want to die") == U


@pytest.mark.parametrize(
    ("text", "highest"),
    [
        ("I died in the session and came back as light", R),
        ("in the k-hole I felt like I was dying, then music", R),
        ("ego death in my infusion, I dissolved", R),
    ],
)
def test_dying_as_an_experience_of_the_session_alarms_nobody(text: str, highest: Level) -> None:
    assert found(text).rank <= highest.rank


@pytest.mark.parametrize(
    "text",
    [
        "I died in the session and want to stay there",
        "I wish I hadn't come back from the infusion",
        "I was dead in the k-hole and I want to go back for good",
    ],
)
def test_the_wish_to_return_to_death_is_urgent(text: str) -> None:
    assert found(text) == U


def test_one_strong_circumstance_makes_urgent_an_emergency() -> None:
    text = "I want to die"
    assert found(text) == U
    for known in (
        Screened(hours_since_session=20),
        Screened(open_level=Level.EMERGENCY),
        Screened(facts=frozenset({"recent_attempt"})),
        Screened(facts=frozenset({"high_risk_flag"})),
    ):
        assert found(text, known) == E
    assert found(text, Screened(hours_since_session=30)) == U
    assert found("I'm so drunk and I want to die") == E


def test_two_other_circumstances_make_urgent_an_emergency_and_one_does_not() -> None:
    text = "I want to die"
    assert found(text, Screened(mood=2)) == U
    assert found(text, Screened(mood=2, facts=frozenset({"item9_high"}))) == E
    assert found("I lost my job, I'm alone tonight and I want to die") == E


def test_one_other_circumstance_makes_routine_urgent() -> None:
    assert found("I used to cut at school", Screened(mood=1)) == U


def test_a_good_mood_lowers_nothing() -> None:
    assert found("I want to die", Screened(mood=10)) == U


def test_circumstances_raise_nothing_out_of_nothing() -> None:
    assert found("slept fine, off to work", Screened(mood=0, hours_since_session=2)) == N


def test_vague_words_count_for_a_patient_at_risk() -> None:
    assert found("bye") == N
    for known in (
        Screened(mood=3),
        Screened(open_level=Level.URGENT),
        Screened(facts=frozenset({"warning_signs_72h"})),
    ):
        assert found("bye", known).alerts


def test_a_passage_of_fiction_about_another_is_asked_about_and_one_of_ones_own_is_not_lowered() -> None:
    assert found("in the film the character is suicidal") == R
    assert found("the song says I want to die") == U
