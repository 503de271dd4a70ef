"""The risk rules say what the clinical specification and the rule files themselves say they must.

The fixtures are the specification's own sentences (5.3 and 9); an id names the row they stand in.
"""

from __future__ import annotations

import pytest

from interlude import content
from interlude.message import Level, Screened
from interlude.screening.screen import Screener

FILES = content.read("risk")
RULES = {name: found for name, found in FILES.items() if found.get("kind", "rule") == "rule"}

E, U, R, N = "emergency", "urgent", "routine", "none"

FIXTURES = [
    ("R01", E, "I'm going to kill myself tonight"),
    ("R01", E, "I have the pills in front of me"),
    ("R01", E, "I just took all my tablets"),
    ("R01", E, "I've written the notes"),
    ("R01", E, "I'm on the bridge"),
    ("R01", E, "this is goodbye, thank you for everything"),
    ("R01", E, "after tonight it won't matter"),
    ("R01", E, "I'm going to do it after the kids are in bed"),
    ("R01", E, "I've picked the day"),
    ("R01", E, "I loaded it"),
    ("R01", E, "im gonna kms rn"),
    ("R01", E, "unaliving myself 2nite"),
    ("R01", E, "ending it. don't call anyone"),
    ("R01", E, "I can't promise I'll be here tomorrow"),
    ("R01", E, "by the time you read this"),
    ("R01", E, "no more sessions needed, I've sorted everything"),
    ("R02", U, "I keep thinking about suicide"),
    ("R02", U, "I want to die"),
    ("R02", U, "I want to end it all"),
    ("R02", U, "thinking about ways to do it"),
    ("R02", U, "part of me wants to kill myself, part doesn't"),
    ("R02", U, "KMS lol"),
    ("R02", U, "I feel suicidal but I won't do anything"),
    ("R02", U, "what's the point of staying alive"),
    ("R02", U, "sewerslide thoughts again"),
    ("R02", U, "su1c1dal"),
    ("R02", U, "quiero morir"),
    ("R03", U, "I wish I wouldn't wake up"),
    ("R03", U, "I wouldn't mind if a bus hit me"),
    ("R03", U, "they'd be better off without me"),
    ("R03", U, "I don't want to be here anymore"),
    ("R03", U, "I just want it to stop"),
    ("R03", U, "I'm tired of existing"),
    ("R03", U, "I wish I was never born"),
    ("R03", U, "I'd never do it but I think about not being here"),
    ("R04", E, "I'm cutting right now and it won't stop bleeding"),
    ("R04", U, "I want to cut"),
    ("R04", U, "I burned myself last night"),
    ("R04", R, "I used to cut at school"),
    ("R04", U, "I need to hurt to feel real"),
    ("R05", E, "I took more ketamine than I should and I feel weird"),
    ("R05", E, "I had my session and then drank a bottle of wine and I can't stay awake"),
    ("R05", E, "took double of everything"),
    ("R05", E, "mixed my lozenge with my oxys"),
    ("R06", E, "I'm going to hurt him when he gets home"),
    ("R06", E, "I've got a knife and she's upstairs"),
    ("R06", U, "I want to kill my boss"),
    ("R06", N, "I could strangle my brother, he ate my lunch"),
    ("R07", E, "he has locked me in"),
    ("R07", U, "my partner hits me"),
    ("R07", E, "he took my phone so I have 1 min"),
    ("R07", U, "the sitter touched me during my session"),
    ("R07", U, "I think something happened while I was under"),
    ("R08", E, "I'm scared I'll shake the baby"),
    ("R08", E, "my kids have been alone all day while I'm like this"),
    ("R08", U, "my dad hits my mum who has dementia"),
    ("R09", E, "crushing chest"),
    ("R09", E, "can't breathe"),
    ("R09", E, "my face is drooping"),
    ("R09", E, "he won't wake up after his dose"),
    ("R09", E, "I had a fit"),
    ("R10", E, "the voices tell me to jump"),
    ("R18", U, "there's no way out"),
    ("R18", U, "I'm a burden"),
    ("R18", U, "I'm at peace now, giving my dog to my sister"),
    ("R18", U, "nothing will ever work, even ketamine failed"),
    ("R18", U, "I can't take one more night"),
    ("R21", E, "my brother says he'll kill himself tonight"),
    ("R21", R, "my friend cuts, what do I do"),
    ("R22", U, "how many of these would it take"),
    ("R22", U, "how long would it take to bleed out"),
    ("R22", U, "I lost my job. Which bridges near here are tallest?"),
    ("R22", U, "does ketamine show in an autopsy"),
    ("none", N, "this traffic is killing me"),
    ("none", N, "I'd kill for a coffee"),
    ("none", N, "dead tired"),
    ("none", N, "died laughing"),
    ("none", N, "my phone died"),
    ("none", N, "deadline"),
    ("none", N, "shoot me an email"),
    ("none", N, "killer workout"),
    ("none", N, "bombed my interview"),
    ("none", N, "slept well and feel hopeful"),
    ("EC-01", E, "I have the bottle open and I'm going to take them all"),
    ("EC-02", U, "everyone is better off without me"),
    ("EC-05", U, "I'm not suicidal, I just don't want to exist"),
    ("EC-07", U, "I died in the session and want to go back for good"),
    ("EC-08", N, "This traffic is killing me lol"),
    ("EC-10", U, "kms"),
    ("EC-13", U, "How many mg is dangerous?"),
    ("EC-14", U, "Lost my job. Tallest bridges near me?"),
    ("EC-16", E, "I took an extra one an hour ago, feeling floaty"),
    ("EC-22", E, "panic again, my chest is tight"),
    ("EC-23", E, "Worst-ever headache and blurred vision"),
    ("EC-26", N, "Slept great, hopeful, planning a walk"),
    ("EC-28", E, "Voices say I must hurt my mother"),
    ("EC-35", E, "I want to cut, I have the blade in my hand"),
    ("EC-37", U, "He reads my phone. He hits me"),
    ("EC-38", U, "My sitter kissed me while I was under"),
    ("EC-41", E, "My friend says she'll die tonight"),
    ("EC-42", U, "Asking for a friend: is hanging quick?"),
    ("EC-43", U, "no quiero seguir viviendo"),
    ("EC-45", U, "s u i c i d e"),
    ("EC-45", U, "su1c1d3"),
    ("EC-45", U, "🔫😔"),
    ("EC-60", U, "Ketamine did nothing, last hope gone"),
    ("EC-66", U, "tidied everything, gave away the cat"),
    ("EC-71", E, "she won't wake up properly since the dose"),
    ("EC-78", U, "I want to hurt the nurse who laughed at me"),
]


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener()


