"""Promises of every answer in data/responses/: plain, short and true, and owing nothing to the patient."""

import re

import pytest
from test_dialogue_lint import EVERY_VARIANT, VARIANTS
from test_wording import CLAIMS, FORBIDDEN, grade, sentences

#: the placeholders the app fills after Rasa, and plain words to count in their place
ALLOWED = {
    "clinic_name": "Your clinic",
    "clinic_phone": "555",
    "emergency_number": "112",
    "crisis_line": "the crisis line",
}


def plainly(text):
    return re.sub(r"<(\w+)>", lambda found: ALLOWED[found[1]], text)


def texts(response):
    return [variant["text"] for name, variant in VARIANTS.items() if name.startswith(f"{response}.")]


@EVERY_VARIANT
def test_only_placeholders_the_app_fills_are_used(variant):
    assert set(re.findall(r"<([^>]*)>?", variant["text"])) <= set(ALLOWED)
    # its stand-in is a capitalised phrase
    assert not re.search(r"[^.?]\s<clinic_name>", variant["text"])


@EVERY_VARIANT
def test_every_response_reads_at_grade_seven_or_below(variant):
    assert grade(plainly(variant["text"])) <= 7


@EVERY_VARIANT
def test_every_response_is_short(variant):
    text = plainly(variant["text"])
    assert len(sentences(text)) <= 3
    assert len(text.split()) <= 60
    assert max(len(sentence.split()) for sentence in sentences(text)) <= 25


@EVERY_VARIANT
def test_every_response_asks_one_thing_at_most_and_then_offers_answers(variant):
    assert variant["text"].count("?") <= 1
    if "?" in variant["text"]:
        assert variant.get("buttons")


@EVERY_VARIANT
def test_no_response_shouts_or_uses_words_that_harm(variant):
    text = variant["text"]
    assert not re.search(r"!|[A-Z]{2,}|[\U0001F000-\U0001FAFF\u2600-\u27BF]", text)
    assert [phrase for phrase in FORBIDDEN if phrase in text.lower()] == []


@EVERY_VARIANT
def test_no_response_says_that_anybody_has_been_told(variant):
    assert not CLAIMS.search(variant["text"])


@EVERY_VARIANT
def test_no_response_promises_what_is_not_built(variant):
    assert not re.search(r"\b(soon|yet|next version|will be able|I'll|I will)\b", variant["text"])


@EVERY_VARIANT
def test_the_emergency_number_always_comes_before_the_crisis_line(variant):
    text = variant["text"]
    if "<crisis_line>" in text:
        assert 0 <= text.find("<emergency_number>") < text.find("<crisis_line>")


# what some answers must always say


@pytest.mark.parametrize("text", texts("utter_crisis"))
def test_a_crisis_reply_names_the_numbers_and_asks_nothing(text):
    assert "<emergency_number>" in text
    assert "<crisis_line>" in text
    assert "?" not in text
    assert len(text.partition("<emergency_number>")[0].split()) <= 50


@pytest.mark.parametrize(
    ("response", "must_say"),
    [
        ("utter_dosing_or_medical_advice_request", [r"can't|say no", r"hurt you", "<clinic_phone>", "drive"]),
        ("utter_dosing_or_medical_advice_request", ["drowsy", "breath", "<emergency_number>"]),
        ("utter_ketamine_question", ["can't|don't", "<clinic_phone>", "driv", "next day", "restful sleep"]),
        ("utter_are_you_human", ["computer program", r"not a (person|human)|[Nn]o person", "not live"]),
        ("utter_are_you_human", ["not a crisis service", "therapist|doctor"]),
        ("utter_greet", ["program", "care team reads these chats, but not live"]),
        ("utter_privacy_question", ["care team", "not live", "checked for risk", "encrypted"]),
        ("utter_privacy_question", ["is kept from them|can't keep", "<clinic_phone>"]),
        (
            "utter_show_safety_plan",
            ["in this version", "<clinic_phone>", "<emergency_number>", "<crisis_line>"],
        ),
        ("utter_questionnaire", ["in this version", "<clinic_phone>"]),
        ("utter_integration_journal", ["in this version", "<clinic_phone>"]),
        ("utter_reminder_setup", ["in this version", "<clinic_phone>"]),
        ("utter_homework", ["in this version", "<clinic_phone>"]),
        ("utter_nlu_fallback", ["<emergency_number>", "<crisis_line>"]),
        ("utter_help_what_can_you_do", ["<emergency_number>", "<crisis_line>"]),
        ("utter_default", ["<clinic_phone>", "<emergency_number>"]),
    ],
)
def test_no_variant_leaves_out_what_its_answer_owes(response, must_say):
    assert texts(response)
    for text in texts(response):
        assert [part for part in must_say if not re.search(part, text)] == []
