"""Promises of a walked script: one question at a time, always a way out, nothing lost on the way."""

from dataclasses import replace

import pytest

from interlude.message import Level
from interlude.scripts import walk
from interlude.scripts.offered import offered
from interlude.scripts.script import load
from interlude.scripts.walk import Answer, Facts, Run

SCRIPTS = load()

FULL = [
    "yes",
    "Tuesday at work, my boss walked past me",
    "sad 70, anxius 60",
    "They think I'm useless\nI'll never get a raise",
    "1",
    "90%",
    "tight chest, I wanted to leave",
    "2",
    "He didn't say hello to me",
    "He said good morning on Monday",
    "He may have been busy with the audit",
    "Even though he was quiet, it is also true that he was busy",
    "about 30",
    "He may just be busy",
    "sixty",
    "sad 40 and anxious 30",
    "fifty",
    "Send him a short mail at 9 tomorrow",
    "I could get scared",
    "5",
    "Just write the draft",
]


class Patient:
    """Talks as a caller would walk: the run goes through JSON between all messages, effects that start
    a script are carried out, and a waiting run goes on when the started ones have ended."""

    def __init__(self, script, facts=None, given=None):
        self.facts = facts or Facts()
        self.effects, self.waiting, self.heard, self.run = [], [], [], None
        self._carry_out(walk.start(SCRIPTS[script], self.facts, given))

    def says(self, *texts, intent=None, choice=None):
        for text in texts:
            self.heard = []
            script = SCRIPTS[self.run.script]
            self._carry_out(walk.take(script, self.run, Answer(text, choice, intent), self.facts))
        return self

    def taps(self, value):
        return self.says(value, choice=value)

    def comes_back(self):
        self.heard = []
        self._carry_out(walk.resume(SCRIPTS[self.run.script], self.run))
        return self

    @property
    def text(self):
        return "\n".join(reply.text for reply in self.heard)

    @property
    def buttons(self):
        return [choice.value for choice in self.heard[-1].choices]

    def of(self, kind):
        return [effect for effect in self.effects if effect["kind"] == kind]

    def _carry_out(self, walked):
        self.run = Run.from_json(walked.run.to_json())
        assert self.run == walked.run
        self.heard += walked.replies
        self.effects += walked.effects
        for effect in walked.effects:
            if effect["kind"] == "start":
                if self.run.state == "paused":
                    self.waiting.append(self.run)
                started = walk.start(SCRIPTS[effect["script"]], self.facts, effect.get("given"))
                return self._carry_out(started)
        if self.run.state in ("finished", "stopped") and not self.run.asks and self.waiting:
            waited = self.waiting.pop()
            return self._carry_out(walk.resume(SCRIPTS[waited.script], waited))
        return None


def at(step, *texts):
    """A patient in the middle of a thought record, at that step."""
    patient = Patient("thought_record")
    for text in texts or FULL:
        if patient.run.step == step:
            return patient
        patient.says(text)
    assert patient.run.step == step
    return patient


def test_a_patients_own_texts_lead_from_the_first_question_to_a_summary_and_a_choice():
    patient = Patient("thought_record").says(*FULL)
    assert "Feelings before: sad 70, anxious 60" in patient.text
    assert "Feelings after: sad 40, anxious 30" in patient.text
    assert "Belief before: 90%" in patient.text
    assert "Smaller step: Just write the draft" in patient.text
    assert patient.run.step == "close"
    record = patient.of("record")[0]
    assert (record["before"], record["after"], record["change"]) == (70, 40, -30)
    assert (record["belief_before"], record["belief_after"]) == (90, 50)
    patient.says("share it with them")
    assert patient.of("share") == [{"kind": "share"}]
    assert patient.run.state == "finished"


def test_the_thought_is_quoted_above_every_later_question_on_plain_channels_too():
    patient = at("belief_before")
    for text in FULL[5:]:
        assert patient.heard[-1].text.startswith('Thought: "They think I\'m useless"\n')
        assert patient.heard[-1].custom["quote"] == "They think I'm useless"
        patient.says(text)