@pytest.mark.parametrize(("row", "level", "text"), FIXTURES)
def test_a_sentence_of_the_specification_gets_its_level(
    screener: Screener, row: str, level: str, text: str
) -> None:
    verdict = screener.screen(text)
    assert not verdict.failed
    assert verdict.level == level, verdict.evidence
    if row.startswith("R") and level != N and row != "R01":
        assert row in verdict.categories


def test_dying_in_a_session_is_at_most_routine(screener: Screener) -> None:
    verdict = screener.screen("I died in the session and it was beautiful", Screened(hours_since_session=48))
    assert verdict.level.rank <= Level.ROUTINE.rank


def test_an_idiom_is_asked_about_when_the_patient_is_low_and_has_an_open_case(screener: Screener) -> None:
    known = Screened(mood=1, open_level=Level.ROUTINE, recent_case=True)
    assert screener.screen("This traffic is killing me lol", known).level.rank >= Level.ROUTINE.rank


@pytest.mark.parametrize("name", RULES)
def test_a_rule_flags_its_own_sentences_at_their_level(screener: Screener, name: str) -> None:
    for expected in RULES[name]["must_flag"]:
        verdict = screener.screen(expected["text"])
        assert verdict.level == expected["level"], (expected, verdict)
        assert name in {one.rule for one in verdict.evidence}, (expected, verdict)


@pytest.mark.parametrize("name", FILES)
def test_no_rule_flags_a_sentence_that_any_rule_calls_ordinary(screener: Screener, name: str) -> None:
    for text in FILES[name].get("must_not_flag", []):
        verdict = screener.screen(text)
        assert verdict.level == Level.NONE, (text, verdict)


@pytest.mark.parametrize("name", RULES)
def test_an_accepted_false_alarm_is_one(screener: Screener, name: str) -> None:
    for text in RULES[name].get("accepted_false_alarms", []):
        assert name in {one.rule for one in screener.screen(text).evidence}, text


def test_every_rule_shows_its_source_and_proves_itself_both_ways() -> None:
    for name, rule in RULES.items():
        assert rule["source"].startswith("Interlude clinical specification"), name
        assert rule["must_flag"], name
        assert rule["must_not_flag"], name


def test_the_mentions_that_ask_one_question_are_routine(screener: Screener) -> None:
    for expected in FILES["idioms"]["must_flag"]:
        assert screener.screen(expected["text"]).level == expected["level"], expected
