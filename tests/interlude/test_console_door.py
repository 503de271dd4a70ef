"""Who gets into the console, and which forms it believes."""

# Fixtures are imported by name, which looks to the linter like unused and redefined names.
# ruff: noqa: F401, F811

from __future__ import annotations

from datetime import timedelta

import pytest
from console_fixtures import NOON, PASSWORD, Browser, Open, World, ada, open_browser, world

from interlude.console.routes import console
from interlude.message import Level


async def test_without_a_log_in_every_page_leads_to_the_log_in_and_then_back(
    world: World, open_browser: Open
):
    browser = await open_browser()
    status, _ = await browser.get(f"/console/patients/{world.patient.id}")
    assert status == 303
    assert browser.last.headers["Location"] == f"/console/login?next=/console/patients/{world.patient.id}"
    wanted = f"/console/patients/{world.patient.id}"
    status, _ = await browser.post("/console/login", login="ada", password=PASSWORD, next=wanted)
    assert (status, browser.last.headers.get("Location")) == (303, wanted)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/console/\\evil", "/chat/", "/console/\nx"]
)
async def test_the_log_in_never_leads_out_of_the_console(open_browser: Open, elsewhere: str):
    browser = await open_browser()
    await browser.post("/console/login", login="ada", password=PASSWORD, next=elsewhere)
    assert browser.last.headers["Location"] == "/console/"


async def test_a_wrong_password_and_an_unknown_login_are_refused_alike_and_noted(
    world: World, open_browser: Open
):
    browser = await open_browser()
    status, wrong = await browser.post("/console/login", login="ada", password="not it")
    unknown_status, unknown = await browser.post("/console/login", login="nobody", password=PASSWORD)
    assert status == unknown_status == 401
    assert "Login or password is wrong." in wrong
    assert wrong.replace('value="ada"', "") == unknown.replace('value="nobody"', "")
    assert "interlude_console" not in browser.last.cookies
    assert [deed[:2] for deed in await world.deeds()] == [
        ("log_in_refused", world.ada.id),
        ("log_in_refused", None),
    ]


async def test_after_five_wrong_passwords_even_the_right_one_waits_but_others_still_get_in(
    world: World, open_browser: Open
):
    browser = await open_browser()
    for _ in range(5):
        assert await browser.log_in("ada", "wrong") == 401
    assert await browser.log_in("ada") == 429
    assert int(browser.last.headers["Retry-After"]) == 900
    assert await browser.log_in("ada") == 429
    assert await browser.log_in("ben") == 303
    assert [deed[0] for deed in await world.deeds()].count("log_in_barred") == 1


async def test_the_session_cookie_is_unreadable_to_scripts_and_bound_to_the_console(open_browser: Open):
    browser = await open_browser()
    await browser.post("/console/login", login="ada", password=PASSWORD)
    cookie = browser.last.cookies["interlude_console"]
    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("Strict", "/console", "")


async def test_over_https_the_cookie_is_secure_and_forms_from_plain_pages_are_refused(
    world: World, aiohttp_client
):
    client = await aiohttp_client(console(world.store, world.clock, secure=True))
    data, host = {"login": "ada", "password": PASSWORD}, f"{client.host}:{client.port}"
    plain = await client.post(
        "/login", data=data, headers={"Origin": f"http://{host}"}, allow_redirects=False
    )
    assert plain.status == 403
    secure = await client.post(
        "/login", data=data, headers={"Origin": f"https://{host}"}, allow_redirects=False
    )
    assert secure.status == 303
    assert secure.cookies["interlude_console"]["secure"] is True
    assert secure.headers["Strict-Transport-Security"]


async def test_an_hour_without_use_logs_off_and_a_page_left_open_does_not_count_as_use(
    world: World, ada: Browser
):
    for _ in range(11):
        world.now += timedelta(minutes=5)
        assert (await ada.get("/console/live"))[0] == 200
        assert (await ada.get("/console/alive"))[0] == 204
    world.now += timedelta(minutes=6)
    assert (await ada.get("/console/live"))[0] == 401
    assert (await ada.get("/console/"))[0] == 303


async def test_use_keeps_a_session_alive_until_the_working_day_is_over(world: World, ada: Browser):
    for _ in range(11):
        world.now += timedelta(minutes=54)
        assert (await ada.get("/console/"))[0] == 200
    world.now += timedelta(minutes=54)
    assert (await ada.get("/console/"))[0] == 303


async def test_logging_out_ends_the_session_in_the_database_too(world: World, ada: Browser):
    stolen = {c.key: c.value for c in ada.client.session.cookie_jar}
    assert (await ada.post("/console/logout"))[0] == 303
    assert (await ada.get("/console/", cookies=stolen))[0] == 303
    assert [deed[0] for deed in await world.deeds()][-1] == "log_out"


async def test_a_clinician_who_left_is_out_at_once(world: World, ada: Browser):
    async with world.store.begin() as db:
        (await db.get_one(type(world.ada), world.ada.id)).active = False
    assert (await ada.get("/console/"))[0] == 303


async def test_every_form_without_the_session_s_token_is_refused_and_changes_nothing(
    world: World, ada: Browser
):
    await world.hears(world.patient, "I have the pills here", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.patient)
    forms = [route for route in console(world.store, world.clock, secure=False).router.routes()
             if route.method == "POST" and route.resource.canonical != "/login"]  # fmt: skip
    assert len(forms) >= 6
    for route in forms:
        path = route.resource.canonical.format(case_id=case.id, patient_id=world.patient.id)
        for token in ("", "guessed", "é"):
            status, text = await ada.post(
                f"/console{path}", csrf=token, text="What I typed", summary="My words"
            )
            assert status == 403, path
            assert "What I typed" in text
            assert "My words" in text
    assert (await world.case_of(world.patient)).state == "open"
    assert (await ada.get("/console/"))[0] == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
async def test_a_form_from_another_site_or_from_nowhere_is_refused(
    world: World, ada: Browser, origin: str | None
):
    await world.hears(world.patient, "I have the pills here", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.patient)
    assert (await ada.post(f"/console/cases/{case.id}/acknowledge", origin=origin))[0] == 403
    assert (await ada.post("/console/login", origin=origin, login="ada", password=PASSWORD))[0] == 403
    assert (await world.case_of(world.patient)).state == "open"


async def test_what_was_typed_comes_back_when_the_session_ended_meanwhile(world: World, ada: Browser):
    await world.hears(world.patient, "I have the pills here", level=Level.EMERGENCY, quote="pills")
    case = await world.case_of(world.patient)
    world.now = NOON + timedelta(hours=2)
    status, text = await ada.post(f"/console/cases/{case.id}/answer", text="A long and careful answer")
    assert status == 401
    assert "A long and careful answer" in text


async def test_a_link_opened_from_web_mail_asks_again_so_that_the_browser_sends_its_cookie(
    open_browser: Open,
):
    browser = await open_browser()
    status, text = await browser.get("/console/cases/1", headers={"Sec-Fetch-Site": "cross-site"})
    assert status == 200
    assert '<meta http-equiv="refresh" content="0">' in text


async def test_every_answer_carries_a_strict_policy_and_is_kept_by_no_cache(ada: Browser):
    for path in ("/console/", "/console/login", "/console/cases/99", "/console/static/console.css"):
        await ada.get(path)
        headers = ada.last.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == ("no-cache" if "static" in path else "no-store")
