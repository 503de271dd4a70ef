"""The hard moments of a thought record: short answers, a rise, a true thought, too strong a feeling."""

from dataclasses import replace

import pytest
from support.walking import FULL, SCRIPTS, Patient, at

from interlude.message import Level
from interlude.scripts import walk
from interlude.scripts.offered import offered
from interlude.scripts.walk import Answer, Facts


def test_one_short_answer_gets_an_example_and_two_in_a_row_the_short_form():
    patient = at("evidence_for").says("nothing")
    assert patient.run.script == "thought_record"
    assert "For example" in patient.text
    patient.says("nope")
    assert patient.run.script == "thought_record_short"
    assert patient.run.step == "question"
    assert patient.run.answers["hot_thought"] == "They think I'm useless"
    patient.says("I'd say he was busy", "sad 30, anxious 30", "20", "A walk at 5", "rain", "8")
    assert "Feelings after: sad 30, anxious 30" in patient.text
    assert patient.run.step == "close"


def test_a_long_answer_between_two_short_ones_keeps_the_full_form():
    patient = at("evidence_for").says("nothing", "He did say good morning to me once", "nope")
    assert patient.run.script == "thought_record"


def test_right_after_a_session_the_short_form_is_started():
    assert Patient("thought_record", Facts(phase="integration")).run.script == "thought_record_short"


def test_a_rise_stops_the_thought_work_asks_directly_and_offers_one_exercise():
    patient = Patient("thought_record").says(*FULL[:2], "sad 60", *FULL[3:15])
    patient.says("90")
    assert "It went up." in patient.text
    assert "Are you having thoughts of killing yourself?" in patient.text
    patient.says("no", "no", "yes")
    assert patient.run.script == "offer_skill"
    assert "stop_skill" in patient.buttons
    patient.says("5-4-3-2-1 grounding")
    assert patient.run.script == "grounding_54321"
    patient.says("a lamp", "my sleeve", "a car", "soap", "mint", "Monday, at home", "85")
    assert patient.run.script == "safety_check"
    patient.says("no", "no", "yes", "85")
    assert patient.of("flag")[-1] == {"kind": "flag", "reason": "record_still_high"}
    assert '"human"' in patient.text
    assert patient.run.step == "close"


def test_a_small_rise_is_normalised_without_the_direct_question():
    patient = Patient("thought_record").says(*FULL[:2], "sad 40", *FULL[3:15], "52")
    assert "It went up." in patient.text
    assert patient.run.script == "offer_skill"


@pytest.mark.parametrize(("before", "after", "asked"), [(30, 50, True), (30, 49, False), (78, 80, True)])
def test_a_rise_of_twenty_or_a_final_eighty_is_asked_about_in_the_short_form_too(before, after, asked):
    patient = Patient("thought_record", Facts(phase="integration"))
    patient.says(
        FULL[1], f"sad {before}", "They think I'm useless", "80", "I'd ask a friend first", str(after)
    )
    assert (patient.run.script == "safety_check") is asked
    full = Patient("thought_record").says(*FULL[:2], f"sad {before}", *FULL[3:15], str(after))
    assert (full.run.script == "safety_check") is asked


def test_still_high_with_hopeless_words_goes_to_the_team_as_urgent():
    patient = Patient("thought_record").says(*FULL[:2], "hopeless 70", "no", "no", "yes", *FULL[3:15])
    patient.says("95", "no", "no", "yes", "skip", "90")
    case = patient.of("case")[-1]
    assert (case["level"], case["reason"]) == ("urgent", "record_still_high_hopeless")


def test_the_second_record_in_a_row_that_rises_is_flagged_and_a_third_is_not_started():
    patient = Patient("thought_record", Facts(records_rose=1))
    patient.says(*FULL[:2], "sad 40", *FULL[3:15], "52", "skip", "40")
    assert {"kind": "flag", "reason": "two_records_rose"} in patient.effects
    third = walk.start(SCRIPTS["thought_record"], Facts(records_rose=2))
    assert third.run.state == "stopped"


def test_a_true_thought_is_not_disputed():
    patient = at("trap").says("it's just true")
    assert "It may be true. Then the question is, what would help with it?" in patient.text
    patient.says("talk with someone", "My sister")
    assert patient.run.step == "feelings_after"
    assert not {"evidence_against", "balanced"} & set(patient.run.answers)


