"""Promises of the scripts a clinician signs: plain words, safe outcomes, the clinical tables kept."""

import re

import pytest
from textstat.textstat import textstatistics

from interlude.scripts import phrases, walk
from interlude.scripts.script import load
from interlude.scripts.walk import Answer, Facts

SCRIPTS = load()
# standard items of questionnaires are quoted word for word and keep their own reading level
OWN_WORDS = {name: script for name, script in SCRIPTS.items() if script.kind != "questionnaire"}

# the syllable dictionary of the "en" setting is not part of the package; "en-US" hyphenates instead
HYPHENS = textstatistics()
HYPHENS.set_lang("en-US")

SAID = {
    f"{script.id}.{step.id}.{number}": re.sub(r"\{\w+\}", "sad", text)
    for script in OWN_WORDS.values()
    for step in script.steps
    for number, text in enumerate((*step.wordings, *step.help, *step.examples))
}
SAID |= {f"{name}.leave": text for name, s in OWN_WORDS.items() if s.on_stop for text in s.on_stop.prompt}
SAID |= {f"{name}.refuse": text for name, s in OWN_WORDS.items() for r in s.refuse for text in r.say}
for name, value in vars(phrases).items():
    if name.isupper():
        texts = value.values() if isinstance(value, dict) else [value] if isinstance(value, str) else value
        SAID |= {f"phrases.{name}.{i}": re.sub(r"\{\w+\}", "5", t) for i, t in enumerate(texts)}
EVERYTHING = pytest.mark.parametrize("text", SAID.values(), ids=SAID.keys())