def test_every_question_carries_its_way_out():
    patient = Patient("thought_record")
    for text in FULL:
        assert {"skip", "stop"} <= set(patient.buttons)
        patient.says(text)


def test_ratings_may_be_given_with_the_feelings_and_are_not_asked_again():
    patient = at("emotions").says("angry 80 and on edge 45")
    assert patient.run.answers["feelings_before"] == {"angry": 80, "on edge": 45}
    assert patient.run.step == "thoughts"


def test_each_feeling_is_rated_on_its_own_when_no_numbers_were_given():
    patient = at("emotions").says("sad, ashamed")
    assert "sad" in patient.text
    patient.says("seventy five")
    assert "ashamed" in patient.text
    patient.says("20")
    assert patient.run.answers["feelings_before"] == {"sad": 75, "ashamed": 20}


def test_more_than_three_feelings_are_cut_but_never_the_word_hopeless():
    patient = at("emotions").says("sad, angry, tired, hopeless")
    assert "hopeless" in patient.run.answers.get("emotions", patient.waiting[0].answers["emotions"])
    assert "I took the first 3" in "\n".join(r.text for r in patient.heard)


def test_the_word_hopeless_is_asked_about_directly_before_anything_else():
    patient = at("emotions").says("hopeless 60")
    assert patient.run.script == "safety_check"
    assert "Are you having thoughts of killing yourself?" in patient.text
    patient.says("no", "no", "yes")
    assert (patient.run.script, patient.run.step) == ("thought_record", "thoughts")


@pytest.mark.parametrize("words", ["back", "go back", "Back!"])
def test_back_shows_the_question_before_with_the_old_answer_and_returns(words):
    patient = at("evidence_against").says(words)
    assert patient.run.step == "evidence_for"
    assert "Last time you said: He didn't say hello to me" in patient.text
    assert "keep" in patient.buttons
    patient.says("He looked away")
    assert patient.run.step == "evidence_against"
    assert patient.run.answers["evidence_for"] == "He looked away"


def test_back_goes_through_each_rating_on_its_own():
    patient = at("thoughts").says("back")
    assert (patient.run.step, patient.run.item) == ("feelings_before", "anxious")
    assert "Last time you said: 60" in patient.text
    patient.says("back")
    assert (patient.run.step, patient.run.item) == ("feelings_before", "sad")
    patient.says("keep")
    assert patient.run.step == "thoughts"


def test_back_at_the_first_question_stays_there_and_says_so():
    patient = Patient("thought_record").says("back")
    assert patient.run.step == "ready"
    assert patient.text.startswith("This is the first question.")


def test_skip_leaves_a_question_unanswered_and_the_summary_leaves_it_out():
    patient = at("body").taps("skip")
    assert patient.run.answers["body"] is None
    assert patient.run.step == "trap"


def test_everything_can_be_skipped_to_the_end():
    patient = Patient("thought_record").says("yes")
    for _ in range(40):
        if patient.run.state != "running":
            break
        patient.says("skip")
    assert patient.run.state == "finished"


def test_not_knowing_gets_one_example_and_then_the_step_is_left():
    patient = at("evidence_for")
    patient.says("idk")
    assert "fine answer" in patient.text or "rough guess" in patient.text
    assert patient.run.step == "evidence_for"
    assert "What facts support the thought?" not in patient.text
    patient.says("I don't know")
    assert "leave that one" in patient.text
    assert patient.run.step == "question"


def test_not_knowing_a_balanced_thought_offers_some_to_pick_from():
    patient = at("balanced").says("I'm not sure", intent="dont_know")
    assert "Part of it is true, and there is more to it" in patient.buttons
    patient.taps("Part of it is true, and there is more to it")
    assert patient.run.step == "balanced_belief"


