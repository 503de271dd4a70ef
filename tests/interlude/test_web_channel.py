"""The patients' API under /chat, through the whole web application on a real socket."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from support.actors import CALM, EMERGENCY, Clinic, Patient
from support.web import Browser, Opens, invited, is_problem

from interlude.app import web_app
from interlude.channels.web import COOKIE, LONGEST


async def test_an_invitation_opens_a_session(browser: Browser, clinic: Clinic, patient: Patient) -> None:
    response = await browser.signs_in(await invited(clinic, patient))
    assert response.status == 200
    body = await response.json()
    assert body["name"] == "Robin"
    assert body["crisis"]["emergency"]["number"] == "911"
    assert body["case"]["state"] == "none"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/chat"} <= set(cookie.split("; "))
    assert (await browser.client.get("/chat/session")).status == 200


async def test_behind_https_the_cookie_is_secure(clinic: Clinic, patient: Patient) -> None:
    clinic.settings.web.public_url = "https://clinic.test"
    async with TestClient(TestServer(web_app(clinic.process(), clocks=False))) as client:
        response = await client.post("/chat/session", json={"token": await invited(clinic, patient)})
        assert "Secure" in response.headers["Set-Cookie"]


async def test_a_code_that_is_wrong_used_or_expired_lets_nobody_in(
    browser: Browser, clinic: Clinic, patient: Patient
) -> None:
    await is_problem(await browser.signs_in("abcd-abcd-abcd-abcd"), 401)
    code = await invited(clinic, patient)
    assert (await browser.signs_in(code)).status == 200
    await is_problem(await browser.signs_in(code), 401)
    late = await invited(clinic, patient, days=2)
    clinic.clock.passes(days=2, seconds=1)
    await is_problem(await browser.signs_in(late), 401)
    for nothing in ("", "  ", "x" * 201, 7, None):
        await is_problem(await browser.client.post("/chat/session", json={"token": nothing}), 422)


async def test_guessing_codes_is_slowed_down(browser: Browser) -> None:
    statuses = [(await browser.signs_in(f"guess-{number}")).status for number in range(25)]
    assert statuses == [401] * 20 + [429] * 5


async def test_without_a_session_nothing_is_shown_or_taken(browser: Browser) -> None:
    for path in ("/chat/session", "/chat/history", "/chat/events"):
        await is_problem(await browser.client.get(path), 401)
    await is_problem(await browser.sends("hello"), 401)


async def test_a_session_ends_with_its_time_and_with_signing_out(
    signed_in: Browser, clinic: Clinic, patient: Patient
) -> None:
    clinic.clock.passes(days=14, seconds=-1)
    assert (await signed_in.client.get("/chat/session")).status == 200
    clinic.clock.passes(seconds=1)
    await is_problem(await signed_in.client.get("/chat/session"), 401)
    assert (await signed_in.signs_in(await invited(clinic, patient))).status == 200
    assert (await signed_in.client.delete("/chat/session")).status == 204
    await is_problem(await signed_in.client.get("/chat/session"), 401)


async def test_signing_out_ends_the_session_itself_not_only_the_cookie(
    browser: Browser, clinic: Clinic, patient: Patient
) -> None:
    code = await invited(clinic, patient)
    signed = await browser.client.post("/chat/session", json={"token": code, "bearer": True})
    bearer = {"Authorization": f"Bearer {(await signed.json())['bearer']}"}
    assert "Set-Cookie" not in signed.headers
    assert (await browser.client.get("/chat/session", headers=bearer)).status == 200
    assert (await browser.client.delete("/chat/session", headers=bearer)).status == 204
    await is_problem(await browser.client.get("/chat/session", headers=bearer), 401)


async def test_a_message_is_acknowledged_and_answered(signed_in: Browser) -> None:
    client_id = str(uuid.uuid4())
    response = await signed_in.sends(CALM, client_id)
    assert response.status == 202
    assert (await response.json())["id"] == client_id
    said = (await signed_in.history())["messages"]
    assert [(line["from"], line["text"]) for line in said] == [
        ("patient", CALM), ("interlude", f"You said: {CALM}")
    ]  # fmt: skip
    assert said[0]["client_id"] == client_id


async def test_the_same_message_again_gets_the_same_answer_and_changes_nothing(signed_in: Browser) -> None:
    client_id = str(uuid.uuid4())
    bodies = []
    for _ in range(3):
        response = await signed_in.sends(CALM, client_id)
        assert response.status == 202
        bodies.append({**await response.json(), "state": "-"})
    assert bodies[0] == bodies[1] == bodies[2]
    assert len((await signed_in.history())["messages"]) == 2


async def test_two_patients_with_the_same_id_are_both_heard(
    signed_in: Browser, opens: Opens, clinic: Clinic
) -> None:
    other, stranger = await opens(), await clinic.admits("Sasha")
    await other.signs_in(await invited(clinic, stranger))
    client_id = str(uuid.uuid4())
    await signed_in.sends("mine", client_id)
    await other.sends("theirs", client_id)
    assert [line["text"] for line in (await signed_in.history())["messages"]] == ["mine", "You said: mine"]
    assert [line["text"] for line in (await other.history())["messages"]] == ["theirs", "You said: theirs"]


async def test_64_kb_are_taken_and_more_is_refused(signed_in: Browser) -> None:
    assert (await signed_in.sends("x" * LONGEST)).status == 202
    await is_problem(await signed_in.sends("x" * (LONGEST + 1)), 413)
    await is_problem(await signed_in.sends("é" * (LONGEST // 2 + 1)), 413)
    await is_problem(await signed_in.sends("x" * (5 * LONGEST)), 413)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"\xff\xfe", 400),
        (b"[]", 400),
        (b"7", 400),
        (b"{}", 422),
        (b'{"id": "1", "text": "hi"}', 422),
        (b'{"id": "5f0c1a52-0000-4000-8000-000000000000"}', 422),
        (b'{"id": "5f0c1a52-0000-4000-8000-000000000000", "text": 7}', 422),
        (b'{"id": "5f0c1a52-0000-4000-8000-000000000000", "text": "  "}', 422),
        (b'{"id": "5f0c1a52-0000-4000-8000-000000000000", "text": "a", "choice": []}', 422),
        (b"[" * 100_000, 400),
    ],
)
async def test_what_is_no_message_is_refused_with_the_mend(
    signed_in: Browser, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    await is_problem(await signed_in.client.post("/chat/messages", data=body, headers=headers), status)
    assert (await signed_in.history())["messages"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_cannot_write(signed_in: Browser, headers: dict[str, str]) -> None:
    body = {"id": str(uuid.uuid4()), "text": EMERGENCY}
    await is_problem(await signed_in.client.post("/chat/messages", json=body, headers=headers), 403)
    await is_problem(await signed_in.client.delete("/chat/session", headers=headers), 403)
    assert (await signed_in.history())["messages"] == []


async def test_our_own_page_can_write(signed_in: Browser) -> None:
    own = str(signed_in.client.make_url("/")).rstrip("/")
    body = {"id": str(uuid.uuid4()), "text": CALM}
    response = await signed_in.client.post("/chat/messages", json=body, headers={"Origin": own})
    assert response.status == 202
    await signed_in.clinic.app.settle()


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/chat/nothing"), ("PUT", "/chat/messages"), ("GET", "/chat/x.js")]
)
async def test_every_error_is_a_problem(browser: Browser, method: str, path: str) -> None:
    response = await browser.client.request(method, path)
    await is_problem(response, 405 if method == "PUT" else 404)


async def test_every_page_carries_a_content_policy(browser: Browser) -> None:
    for path in ("/chat/", "/chat/session", "/chat/nothing"):
        response = await browser.client.get(path)
        assert "default-src 'none'" in response.headers["Content-Security-Policy"], path
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
    assert (await browser.client.get("/", allow_redirects=False)).headers["Location"] == "/chat/"


async def test_history_pages_back_to_the_beginning(signed_in: Browser, patient: Patient) -> None:
    for number in range(60):
        await patient.sends(f"message {number}")
    newest = await signed_in.history()
    assert [line["text"] for line in newest["messages"]] == [f"message {number}" for number in range(10, 60)]
    assert newest["more"] is True
    older = await signed_in.history(before=newest["messages"][0]["id"])
    assert [line["text"] for line in older["messages"]] == [f"message {number}" for number in range(10)]
    assert older["more"] is False
    await is_problem(await signed_in.client.get("/chat/history", params={"before": "x"}), 422)


async def test_healthz_says_when_the_watch_has_stopped(browser: Browser, clinic: Clinic) -> None:
    never = await browser.client.get("/healthz")
    assert (never.status, (await never.json())["status"]) == (503, "watch is late")
    await clinic.ticks()
    assert (await browser.client.get("/healthz")).status == 200
    clinic.clock.passes(seconds=60)
    assert (await browser.client.get("/healthz")).status == 200
    clinic.clock.passes(seconds=1)
    late = await browser.client.get("/healthz")
    assert (late.status, (await late.json())["status"]) == (503, "watch is late")


async def test_readyz_says_whether_a_turn_would_work(browser: Browser, clinic: Clinic) -> None:
    assert (await browser.client.get("/readyz")).status == 200
    clinic.rasa.silent = True
    assert (await browser.client.get("/readyz")).status == 503


async def test_the_clocks_run_with_the_app_and_page_without_being_asked(
    clinic: Clinic, patient: Patient
) -> None:
    await patient.sends(EMERGENCY)
    paged = asyncio.Event()
    send = clinic.phones.send

    async def note(*given: Any) -> None:
        await send(*given)
        paged.set()

    clinic.phones.send = note  # type: ignore[method-assign]
    async with TestClient(TestServer(web_app(clinic.app))), asyncio.timeout(20):
        await paged.wait()
    clinic.ada.is_paged()
    await patient.hears_anything()
    assert clinic.clock() - patient.row.created_at < timedelta(seconds=1)
