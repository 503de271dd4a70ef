"""What the turn gate promises, asked as Rasa asks it: a ranked message in, a named turn out."""

import pytest
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.message import Message

from components.gate import TurnGate

THRESHOLDS = {
    "crisis_threshold": 0.3,
    "crisis_in_script_threshold": 0.5,
    "fallback_threshold": 0.3,
    "interruption_in_text": 0.8,
    "interruption_in_choice": 0.5,
    "interruption_words": 8,
}
OTHERS = ["greet", "crisis", "answer_step", "feel_bad_vent", "start_breathing", "ketamine_question", "resume"]


def ranking(**probabilities):
    """The classifier's ranking: what is named, and the other intents it knows with nothing."""
    all_of_them = {**dict.fromkeys(OTHERS, 0.0), **probabilities}
    return [
        {"name": name, "confidence": value}
        for name, value in sorted(all_of_them.items(), key=lambda item: -item[1])
    ]


def ask(text="words", metadata=None, **probabilities):
    message = Message(data={"text": text, "metadata": metadata, "intent_ranking": ranking(**probabilities)})
    (named,) = TurnGate(THRESHOLDS).process([message])
    return named


def turn(text="words", metadata=None, **probabilities):
    return ask(text, metadata, **probabilities).get("intent")["name"]


def script(kind, **more):
    running = {"name": "reframe", "step": "s", "kind": kind}
    return {"level": "none", "mode": "normal", "script": running, **more}


class TestDanger:
    @pytest.mark.parametrize("level", ["urgent", "emergency", "Emergency", "something new"])
    def test_a_level_that_alerts_or_is_unknown_is_a_crisis_whatever_else_is_sent(self, level):
        metadata = script("text", level=level, choice="intent:start_breathing")
        assert turn("stop", metadata, greet=1.0) == "crisis"

    @pytest.mark.parametrize("level", ["none", "routine", None])
    def test_a_calm_level_is_no_crisis(self, level):
        assert turn("hi", {"level": level}, greet=0.9) == "greet"

    def test_a_dark_thought_in_a_record_needs_more_certainty_than_an_opening(self):
        assert turn("nobody likes me", script("text"), answer_step=0.6, crisis=0.4) == "answer_step"
        assert turn("nobody likes me", script("text"), answer_step=0.2, crisis=0.8) == "crisis"
        assert turn("nobody likes me", None, feel_bad_vent=0.6, crisis=0.4) == "crisis"

    def test_in_safety_mode_only_the_classifiers_own_alarm_is_a_crisis(self):
        assert turn("my answer", script("text", mode="safety"), answer_step=0.9) == "nlu_fallback"
        assert turn("my answer", script("text", mode="safety"), crisis=0.9) == "crisis"

    @pytest.mark.parametrize("kind", ["text", "number", "choice", "choices", "timer", "breathing", "none"])
    def test_the_classifiers_doubt_breaks_into_every_kind_of_step(self, kind):
        assert turn("9", script(kind), answer_step=0.7, crisis=0.6) == "crisis"

    def test_the_classifiers_doubt_counts_though_another_intent_leads(self):
        assert turn("words", None, feel_bad_vent=0.6, crisis=0.6) == "crisis"

    def test_below_the_threshold_the_turn_goes_on(self):
        assert turn("words", None, feel_bad_vent=0.6, crisis=0.29) == "feel_bad_vent"

    def test_a_command_by_its_exact_words_is_none_whatever_the_classifier_makes_of_it(self):
        assert turn("cansel", script("text"), crisis=0.9) == "stop_or_cancel"
        assert turn("cansel", None, crisis=0.9) == "stop_or_cancel"

    @pytest.mark.parametrize("text", ["i want to stop", "end this", "make it stop", "i want to go back"])
    def test_what_could_be_said_of_living_is_no_command(self, text):
        assert turn(text, None, stop_or_cancel=0.5, crisis=0.5) == "crisis"


class TestMood:
    @pytest.mark.parametrize("text", ["mood 4", "Mood: 7/10", "my mood is 3 today", "log mood 5"])
    def test_a_stated_mood_is_noted_at_once_but_never_taken_from_a_number_step(self, text):
        assert turn(text, None, small_talk=0.9) == "log_mood"
        assert turn(text, script("text"), answer_step=0.9) == "log_mood"
        assert turn(text, script("number"), answer_step=0.9) == "answer_step"

    def test_a_mood_in_a_sentence_is_an_answer(self):
        assert turn("note my mood every evening at 8", script("text"), answer_step=0.9) == "answer_step"


