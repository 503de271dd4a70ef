"""Promises of everything a patient reads about risk: plain, short, true, and with a way to a person."""

import re
import shutil
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from textstat.textstat import textstatistics

from interlude.content import ROOT, ContentError
from interlude.escalation import words
from interlude.escalation.directory import card
from interlude.message import InterludeError

PLAIN = {
    "emergency_number": "112",
    "crisis_line": "the crisis line",
    "clinic_name": "Your clinic",
    "clinic_phone": "555",
    "clinic_alert_status": "I told them now.",
    "clinician": "Doctor Lee",
    "poison_line": "555",
}

SAID = {
    f"{file}.{key}.{number}": text
    for file, keys in words.load().items()
    if file != words.STAND_INS
    for key, variants in keys.items()
    for number, text in enumerate(variants)
}
EVERYTHING = pytest.mark.parametrize("text", SAID.values(), ids=SAID.keys())
CRISIS = {name: text for name, text in SAID.items() if name.startswith("crisis.")}
ALARMING = {name: text for name, text in CRISIS.items() if ".routine_noted." not in name}

# what only a receipt may say, since only a receipt knows that it is true
CLAIMS = re.compile(
    r"\b(seen|alerting|alerted|paged|sent|sending|notified|on (its|the|their) way|been told|is coming)\b",
    re.IGNORECASE,
)

FORBIDDEN = (
    "understand exactly", "i care about you", "here for you", "i'm worried", "don't worry", "will be fine",
    "why would you", "irrational", "at least you", "must call", "can't help you", "secret", "commit",
    "addict", "abuser", "clean", "dirty", "non-compliant", "schizophrenic", "mentally ill", "bad trip",
    "heroic",
    "healing crisis", "the medicine is", "great job", "promise", "think of your", "be strong", "calm down",
    "false alarm", "i feel", "i love", "everything happens",
)  # fmt: skip

# the syllable dictionary of the "en" setting is not part of the package; "en-US" hyphenates instead
HYPHENS = textstatistics()
HYPHENS.set_lang("en-US")


def plainly(text: str) -> str:
    return words.PLACEHOLDER.sub(lambda found: PLAIN[found[1]], text)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"[.?!]+(?=\s|$)|\n\n", text) if re.search(r"\w", part)]


def syllables(word: str) -> int:
    """The larger of two estimates, so that no text passes by a count that is too low."""
    bare = re.sub(r"[^a-z]", "", word.lower())
    vowels = len(re.findall(r"[aeiouy]+", bare))
    silent = bare.endswith("e") and not bare.endswith("le") and vowels > 1
    return max(1, vowels - silent, HYPHENS.syllable_count(bare) if bare else 1)


def grade(text: str) -> float:
    """Flesch-Kincaid grade."""
    each = text.split()
    return 0.39 * len(each) / len(sentences(text)) + 11.8 * sum(map(syllables, each)) / len(each) - 15.59


def test_the_measure_tells_hard_words_from_plain_ones():
    assert grade("Please call now. A person can help you.") < 3
    assert grade("Immediate psychiatric consultation is unequivocally recommended at this juncture.") > 12


@EVERYTHING
def test_everything_said_reads_at_grade_seven_or_below(text):
    assert grade(plainly(text)) <= 7


@EVERYTHING
def test_everything_said_is_short(text):
    plain = plainly(text)
    longest = 6 if text in ALARMING.values() else 3
    assert len(sentences(plain)) <= longest
    assert len(plain.split()) <= 60
    assert max(len(sentence.split()) for sentence in sentences(plain)) <= 25


@EVERYTHING
def test_everything_said_asks_one_thing_at_most_without_shouting(text):
    assert text.count("?") <= 1
    assert "!" not in text
    assert not re.search(r"[A-Z]{2,}", text)
    assert not re.search(r"[\U0001F000-\U0001FAFF\u2600-\u27BF]", text)


@EVERYTHING
def test_nothing_said_uses_words_that_harm(text):
    assert [phrase for phrase in FORBIDDEN if phrase in text.lower()] == []


@EVERYTHING
def test_the_emergency_number_always_comes_before_the_crisis_line(text):
    if "<crisis_line>" in text:
        assert 0 <= text.find("<emergency_number>") < text.find("<crisis_line>")


@pytest.mark.parametrize("text", CRISIS.values(), ids=CRISIS.keys())
def test_every_word_about_risk_names_a_way_to_a_person(text):
    assert "<emergency_number>" in text
    assert len(text.partition("<emergency_number>")[0].split()) <= 50


@pytest.mark.parametrize("text", ALARMING.values(), ids=ALARMING.keys())
def test_every_alarming_reply_leaves_room_for_the_true_status(text):
    assert text.count("<clinic_alert_status>") == 1


@pytest.mark.parametrize("key", ["urgent_first", "urgent_again", "urgent_clinic_today", "second_opinion"])
def test_urgent_words_ask_nothing_because_the_direct_question_follows(key):
    assert not [text for text in words.load()["crisis"][key] if "?" in text]


