"""What screening promises: nothing gets past it, nothing breaks it, and it says where it looked."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlude.message import Level, Screened
from interlude.screening.rules import RiskRules
from interlude.screening.screen import Screener

SCREENER = Screener()
RISK = "I want to kill myself"


def found(text: str, known: Screened | None = None) -> Level:
    verdict = SCREENER.screen(text, known or Screened())
    assert not verdict.failed
    return verdict.level


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\n", "🙂", "مرحبا كيف حالك", "שלום", "\x00", "\x00\x01\ufffe", "\ud800", "a" * 70_000],
)
def test_nothing_in_a_text_breaks_screening(text: str) -> None:
    assert found(text) == Level.NONE


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.integers(0, 300))
def test_a_plain_statement_is_found_wherever_it_stands(noise: str, at: int) -> None:
    text = noise[:at] + "\n" + RISK + "\n" + noise[at:]
    verdict = SCREENER.screen(text)
    assert not verdict.failed
    assert verdict.level.rank >= Level.ROUTINE.rank
    assert all(0 <= one.start < one.end <= len(text) for one in verdict.evidence)


@pytest.mark.parametrize(
    "text",
    [
        "i want to k!ll mys3lf",
        "i want to KILLLLLL myself",
        "i want to k i l l m y s e l f",
        "i want to k.i.l.l myself",
        "i want to kill\u200b my\u200dself",
        "i want to kill\x00 myself",
        "i want to ki\u0301ll myself",
        "ｉ ｗａｎｔ ｔｏ ｋｉｌｌ ｍｙｓｅｌｆ",
        "i want to 𝐤𝐢𝐥𝐥 𝐦𝐲𝐬𝐞𝐥𝐟",
        "i want to кill mуsеlf",
        "iwanttokillmyself",
        "i wnat to kil myslef",
        "i want 2 kill myself",
        "i just really want to fucking kill myself",
        "I want\nto\nkill\nmyself",
        "i want to k*ll myself",
        "wanna unalive",
        "su1c1de",
        "s-u-i-c-i-d-e",
        "sui*ide",
        "suicidaaal",
        "donâ€™t want to live",
        "I don\u2019t want to live anymore",
        "im suicdal",
    ],
)
def test_a_disguise_or_a_slip_hides_nothing(text: str) -> None:
    assert found(text).alerts


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("ok then. I want to die, honestly", "want to die"),
        ("well 😔 s u i c i d e again", "s u i c i d e"),
        ("İİİ I want to die", "want to die"),
        ("I donâ€™t want to live", "donâ€™t want to live"),
        ("so su\u200bic\u200bide", "su\u200bic\u200bide"),
        ("x" * 5000 + " I want to die", "want to die"),
    ],
)
def test_evidence_points_into_the_text_as_it_was_written(text: str, quoted: str) -> None:
    assert quoted in {text[one.start : one.end] for one in SCREENER.screen(text).evidence}


def test_a_statement_at_the_end_of_a_very_long_text_is_found_in_time() -> None:
    text = "today was fine and we talked about the garden for a while " * 1100 + RISK
    start = time.perf_counter()
    verdict = SCREENER.screen(text)
    assert verdict.level.alerts
    assert verdict.evidence[0].end == len(text)
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    "text", ["killmyself" * 6000, "k i l l " * 8000, "a1" * 30_000, "'" * 60_000, "a*" * 30_000]
)
def test_a_text_made_to_be_slow_is_still_answered(text: str) -> None:
    start = time.perf_counter()
    assert not SCREENER.screen(text).failed
    assert time.perf_counter() - start < 20


def test_a_message_split_in_two_is_read_as_one() -> None:
    verdict = SCREENER.screen("do it", Screened(previous=("hello", "I'm going to")))
    assert verdict.level.alerts
    assert [(one.window, one.start, one.end) for one in verdict.evidence] == [(True, 0, 5)]
    assert found("do it") == Level.NONE


def test_a_sentence_broken_over_several_messages_is_read_as_one() -> None:
    assert found("myself", Screened(previous=("i", "want", "to", "kill"))).alerts


def test_an_earlier_message_does_not_alert_again() -> None:
    assert (
        found("thanks, talk later", Screened(previous=("I want to die", "I took all my tablets")))
        == Level.NONE
    )


def test_only_the_last_five_messages_are_joined() -> None:
    known = Screened(previous=("I'm going to", "a", "b", "c", "d", "e"))
    assert found("do it", known) == Level.NONE


def test_a_failing_screen_counts_as_urgent_and_logs_no_text(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    screener = Screener()

    def broken(*_: object) -> None:
        raise ValueError("secret words of a patient")

    monkeypatch.setattr(RiskRules, "find", broken)
    with caplog.at_level(logging.DEBUG):
        verdict = screener.screen("secret words of a patient")
    assert (verdict.level, verdict.failed) == (Level.URGENT, True)
    assert verdict.rules_version == screener.rules_version
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_many_threads_may_share_one_screener() -> None:
    texts = ["I want to die", "dead tired", "my chest hurts", "I'm not suicidal"] * 10
    alone = [SCREENER.screen(text) for text in texts]
    fresh = Screener()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fresh.screen, texts)) == alone


def test_the_version_tells_any_change_of_the_rules(tmp_path: Path) -> None:
    from shutil import copytree

    from interlude import content

    copytree(content.ROOT / "risk", tmp_path / "risk")
    assert Screener(tmp_path).rules_version == SCREENER.rules_version
    rule = tmp_path / "risk" / "methods.yml"
    rule.write_text(rule.read_text(encoding="utf-8") + "# reviewed\n", encoding="utf-8")
    assert Screener(tmp_path).rules_version != SCREENER.rules_version
    assert SCREENER.screen(RISK).rules_version == SCREENER.rules_version
