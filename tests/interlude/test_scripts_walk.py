"""Walking a script step by step, as a patient does."""

import pytest
from support.walking import FULL, Patient, at


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