class TestTaps:
    def test_a_tapped_intent_names_the_turn(self):
        named = ask("Slow breathing", {"choice": "intent:start_breathing"}, greet=0.9)
        assert named.get("intent") == {"name": "start_breathing", "confidence": 1.0}

    def test_a_tapped_intent_leaves_the_script_and_safety_mode(self):
        metadata = script("choice", mode="safety", choice="intent:start_breathing")
        assert turn("Slow breathing", metadata, answer_step=0.9) == "start_breathing"

    def test_a_tapped_intent_nobody_knows_is_read_as_words(self):
        assert turn("hello", {"choice": "intent:launch_rockets"}, greet=0.9) == "greet"

    def test_any_other_tap_answers_the_step_however_its_words_read(self):
        assert turn("Skip", script("choice", choice="skip_breakfast"), greet=1.0) == "answer_step"


class TestRunningScript:
    def test_words_answer_the_step(self):
        assert turn("my boss ignored me", script("text"), feel_bad_vent=0.99) == "answer_step"

    def test_a_sure_short_question_breaks_into_a_text_step(self):
        assert turn("how long does it last", script("text"), ketamine_question=0.8) == "ketamine_question"

    def test_an_unsure_question_does_not(self):
        assert turn("how long does it last", script("text"), ketamine_question=0.79) == "answer_step"

    def test_a_long_text_is_an_answer_however_sure_the_classifier_is(self):
        words = "i keep asking myself how long does ketamine last"
        assert turn(words, script("text"), ketamine_question=1.0) == "answer_step"

    def test_other_steps_are_broken_into_sooner(self):
        assert turn("how long does it last", script("choice"), ketamine_question=0.5) == "ketamine_question"
        assert turn("how long does it last", script("choice"), ketamine_question=0.49) == "answer_step"

    def test_a_digit_in_a_number_step_is_an_answer(self):
        assert turn("is 7 ok", script("number"), ketamine_question=1.0) == "answer_step"

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("stop", "stop_or_cancel"),
            ("Stoppp!!", "stop_or_cancel"),
            ("stpo", "stop_or_cancel"),
            ("STOP PLEASE", "stop_or_cancel"),
            ("quit", "stop_or_cancel"),
            ("Go back.", "back"),
            ("skip this one please", "skip"),
            ("idk", "dont_know"),
            ("I don’t know", "dont_know"),
            ("continue", "resume"),
            ("can i talk to a person", None),
            ("talk to a person", "talk_to_human"),
            ("saftey plan", "show_safety_plan"),
            ("help", "help_what_can_you_do"),
        ],
    )
    @pytest.mark.parametrize("kind", ["text", "number", "choice"])
    def test_a_command_is_known_by_its_exact_words(self, kind, text, intent):
        assert turn(text, script(kind), answer_step=0.99) == (intent or "answer_step")

    @pytest.mark.parametrize(
        "text", ["i cant stop crying", "stop being so hard on myself", "nothing", "no", ""]
    )
    def test_words_that_only_hold_a_command_are_an_answer(self, text):
        assert turn(text, script("text"), answer_step=0.4) == "answer_step"

    @pytest.mark.parametrize("kind", ["timer", "breathing", "none"])
    def test_continue_moves_a_step_without_a_question_on(self, kind):
        assert turn("continue", script(kind), resume=1.0) == "answer_step"

    def test_a_script_of_unknown_shape_is_a_text_step(self):
        assert turn("how long does it last", {"script": "odd"}, ketamine_question=0.6) == "answer_step"


class TestOpening:
    def test_the_best_intent_names_the_turn(self):
        assert turn("hi", {"script": None, "choice": None}, greet=0.3) == "greet"

    def test_an_unsure_classifier_is_a_fallback(self):
        assert turn("asdf", None, greet=0.29) == "nlu_fallback"

    def test_where_nothing_was_asked_nothing_is_answered(self):
        assert turn("because of work", None, answer_step=0.5, feel_bad_vent=0.4) == "feel_bad_vent"

    @pytest.mark.parametrize("text", ["", "  "])
    def test_nothing_is_not_understood(self, text):
        assert turn(text, None, greet=0.9) == "nlu_fallback"

    def test_a_command_needs_no_statistics(self):
        assert turn("stpo", None, greet=0.99) == "stop_or_cancel"

    def test_without_a_classifier_nothing_is_understood(self):
        (named,) = TurnGate(THRESHOLDS).process([Message(data={"text": "hi"})])
        assert named.get("intent")["name"] == "nlu_fallback"


class TestOutput:
    def test_the_classifiers_own_opinion_stays_readable(self):
        output = ask("stop", None, greet=0.8, crisis=0.1).as_dict(only_output_properties=True)
        assert output["intent"]["name"] == "stop_or_cancel"
        assert output["classified"] == "greet"
        assert output["crisis_probability"] == 0.1
        assert output["intent_ranking"][0] == {"name": "greet", "confidence": 0.8}

    @pytest.mark.parametrize("wrong", [0, -1, 1.5, "0.3", None, True])
    def test_a_threshold_that_cannot_be_one_is_refused(self, wrong):
        with pytest.raises(InvalidConfigException, match="crisis_threshold"):
            TurnGate.validate_config({"crisis_threshold": wrong})