def test_a_very_strong_feeling_is_settled_before_the_thought_work():
    patient = at("emotions").says("scared 90")
    assert patient.run.script == "stop_skill"
    patient.says("no", "done", "done", "tight jaw and noise", "leave the room", "60", "skip", "60", "go on")
    assert (patient.run.script, patient.run.step) == ("thought_record", "thoughts")


def test_a_record_is_refused_for_strength_and_regulation_comes_first():
    refused = walk.start(SCRIPTS["thought_record"], Facts(intensity=85))
    assert refused.run.state == "stopped"
    assert refused.effects[0]["script"] == "stop_skill"
    assert walk.start(SCRIPTS["thought_record"], Facts(intensity=84)).run.state == "running"


def test_dosing_day_has_no_thought_record_and_a_record_under_way_waits():
    dosing = Facts(phase="dosing_day")
    assert walk.start(SCRIPTS["thought_record"], dosing).run.state == "stopped"
    patient = at("evidence_for")
    patient.facts = dosing
    patient.says("He looked away")
    assert patient.run.state == "paused"


@pytest.mark.parametrize("level", [Level.URGENT, Level.EMERGENCY])
@pytest.mark.parametrize("name", ["thought_record", "paced_breathing", "grounding_54321", "mood_checkin"])
def test_nothing_but_safety_questions_starts_or_goes_on_over_an_open_alert(name, level):
    alert = Facts(open_level=level)
    assert walk.start(SCRIPTS[name], alert).run.state == "stopped"
    patient = Patient(name)
    patient.facts = alert
    patient.says("7")
    assert patient.run.state == "paused"
    assert '"human"' in patient.text
    assert walk.start(SCRIPTS["safety_check"], alert).run.state == "running"


def test_a_short_grounding_may_run_over_an_urgent_case_once_the_safety_check_is_clear():
    waiting = Facts(open_level=Level.URGENT, safety_clear=True, intensity=70)
    assert {s.id for s in offered(SCRIPTS, waiting)} == {"paced_breathing", "grounding_54321"}
    assert offered(SCRIPTS, replace(waiting, open_level=Level.EMERGENCY)) == []


def test_first_choices_follow_the_strength_of_the_feeling():
    assert [s.id for s in offered(SCRIPTS, Facts(intensity=90), 2)] == ["stop_skill", "grounding_54321"]
    assert [s.id for s in offered(SCRIPTS, Facts(intensity=70), 2)] == ["paced_breathing", "grounding_54321"]
    assert [s.id for s in offered(SCRIPTS, Facts(intensity=70, phase="dosing_day"))] == [
        "paced_breathing",
        "grounding_54321",
    ]
    assert "paced_breathing" not in [
        s.id for s in offered(SCRIPTS, Facts(tried=frozenset({"paced_breathing"})))
    ]


def test_a_question_is_asked_again_in_other_words_after_a_digression():
    patient = at("evidence_for")
    again = walk.ask(SCRIPTS["thought_record"], patient.run)
    assert again[0].text != patient.heard[-1].text
    assert again[0].text.endswith("Which facts back this thought up?")


def test_a_long_story_that_mentions_stopping_is_an_answer():
    patient = at("body").says(
        "I wanted it all to stop and to go back to bed right away", intent="stop_or_cancel"
    )
    assert patient.run.step == "trap"


def test_a_run_made_for_older_content_goes_on_at_a_question_that_exists():
    run = replace(at("evidence_for").run, step="a_step_of_last_year")
    walked = walk.take(SCRIPTS["thought_record"], run, Answer("hello"), Facts())
    assert walked.run.step == "evidence_for"
    assert walked.replies


def test_a_classifiers_guesses_are_shown_instead_of_word_cues():
    patient = at("body")
    assert walk.to_guess(SCRIPTS["thought_record"], patient.run) == "They think I'm useless"
    patient.facts = Facts(guesses=("fortune_telling", "labeling", "blaming", "mental_filter"))
    patient.taps("skip")
    assert patient.buttons[:5] == ["fortune_telling", "labeling", "blaming", "none_of_these", "not_sure"]
    assert walk.to_guess(SCRIPTS["thought_record"], patient.run) == ""


def test_a_thought_that_hints_at_no_trap_is_not_given_one():
    patient = at("thoughts").says("The soup was cold", "60", "skip")
    assert patient.run.step == "evidence_for"


def test_a_thought_put_as_a_question_is_turned_into_a_statement():
    patient = at("thoughts").says("What if I fail?")
    assert "plain statement" in patient.text
    patient.says("I will fail")
    assert patient.heard[-1].text.startswith('Thought: "I will fail"')