def syllables(word):
    """The larger of two estimates, so that no text passes by a count that is too low."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    vowels = len(re.findall(r"[aeiouy]+", bare))
    silent = bare.endswith("e") and not bare.endswith("le") and vowels > 1
    return max(1, vowels - silent, HYPHENS.syllable_count(bare) if bare else 1)


def sentences(text):
    return [part for part in re.split(r"[.?!]+(?=[\s\"]|$)|\n", text) if re.search(r"\w", part)]


def grade(text):
    """Flesch-Kincaid grade."""
    words = text.split()
    return 0.39 * len(words) / len(sentences(text)) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@EVERYTHING
def test_everything_asked_reads_at_grade_seven_or_below(text):
    assert len(text.split()) < 4 or grade(text) <= 7


@EVERYTHING
def test_everything_asked_is_short_calm_and_one_question(text):
    assert len(text.split()) <= 60
    assert len(sentences(text)) <= 3
    assert re.sub(r'"[^"]*"', "", text).count("?") <= 1
    assert "!" not in text
    assert not re.search(r"\b(distorted|irrational|great job|well done|don't worry)\b", text.lower())
    assert not re.search(r"[\U0001F000-\U0001FAFF☀-➿]", text)


@pytest.mark.parametrize("name", sorted(OWN_WORDS))
def test_every_exercise_and_journal_can_be_left_and_names_its_source(name):
    script = SCRIPTS[name]
    assert script.source
    if script.kind == "exercise":
        assert script.code.startswith("EX-")
        assert script.cautions


def check(answers, cues=frozenset()):
    """The safety check with these answers (q1 to q6); the case it opens, and what was asked."""
    walked = walk.start(SCRIPTS["safety_check"], Facts(cues=cues))
    asked = []
    while walked.run.state == "running":
        asked.append(walked.run.step)
        assert all(reply.kind == "crisis" for reply in walked.replies)
        answer = Answer(answers[walked.run.step])
        walked = walk.take(SCRIPTS["safety_check"], walked.run, answer, Facts(cues=cues))
    cases = [effect for effect in walked.effects if effect["kind"] == "case"]
    assert len(cases) == 1
    return cases[0], asked, walked


SAFE = {"q1": "no", "q2": "no", "q3": "no", "q4": "no", "q5": "no", "q6": "yes"}


@pytest.mark.parametrize(
    ("answers", "level", "last"),
    [
        ({}, "routine", "q6"),
        ({"q1": "yes"}, "urgent", "q6"),
        ({"q1": "yes", "q2": "yes"}, "urgent", "q6"),
        ({"q1": "yes", "q3": "yes"}, "emergency", "q3"),
        ({"q1": "yes", "q2": "yes", "q4": "yes"}, "emergency", "q4"),
        ({"q5": "today"}, "emergency", "q5"),
        ({"q5": "in the last 3 months"}, "urgent", "q6"),
        ({"q6": "no"}, "emergency", "q6"),
        ({"q1": "yes", "q2": "yes", "q3": "not sure"}, "emergency", "q6"),
        ({"q1": "yes", "q2": "yes", "q4": "not sure"}, "emergency", "q6"),
        ({"q1": "yes", "q2": "yes", "q6": "not sure"}, "emergency", "q6"),
        ({"q5": "in the last 3 months", "q6": "not sure"}, "emergency", "q6"),
        ({"q1": "I'd rather not say"}, "urgent", "q6"),
        ({"q1": "not sure"}, "urgent", "q6"),
        ({"q5": "rather not say"}, "urgent", "q6"),
        ({"q6": "I don't know"}, "urgent", "q6"),
        ({"q1": "sometimes", "q3": "tonight"}, "emergency", "q3"),
        ({"q1": "maybe"}, "urgent", "q6"),
        ({"q1": "yes", "q4": "It's right here."}, "emergency", "q4"),
        ({"q1": "not really"}, "urgent", "q6"),
        ({"q6": "I can't promise that"}, "emergency", "q6"),
        ({"q6": "I think so"}, "urgent", "q6"),
    ],
)
def test_the_safety_check_follows_the_clinical_table(answers, level, last):
    case, asked, walked = check(SAFE | answers)
    assert case["level"] == level
    assert asked[-1] == last
    starts = [effect["script"] for effect in walked.effects if effect["kind"] == "start"]
    assert starts == (["safety_check_emergency"] if level == "emergency" else [])


def test_a_death_wish_before_the_check_stays_urgent_when_the_answers_are_all_no():
    assert check(SAFE, frozenset({"R03"}))[0]["reason"] == "safety_death_wish"


@pytest.mark.parametrize(
    "words",
    ["no but I wish I was dead", "ok", "sure", "not today", "no comment, leave it", "nothing"],
)
def test_no_half_answer_to_a_safety_question_is_ever_read_as_a_no(words):
    walked = walk.start(SCRIPTS["safety_check"], Facts())
    for intent in ("deny", "affirm", None):
        taken = walk.take(SCRIPTS["safety_check"], walked.run, Answer(words, intent=intent), Facts())
        assert taken.run.step == "q1"
        again = walk.take(SCRIPTS["safety_check"], taken.run, Answer(words, intent=intent), Facts())
        assert again.run.answers["q1"] == "rather_not"


def test_leaving_the_safety_check_or_falling_silent_counts_as_urgent():
    walked = walk.start(SCRIPTS["safety_check"], Facts())
    for left in (
        walk.stop(SCRIPTS["safety_check"], walked.run),
        walk.take(SCRIPTS["safety_check"], walked.run, Answer("stop"), Facts()),
    ):
        assert [(e["level"], e["reason"]) for e in left.effects] == [("urgent", "safety_not_answered")]
        assert '"human"' in left.replies[0].text


def test_in_an_emergency_only_two_questions_and_the_three_buttons_come():
    script, given = SCRIPTS["safety_check_emergency"], {"near": "yes"}
    walked = walk.start(script, Facts(), given)
    assert "Are you alone?" in walked.replies[-1].text
    walked = walk.take(script, walked.run, Answer("yes"), Facts())
    assert [c.title for c in walked.replies[-1].choices][:3] == [
        "I called",
        "I'm with someone",
        "I need help now",
    ]
    walked = walk.take(script, walked.run, Answer("I need help now"), Facts())
    assert walked.effects[0]["level"] == "emergency"


def mood(*texts, **facts):
    script, effects = SCRIPTS["mood_checkin"], []
    walked = walk.start(script, Facts(**facts))
    for text in texts:
        walked = walk.take(script, walked.run, Answer(text), Facts(**facts))
        effects += walked.effects
    return walked, effects


@pytest.mark.parametrize("score", ["0", "1", "2"])
def test_a_very_low_mood_is_asked_about_directly_at_once(score):
    _, effects = mood(score)
    assert [effect["kind"] for effect in effects] == ["mood", "start"]
    assert effects[1]["script"] == "safety_check"
    assert effects[0]["score"] == int(score)


def test_the_label_hopeless_is_asked_about_whatever_the_number():
    _, effects = mood("8", "hopeless and tired")
    assert effects[1]["script"] == "safety_check"
    assert effects[0]["labels"] == ["hopeless", "tired"]


def test_an_ordinary_mood_is_noted_with_words_and_a_note():
    walked, effects = mood("6", "calm, tired", "slept well")
    assert effects == [{"kind": "mood", "score": 6, "note": "slept well", "labels": ["calm", "tired"]}]
    assert walked.run.state == "finished"


def test_words_and_note_can_be_skipped():
    _, effects = mood("6", "skip", "skip")
    assert effects == [{"kind": "mood", "score": 6, "note": None, "labels": None}]


def test_a_drop_from_the_usual_mood_asks_what_changed():
    walked, _ = mood("4", mood_usual=7)
    assert "What changed?" in walked.replies[-1].text
    _, effects = mood("3", "my dog died", mood_usual=7)
    assert [effect["kind"] for effect in effects] == ["mood", "start"]


def test_wired_with_little_sleep_and_two_signs_reaches_the_team_the_same_day():
    _, effects = mood("9", "wired", "3 hours", "racing thoughts, big plans")
    assert [(e["level"], e["categories"]) for e in effects if e["kind"] == "case"] == [("urgent", ["R11"])]
    _, calm = mood("9", "wired", "8", "skip")
    assert [e["kind"] for e in calm] == ["mood"]


EXERCISES = {
    "paced_breathing": ["done"],
    "grounding_54321": ["a lamp", "my sleeve", "a car", "soap", "mint", "Monday at home"],
    "stop_skill": ["no", "done", "done", "a tight jaw", "a walk"],
}


def practise(name, before, after, **facts):
    walked, effects = walk.start(SCRIPTS[name], Facts(**facts), {"before": before}), []
    for text in [*EXERCISES[name], str(after)]:
        walked = walk.take(SCRIPTS[name], walked.run, Answer(text), Facts(**facts))
        effects += walked.effects
    return walked, effects


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_compares_before_and_after(name):
    better, _ = practise(name, 70, 50)
    assert "It came down" in better.replies[-1].text
    _, same = practise(name, 70, 68)
    assert same[-1]["script"] == "offer_skill"
    assert same[-1]["given"] == {"intensity": 68, "tried": [name]}
    worse, effects = practise(name, 60, 70)
    assert worse.run.state == "finished"
    assert '"human"' in worse.replies[-1].text
    assert {"kind": "flag", "reason": "exercise_worse"} in effects
    assert not [e for e in effects if e["kind"] == "start"]
    _, high = practise(name, 70, 80)
    assert high[-1]["script"] == "safety_check"
    _, stuck = practise(name, 90, 88)
    assert stuck[-1]["script"] == "safety_check"


def test_the_skill_that_did_not_help_is_not_offered_again():
    walked = walk.start(SCRIPTS["offer_skill"], Facts(), {"intensity": 70, "tried": ["paced_breathing"]})
    offered = [choice.value for choice in walked.replies[-1].choices]
    assert "paced_breathing" not in offered
    assert "grounding_54321" in offered
    walked = walk.take(SCRIPTS["offer_skill"], walked.run, Answer("1"), Facts())
    assert walked.effects[0]["script"] == offered[0]
    assert walked.effects[0]["given"] == {"before": 70}


@pytest.mark.parametrize("words", ["I feel dizzy", "my hands are tingling", "I'm more panicky", "worse"])
def test_breathing_that_makes_it_worse_goes_over_to_grounding(words):
    walked = walk.start(SCRIPTS["paced_breathing"], Facts(), {"before": 60})
    walked = walk.take(SCRIPTS["paced_breathing"], walked.run, Answer(words), Facts())
    assert walked.effects[0]["script"] == "grounding_54321"


def test_breathing_that_is_too_hard_gets_shorter():
    walked = walk.start(SCRIPTS["paced_breathing"], Facts(), {"before": 60})
    assert walked.replies[-1].custom == {"kind": "breathing", "in": 4, "out": 6, "hold": 0, "minutes": 3}
    walked = walk.take(SCRIPTS["paced_breathing"], walked.run, Answer("it's too hard"), Facts())
    assert (walked.replies[-1].custom["in"], walked.replies[-1].custom["out"]) == (3, 4)


def test_with_lung_disease_breathing_is_asked_about_first_and_trouble_is_an_emergency():
    facts = Facts(medical=frozenset({"lung_disease"}))
    walked = walk.start(SCRIPTS["paced_breathing"], facts, {"before": 60})
    assert "Is your breathing harder than usual" in walked.replies[-1].text
    yes = walk.take(SCRIPTS["paced_breathing"], walked.run, Answer("yes"), facts)
    assert (yes.effects[0]["level"], yes.effects[0]["categories"]) == ("emergency", ["R09"])
    unsure = walk.take(SCRIPTS["paced_breathing"], walked.run, Answer("not sure"), facts)
    assert unsure.effects[0]["script"] == "grounding_54321"


def test_an_urge_to_harm_is_never_worked_on_with_the_stop_skill():
    walked = walk.start(SCRIPTS["stop_skill"], Facts(), {"before": 90})
    taken = walk.take(SCRIPTS["stop_skill"], walked.run, Answer("yes"), Facts())
    assert [e["kind"] for e in taken.effects] == ["case", "start"]
    assert taken.run.state == "finished"


def test_the_pictures_a_channel_may_draw_have_their_agreed_shape():
    scale = walk.start(SCRIPTS["mood_checkin"], Facts())
    assert scale.replies[-1].custom == {
        "kind": "scale", "min": 0, "max": 10, "low": "Worst ever", "high": "Best ever", "step": 1,
    }  # fmt: skip
    labels = walk.take(SCRIPTS["mood_checkin"], scale.run, Answer("6"), Facts()).replies[-1].custom
    assert (labels["kind"], labels["multiple"], labels["max"]) == ("choices", True, 3)
    assert {"title": "on edge", "value": "on_edge"} in labels["options"]
    assert len(labels["options"]) == 29