@EVERYTHING
def test_only_receipts_say_that_something_was_sent_or_seen(text):
    receipts = {
        variant for key in ("alerting", "seen", "answered_note") for variant in words.load()["receipts"][key]
    }
    if text not in receipts:
        assert not CLAIMS.search(text)


@pytest.mark.parametrize("text", words.load()["receipts"]["noted"])
def test_a_case_nobody_was_paged_for_yet_is_only_said_to_be_written_down(text):
    assert not re.search(r"alert|tell|told|reach|call|now\b.*\bknow", text, re.I)


@pytest.mark.parametrize("key", ["nobody_paged", "reaching_nobody", "exhausted", "nobody_yet"])
def test_when_nobody_is_reached_the_patient_is_told_so_and_told_to_call(key):
    for text in words.load()["receipts"][key]:
        assert re.search(r"not (been able to )?reach|not go through|nobody|no one|not answered", text, re.I)
        assert re.search(r"\bcall\b", text, re.I)


ONE_ON_PURPOSE = re.compile(r"^crisis\.emergency_(?!again)|^receipts\.(reaching_nobody|nobody_yet)$")


def test_whatever_can_recur_has_three_variants():
    few = [
        f"{file}.{key}"
        for file, keys in words.load().items()
        for key, variants in keys.items()
        if file != words.STAND_INS and len(variants) < 3
    ]
    assert [name for name in few if not ONE_ON_PURPOSE.search(name)] == []


def test_no_variant_is_said_twice_running():
    said = [words.say("crisis", "urgent_again", PLAIN, turn) for turn in range(7)]
    assert all(before != after for before, after in pairwise(said))
    assert len(set(said)) == 3
    assert said == [words.say("crisis", "urgent_again", PLAIN, turn) for turn in range(7)]


@pytest.mark.parametrize("country", ["US", "GB", "NO", "IT", "TR", "PE", None])
def test_every_reply_fills_completely_for_every_kind_of_country(country):
    shown = card(country, datetime(2026, 11, 23, 3, tzinfo=UTC), "Europe/Rome")
    status = words.say("receipts", "alerting", {}, 0)
    given = words.fills(shown, "Oak Clinic", "555 0100", status, "Dr Lee")
    for file, keys in words.load().items():
        for key in keys if file != words.STAND_INS else ():
            for turn in range(3):
                said = words.say(file, key, given, turn)
                assert not re.search(r"[<>]|  ", said)


def test_a_first_emergency_reply_reads_whole():
    shown = card("US", datetime(2026, 11, 23, 3, tzinfo=UTC), None)
    given = words.fills(shown, "Oak Clinic", "555 0100", "I'm alerting your care team now.")
    assert words.say("crisis", "emergency_first", given, 0) == (
        "Thank you for telling me. I'm a computer program, so I can't keep you safe. A person can. "
        "Please call 911 now, or use 988 (call or text, any time). I'm alerting your care team now.\n\n"
        "Can you move away from what you might use, or be with someone right now?"
    )


def test_a_reply_with_nothing_known_still_goes_out_in_true_words():
    said = words.say("crisis", "emergency_first", {}, 0)
    assert "Please call your local emergency number now, or use findahelpline.com." in said
    assert "Your care team reads these chats, but not live." in said
    assert "<" not in said


def test_poison_help_is_named_only_with_a_number():
    given = words.fills(card("US", datetime(2026, 11, 23, tzinfo=UTC), None), "", "", "")
    assert "1-800-222-1222" in words.say("crisis", "emergency_overdose_with_poison", given, 0)
    assert "poison" not in words.say("crisis", "emergency_overdose", given, 0)


def test_words_from_elsewhere_are_filled_and_the_patients_own_brackets_stay():
    text = "Your clinic is at <clinic_phone>. You wrote: a <b> c <3"
    assert words.fill(text, {"clinic_phone": "555 0100"}) == (
        "Your clinic is at 555 0100. You wrote: a <b> c <3"
    )


def test_a_placeholder_inside_a_filling_is_not_filled_again():
    assert words.fill("<clinic_name>", {"clinic_name": "<clinic_phone>"}) == "<clinic_phone>"


def test_a_slip_in_a_placeholder_is_found_before_a_patient_reads_it(tmp_path: Path):
    shutil.copytree(ROOT / "wording", tmp_path / "content" / "wording")
    path = tmp_path / "content" / "wording" / "prepared.yml"
    slip = path.read_text(encoding="utf-8").replace("<crisis_line>", "<crisis_lin>")
    path.write_text(slip, encoding="utf-8")
    with pytest.raises(ContentError, match=r"prepared\.yml, .*<crisis_lin> is not a placeholder"):
        words.load(tmp_path / "content")
    with pytest.raises(ContentError, match="data/responses/x: <clinc> is not a placeholder"):
        words.check("Call <clinc>.", "data/responses/x")


@pytest.mark.parametrize(
    ("file", "key"), [("nothing", "x"), ("crisis", "nothing"), ("placeholders", "clinician")]
)
def test_asking_for_words_that_are_not_there_names_the_mend(file, key):
    with pytest.raises(InterludeError, match="add it, or name one of"):
        words.say(file, key, {}, 0)
