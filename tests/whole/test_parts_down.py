"""Each part killed with `kill -9`: what the patient gets, and that everything is caught up after."""

from __future__ import annotations

import json
import time
import urllib.request
import uuid

from support.whole import CODES, WholeClinic

from interlude import content


class Phone:
    """A patient's client without a browser: a bearer token, history by polling."""

    def __init__(self, whole: WholeClinic, code: str) -> None:
        self._whole = whole
        opened = self._call("POST", "/chat/session", {"token": code, "bearer": True}, token="")
        self._token = opened["bearer"]
        self.seen = int(self._call("GET", "/chat/history")["last_event"])

    def says(self, text: str) -> str:
        identity = str(uuid.uuid4())
        assert self._call("POST", "/chat/messages", {"id": identity, "text": text})["status"] == "received"
        return identity

    def heard(self) -> list[dict]:
        lines = self._call("GET", "/chat/history")["messages"]
        return [line for line in lines if int(line["id"]) > self.seen and line["from"] != "patient"]

    def hears(self, words: str, seconds: float = 40) -> list[dict]:
        self._whole.wait(lambda: any(words in line["text"] for line in self.heard()), f"{words!r}", seconds)
        return self.heard()

    def _call(self, method: str, path: str, body: dict | None = None, token: str | None = None) -> dict:
        request = urllib.request.Request(
            self._whole.address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token if token is None else token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)


def test_with_rasa_dead_an_emergency_gets_its_words_and_a_harmless_line_its_answer_once_later(
    whole: WholeClinic,
) -> None:
    calm, grave = Phone(whole, CODES["pat-us"]), Phone(whole, CODES["pat-gb"])
    whole.kill("rasa")
    grave.says("i am going to kill myself tonight")
    said = grave.hears("999")[0]
    assert said["kind"] == "crisis"
    whole.wait(lambda: bool(whole.receiver.pages), "the page", 20)
    calm.says("are you a real person?")
    honest = calm.hears("kept")
    assert [line["kind"] for line in honest] == ["prepared"]
    whole.start("rasa")
    calm.hears("program", 90)
    time.sleep(3)
    answers = [line for line in calm.heard() if line["kind"] == "text"]
    prefixes = content.read("wording")["prepared"]["says"]["taken_up_again"]
    late = [line for line in answers if line["text"] in prefixes]
    assert len(late) == 1, answers
    assert len([line for line in calm.heard() if line["kind"] == "prepared"]) == 1


def test_with_the_action_server_dead_nothing_is_silent_and_nothing_is_promised(whole: WholeClinic) -> None:
    phone = Phone(whole, CODES["pat-us"])
    whole.kill("actions")
    phone.says("mood 6")
    said = phone.hears("kept")
    assert "noted your mood" not in json.dumps(said)
    whole.start("actions")
    whole.wait(lambda: any("6 out of 10" in line["text"] for line in phone.heard()), "the mood is noted", 90)
    time.sleep(3)
    assert sum("6 out of 10" in line["text"] for line in phone.heard()) == 1


def test_with_the_app_killed_mid_turn_the_message_is_answered_after_the_restart(whole: WholeClinic) -> None:
    phone = Phone(whole, CODES["pat-us"])
    phone.says("hello there")
    whole.kill("app")
    whole.start("app")
    phone.hears("program", 60)
    time.sleep(2)
    assert len([line for line in phone.heard() if "program" in line["text"]]) == 1
