"""Promises of the crisis card: whom a patient is told to call, and when."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from interlude.content import ROOT, ContentError
from interlude.escalation.directory import LANGUAGES, card, untested
from interlude.message import InterludeError

COUNTRIES = [
    "US", "CA", "MX", "BR", "AR", "CL", "CO", "PE", "UY", "GB", "IE", "FR", "DE", "AT", "CH",
    "NL", "BE", "LU", "ES", "PT", "IT", "GR", "DK", "NO", "SE", "FI", "IS", "PL", "CZ", "HU",
    "UA", "TR", "IL", "LB", "AE", "SA", "EG", "ZA", "NG", "KE", "GH", "IN", "PK", "BD", "LK",
    "CN", "HK", "TW", "JP", "KR", "SG", "MY", "PH", "ID", "TH", "AU", "NZ",
]  # fmt: skip

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def at(clock: str) -> datetime:
    """A Monday in winter, at a UTC time."""
    return datetime.fromisoformat(f"2026-11-23T{clock}:00+00:00")


def numbers(found) -> list[str]:
    return [line.number for line in found.lines]


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of the crisis files that a test may change."""
    shutil.copytree(ROOT / "crisis", tmp_path / "content" / "crisis")
    return tmp_path / "content"


def edit(content: Path, country: str, **line) -> None:
    path = content / "crisis" / f"{country}.yml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    found["lines"][0].update(line)
    path.write_text(yaml.safe_dump(found), encoding="utf-8")


def test_every_country_of_the_list_has_a_card_of_its_own_and_no_other_file_is_there():
    assert sorted(path.stem for path in (ROOT / "crisis").glob("*.yml")) == sorted([*COUNTRIES, "ZZ"])
    assert [card(code, NOON, None).country for code in COUNTRIES] == COUNTRIES


@pytest.mark.parametrize("code", COUNTRIES)
def test_a_card_starts_with_a_number_to_dial_and_ends_with_the_directories(code):
    shown = json.loads(json.dumps(card(code, NOON, "UTC").as_json()))
    assert list(shown) == ["emergency", "lines", "directories"]
    assert shown["emergency"]["tel"].isdigit()
    assert shown["emergency"]["number"].split(" ")[0] == shown["emergency"]["tel"]
    assert [site["name"] for site in shown["directories"]][-2:] == ["findahelpline.com", "befrienders.org"]


@pytest.mark.parametrize("code", COUNTRIES)
def test_every_line_can_be_called_or_texted_and_its_language_has_a_name(code):
    found = card(code, NOON, "UTC")
    for line in (*found.lines, *found.specialised):
        assert line.tel or line.sms
        assert set(line.languages) <= set(LANGUAGES)
        dialled = (line.tel or line.sms).lstrip("*#")
        assert line.number.split(",")[0].replace("-", "").replace(" ", "").lstrip("*#") == dialled


@pytest.mark.parametrize("hour", ["02:00", "10:00", "19:30"])
@pytest.mark.parametrize("code", COUNTRIES)
def test_no_uncertain_or_closed_line_is_ever_the_one_a_sentence_names(code, hour):
    found = card(code, at(hour), "UTC")
    for line in found.lines:
        if line.certainty == "C" or line.open is False:
            assert f"{line.number} (" not in found.line_words
    ranks = [{True: 0, None: 1, False: 2}[line.open] for line in found.lines]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("code", ["DK", "TR", "AE", "SA", "EG", "NG", "KE", "GH", "PK", "BD"])
def test_where_every_line_is_uncertain_a_sentence_names_the_directory(code):
    found = card(code, NOON, "UTC")
    assert found.line_words == "findahelpline.com"
    assert not any(line.certain for line in found.lines)
    assert not any(line["certain"] for line in found.as_json()["lines"])


def test_no_number_is_made_up_where_the_list_has_none():
    assert card("TR", NOON, None).lines == ()
    assert card("BD", NOON, None).lines == ()


def test_italy_at_two_in_the_night_does_not_show_its_day_line_as_open():
    night = card("IT", at("01:00"), "Europe/Rome")
    assert [line.open for line in night.lines] == [False]
    assert night.line_words == "findahelpline.com"


@pytest.mark.parametrize(
    ("clock", "is_open"), [("07:59", False), ("08:00", True), ("22:59", True), ("23:00", False)]
)
def test_italy_opens_at_nine_and_closes_at_midnight_by_the_clock_in_rome(clock, is_open):
    assert card("IT", at(clock), "Europe/Rome").lines[0].open is is_open


@pytest.mark.parametrize(
    ("clock", "first"),
    [("16:59", "143"), ("17:00", "0800 143 000"), ("21:59", "0800 143 000"), ("22:00", "143")],
)
def test_switzerland_offers_english_speakers_the_english_line_while_it_is_open(clock, first):
    assert numbers(card("CH", at(clock), "Europe/Zurich"))[0] == first


def test_switzerland_offers_french_speakers_the_french_line_at_any_hour():
    evening = card("CH", at("18:00"), "Europe/Zurich", language="fr")
    assert numbers(evening) == ["143", "0800 143 000"]
    assert evening.line_words == "143 (call, any time)"