def test_no_question_is_ever_put_in_the_same_words_twice_in_a_row():
    patient = at("belief_before")
    first = patient.heard[-1].text
    second = patient.says("banana").heard[-1].text
    assert first != second
    assert "from 0 to 100" in second
    patient.says("still banana")
    assert patient.run.step == "body"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("about a seven", 7),
        ("7/10", 7),
        ("it's a 7 right now", 7),
        ("70%", 7),
        ("ten out of ten", 10),
        ("zero", 0),
    ],
)
def test_numbers_are_read_as_people_write_them(typed, read):
    patient = Patient("mood_checkin").says(typed)
    shown = {**patient.run.answers, **(patient.waiting[0].answers if patient.waiting else {})}
    low = read <= 2
    assert (patient.of("mood")[0]["score"] if low else shown["mood_score"]) == read


def test_two_numbers_are_asked_about_once_and_then_the_lower_mood_counts():
    patient = Patient("mood_checkin").says("2 or 3")
    assert patient.run.step == "mood_score"
    assert "more than one number" in patient.text
    patient.says("2 or 3, really")
    assert patient.of("mood")[0]["score"] == 2
    assert patient.run.script == "safety_check"


@pytest.mark.parametrize("typed", ["15", "-3", "1000000000"])
def test_a_number_beyond_the_scale_gets_the_scale_named(typed):
    assert "from 0 to 10" in Patient("mood_checkin").says(typed).text


def test_pills_counted_in_a_mood_answer_are_not_a_mood():
    assert "mood_score" not in Patient("mood_checkin").says("I took 9 pills").run.answers


@pytest.mark.parametrize("words", ["stop", "Stop.", "please stop", "cancel"])
def test_stop_stops_at_once_and_only_asks_what_to_do_with_the_draft(words):
    patient = at("evidence_for").says(words)
    assert patient.run.state == "stopped"
    assert patient.heard[-1].text == "OK, we'll stop here. Keep this draft for later, or delete it?"
    assert patient.buttons == ["keep", "delete"]


def test_a_kept_draft_goes_on_days_later_and_shows_where_it_was():
    patient = at("evidence_for").says("stop", "keep it please")
    assert patient.run.state == "paused"
    patient.comes_back()
    assert "Thought record" in patient.text
    assert "what happened: Tuesday at work, my boss walked past me" in patient.text
    assert patient.run.step == "evidence_for"
    patient.says("He didn't say hello")
    assert patient.run.step == "evidence_against"


def test_a_deleted_draft_leaves_no_answer_behind():
    patient = at("evidence_for").says("stop", "delete it")
    assert patient.of("delete") == [{"kind": "delete"}]
    assert patient.run.answers == {}
    assert "Tuesday" not in patient.run.to_json()


@pytest.mark.parametrize("words", ["don't delete it", "hm", "what?", "do not delete"])
def test_a_draft_is_only_deleted_on_a_clear_word(words):
    assert at("evidence_for").says("stop", words).run.answers["situation"]


def test_an_exercise_stops_without_a_question():
    patient = Patient("grounding_54321").says("60", "stop")
    assert patient.run.state == "stopped"
    assert patient.heard[-1].choices == ()


def test_a_step_is_changed_by_its_name_and_the_walk_goes_on_where_it_was():
    patient = at("balanced").says("edit what happened")
    assert patient.run.step == "situation"
    assert "Last time you said: Tuesday at work" in patient.text
    patient.says("Wednesday at lunch my boss walked past me")
    assert patient.run.step == "balanced"
    assert patient.run.answers["situation"].startswith("Wednesday")


def test_the_answer_before_is_changed_in_one_sentence():
    patient = at("body").says("change my answer to 40")
    assert patient.run.answers["belief_before"] == 40
    assert patient.run.step == "body"


def test_a_changed_rating_changes_the_way_and_the_record_that_is_kept():
    patient = at("close").says("edit feelings after", "sad 69, anxious 55")
    assert patient.of("record")[-1]["after"] == 69
    assert "about the same" in patient.text.lower()
    assert patient.run.step == "close"


def test_changed_thoughts_are_chosen_from_anew():
    patient = at("evidence_for").says("edit thoughts", "He hates me\nI am lost")
    assert patient.run.step == "hot_thought"
    assert patient.buttons[:2] == ["1", "2"]


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
