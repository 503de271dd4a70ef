"""Whatever a patient types, in whatever order: no error, always an answer, always a way out."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlude.scripts import walk
from interlude.scripts.expression import BadExpression, parse
from interlude.scripts.numbers import read_rating
from interlude.scripts.script import load
from interlude.scripts.walk import Answer, Facts, Run

SCRIPTS = load()
TYPICAL = st.sampled_from(
    [
        "yes", "no", "Yes.", "later", "50", "90", "7", "0", "3", "100", "sad 70, angry 40", "sad", "hopeless",
        "back", "skip", "idk", "stop", "keep", "delete", "resume", "done", "1", "2", "not sure", "ok",
        "save it", "I'd rather not say", "edit situation", "change my answer to 20", "What if I fail?",
        "I wanted to leave the room at once", "it's just true", "", "   ", "6 or 7", "-1", "9" * 21,
        "\u00bd", "\u00b2", "\u0663", "{thought}", "{0.__class__}", "%s", "<b>hi</b>",
    ]
)  # fmt: skip
TEXT = st.one_of(TYPICAL, st.text(max_size=60))
ANSWER = st.builds(
    Answer,
    text=TEXT,
    choice=st.one_of(
        st.none(), st.none(), TYPICAL, st.sampled_from(["yes", "keep", "stop", "a,b", "sad,calm"])
    ),
    intent=st.sampled_from(
        [None, "back", "skip", "dont_know", "stop_or_cancel", "resume", "affirm", "deny", "x"]
    ),
)
PHASE = st.sampled_from(["prep", "dosing_day", "day_1", "integration", "between", "maintenance", "paused"])
FACTS = st.builds(
    Facts,
    phase=PHASE,
    medical=st.frozensets(st.sampled_from(["lung_disease", "heart_disease", "mania_signs"])),
    mood_usual=st.one_of(st.none(), st.just(6.5)),
    intensity=st.one_of(st.none(), st.integers(0, 100)),
    cues=st.frozensets(st.sampled_from(["R03", "R18"])),
    records_rose=st.integers(0, 2),
    guesses=st.sampled_from([(), ("labeling", "not_a_trap")]),
    variant=st.integers(0, 5),
)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(facts=FACTS, answers=st.lists(ANSWER, max_size=25))
def test_any_answers_in_any_order_are_met_with_words_and_a_way_out(name, facts, answers):
    walked = walk.start(SCRIPTS[name], facts)
    for answer in answers:
        script = SCRIPTS[walked.run.script]
        run = Run.from_json(walked.run.to_json())
        assert run == walked.run
        walked = walk.take(script, run, answer, facts)
        started = [effect for effect in walked.effects if effect["kind"] == "start"]
        assert walked.replies or started
        assert all(reply.text.strip() for reply in walked.replies)
        if walked.run.state == "running":
            ways = {choice.value for choice in walked.replies[-1].choices}
            open_ = SCRIPTS[walked.run.script].find(walked.run.step)
            assert ways & {"stop", *(option.value for option in open_.options if option.for_ == "skip")}
        if walked.run.state == "running" or walked.run.asks:
            assert walk.ask(SCRIPTS[walked.run.script], walked.run)
        if walked.run.state == "paused" and walked.run.waits:
            assert walked.run.waits in SCRIPTS
            walked = walk.resume(SCRIPTS[walked.run.script], walked.run, facts)
            assert walked.replies


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_patient_who_never_says_anything_usable_still_comes_to_an_end(name):
    walked = walk.start(SCRIPTS[name], Facts())
    for _ in range(120):
        if walked.run.waits:
            walked = walk.resume(SCRIPTS[walked.run.script], walked.run)
        if walked.run.state != "running":
            break
        walked = walk.take(SCRIPTS[walked.run.script], walked.run, Answer("…"), Facts())
    assert walked.run.state == "finished"


@given(st.text(max_size=80), st.integers(-5, 5), st.integers(6, 200))
def test_a_rating_that_is_read_lies_within_its_scale(text, low, high):
    rating = read_rating(text, low, high)
    assert (rating.value is None) == bool(rating.problem)
    assert rating.value is None or low <= rating.value <= high


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seventy-five", 75), ("seventy five", 75), ("a hundred", 100), ("one hundred percent", 100),
        ("8/10", 80), ("eight out of ten", 80), ("maybe 40ish", 40), ("i'd say twenty", 20), ("100%", 100),
        ("it is 35.", 35), ("60 I think", 60), ("33.4", 33), ("７０", 70),
    ],
)  # fmt: skip
def test_a_strength_is_read_from_everyday_words(text, value):
    assert read_rating(text, 0, 100).value == value


@pytest.mark.parametrize("text", ["60-70", "sixty or seventy", "between 60 and 70", "60, no 50"])
def test_two_numbers_are_never_turned_into_one(text):
    assert read_rating(text, 0, 100).problem == "several"


@pytest.mark.parametrize(
    "text", ["the worst one", "I drank 5 beers 3 times", "at 7 pm", "", "none of your business"]
)
def test_a_number_that_is_no_rating_is_left_alone(text):
    assert read_rating(text, 0, 10).value is None


@pytest.mark.parametrize(
    "source",
    [
        "__import__('os')", "().__class__", "a.b", "a[0]", "lambda: 1", "f'{a}'", "1 if a else 2", "a := 1",
        "open('x')", "a ** 9", "a * 9999999", "{1: 2}", "says(a, b)", "a and", "print", "score(1)",
        "b'x' == a",
    ],
)  # fmt: skip
def test_a_condition_can_do_nothing_but_compare(source):
    if source == "print":
        assert parse(source).read({}) is None
        return
    with pytest.raises(BadExpression):
        parse(source)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("rise >= 20 or after >= 80", True),
        ("rise >= 20 and after >= 80", False),
        ("missing >= 0", False),
        ("not (missing < 3)", True),
        ("'sad' in labels and 'calm' not in labels", True),
        ("largest_rise(before_all, after_all) == 5", True),
        ("change(before_all, after_all) == -30", True),
        ("total(a, b) == 5", True),
        ("total(a, gone) >= 0", False),
    ],
)
def test_conditions_read_answers_and_an_absent_answer_decides_nothing(source, holds):
    scope = {
        "rise": 5, "after": 85, "labels": ["sad", "angry"], "score:a": 2, "score:b": 3,
        "before_all": {"sad": 90, "angry": 20}, "after_all": {"sad": 60, "angry": 25},
    }  # fmt: skip
    assert parse(source).holds(scope) is holds