def test_a_line_in_a_language_the_patient_does_not_read_says_so():
    assert card("FR", NOON, None).line_words == "3114 (call, any time, in French)"
    assert card("FR", NOON, None, language="fr").line_words == "3114 (call, any time)"


def test_malaysia_at_night_puts_the_closed_line_last():
    assert numbers(card("MY", at("18:00"), "Asia/Kuala_Lumpur")) == ["03-7627 2929", "15555"]
    assert card("MY", at("18:00"), "Asia/Kuala_Lumpur").lines[1].open is False


def test_the_united_states_offer_988_and_spanish_speakers_its_spanish_option():
    assert card("US", NOON, None).line_words == "988 (call or text, any time)"
    spanish = card("US", NOON, None, language="es")
    assert spanish.line_words == "988, press 2 (call or text AYUDA, any time)"
    assert spanish.lines[0].tel == "988"


def test_the_ended_option_for_young_lgbtq_people_is_not_offered():
    shown = card("US", NOON, None)
    assert not [line for line in (*shown.lines, *shown.specialised) if "press 3" in line.number]


def test_only_a_country_with_a_poison_line_names_one():
    assert card("US", NOON, None).poison_line == "1-800-222-1222"
    assert [code for code in COUNTRIES if card(code, NOON, None).poison_line] == ["US"]


@pytest.mark.parametrize("country", [None, "", "XX", "ZZ", "FJ", "nowhere"])
def test_an_unknown_country_gets_words_and_directories_and_never_another_countrys_number(country):
    found = card(country, NOON, "America/New_York")
    assert found.emergency_number == "your local emergency number (112 in the EU)"
    assert found.emergency_tel is None
    assert found.lines == found.specialised == ()
    assert [site.name for site in found.directories] == ["findahelpline.com", "befrienders.org"]
    assert "988" not in json.dumps(found.as_json())
    assert "911" not in json.dumps(found.as_json())


def test_a_country_code_counts_in_small_letters_too():
    assert card("it", NOON, None).country == "IT"


@pytest.mark.parametrize("timezone", [None, "", "Mars/Base", "../etc", "Europe"])
def test_without_a_usable_time_zone_a_line_with_limited_hours_is_not_called_open(timezone):
    found = card("IT", NOON, timezone)
    assert found.lines[0].open is None
    assert found.line_words.endswith(" or findahelpline.com")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(InterludeError, match="time zone"):
        card("IT", datetime(2026, 11, 23, 12), "Europe/Rome")  # noqa: DTZ001


def test_lines_that_share_one_need_are_kept_apart_from_the_lines_for_anyone():
    found = card("US", NOON, None)
    topics = {line.topic for line in found.specialised}
    assert {"veterans", "poison", "domestic_violence", "sexual_assault", "substance_use"} <= topics
    assert {line.topic for line in found.lines} == {""}


def test_the_start_up_check_can_name_every_line_nobody_has_ring_tested(content):
    edit(content, "FR", verified_on="2026-09-01")
    assert untested("FR", NOON, content) == ()
    assert untested("IT", NOON, content) == ("02 2327 2327",)


def test_a_ring_test_runs_out_after_ninety_days_and_then_the_directory_comes_first(content):
    edit(content, "FR", verified_on="2026-09-01")
    last_day = datetime(2026, 11, 30, 12, tzinfo=UTC)
    day_after = datetime(2026, 12, 1, 12, tzinfo=UTC)
    assert card("FR", last_day, None, "fr", content).line_words == "3114 (call, any time)"
    assert card("FR", day_after, None, "fr", content).line_words == (
        "findahelpline.com or 3114 (call, any time)"
    )
    assert untested("FR", day_after, content) == ("3114",)


@pytest.mark.parametrize(
    ("clock", "is_open"),
    [("2026-11-20T21:59", False), ("2026-11-20T22:00", True), ("2026-11-21T05:59", True),
     ("2026-11-21T06:00", False), ("2026-11-21T23:00", False), ("2026-11-20T03:00", False)],
)  # fmt: skip
def test_a_window_over_midnight_belongs_to_the_day_it_starts_on(content, clock, is_open):
    edit(content, "FR", hours=[{"days": ["fri"], "from": "22:00", "to": "06:00"}])
    now = datetime.fromisoformat(clock).replace(tzinfo=UTC)
    assert card("FR", now, "UTC", root=content).lines[0].open is is_open


def test_a_file_with_a_slip_is_refused_with_its_name_and_place(content):
    edit(content, "FR", certainty="D")
    with pytest.raises(ContentError, match=r"FR\.yml, at lines/0/certainty"):
        card("FR", NOON, None, root=content)


def test_without_the_file_for_everywhere_else_nothing_starts(content):
    (content / "crisis" / "ZZ.yml").unlink()
    with pytest.raises(ContentError, match=r"ZZ\.yml is missing"):
        card("FR", NOON, None, root=content)
