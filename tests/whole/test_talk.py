"""A conversation through standard input: the real turn, the real Rasa, the real actions."""

from __future__ import annotations

import json
import re
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode

from support.whole import PASSWORD, WholeClinic

RECORD = [
    "i want to look at a thought that keeps bugging me",
    "yes",
    "my boss walked past me this morning without a word",
    "sad 70, anxious 60",
    "she thinks im useless",
    "80",
    "skip",
    "mind reading",
    "she did not look at me",
    "she was on the phone and late",
    "she might have had her head full",
    "even though she walked past, it is also true that she was on a call",
    "60",
    "40",
    "30",
    "35",
    "i say hello to her tomorrow at nine by the lift",
    "nothing much, maybe i oversleep",
    "8",
    "keep it",
]
BREATHING = ["can we do the slow breathing one", "55", "done", "30"]
MOOD = ["mood 4 today"]


def test_a_thought_record_an_exercise_and_a_mood_go_from_first_word_to_the_console(
    whole: WholeClinic,
) -> None:
    said = talk(whole, [*RECORD, *BREATHING, *MOOD])
    text = "\n".join(reply["text"] for line in said for reply in line["replies"])
    assert all(line["replies"] for line in said), [line["say"] for line in said if not line["replies"]]
    assert all(line["case"] is None for line in said), [line for line in said if line["case"]]
    summary = next(line for line in said if "Before" in shown(line) or "before" in shown(line))
    assert {"80", "35"} <= set(re.findall(r"\d+", shown(summary))), shown(summary)
    # The patient's own thought is there again at the later steps.
    quoting = [line for line in said if "she thinks im useless" in shown(line)]
    assert len(quoting) >= 8
    assert "4 out of 10" in text
    page = console_page(whole, said_by(whole))
    assert re.search(r"<td[^>]*>\s*4\s*</td>", page), "the mood is not in the console's table"


def test_stop_back_and_a_question_in_the_middle_are_heard_at_any_step(whole: WholeClinic) -> None:
    said = talk(
        whole,
        [
            "help me reframe something",
            "yes",
            "are you a real person?",
            "i sat alone at lunch",
            "back",
            "i sat alone at lunch on monday",
            "stop",
            "keep",
            "resume",
        ],
    )
    asked, digressed = shown(said[1]), shown(said[2])
    assert "program" in digressed
    # The open question is asked again, once, after the digression.
    assert asked.count("camera") == digressed.count("camera") == 1, digressed
    assert "i sat alone at lunch" in shown(said[4])
    assert "feel" in shown(said[-1])


def test_rubbish_on_standard_input_gets_an_answer_each(whole: WholeClinic) -> None:
    rubbish = ["/restart", "/session_start", "🫠🫠🫠", "a" * 9000, "'; drop table patients; --", "مرحبا", "7"]
    said = talk(whole, rubbish)
    assert [bool(line["replies"]) for line in said] == [True] * len(rubbish)


def talk(whole: WholeClinic, lines: list[str]) -> list[dict]:
    done = whole.python("talk", "--json", given="\n".join(lines) + "\n")
    assert done.returncode == 0, done.stderr[-2000:]
    whole.talked = re.search(r"talk-[0-9a-f]+", done.stderr).group()  # type: ignore[attr-defined, union-attr]
    return [json.loads(line) for line in done.stdout.splitlines()]


def said_by(whole: WholeClinic) -> str:
    return whole.talked  # type: ignore[attr-defined, no-any-return]


def shown(line: dict) -> str:
    return "\n".join(reply["text"] for reply in line["replies"])


def console_page(whole: WholeClinic, pseudonym: str) -> str:
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    opener.addheaders = [("Origin", whole.address)]
    fields = urlencode({"login": "ada", "password": PASSWORD}).encode()
    opener.open(f"{whole.address}/console/login", fields)
    patients = opener.open(f"{whole.address}/console/patients").read().decode()
    link = re.search(rf'href="(/console/patients/[0-9a-f-]+)"[^>]*>\s*{pseudonym}', patients)
    assert link, patients[:2000]
    return opener.open(whole.address + link.group(1)).read().decode()
