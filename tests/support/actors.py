"""A clinic with its people, each with verbs: what a journey is told in.

The app is the real one (real turn, screening, scripts, escalation, store); only Rasa and the pagers'
outside are played. Everything said to a patient must be heard and every page noticed: what nobody
expected fails the journey (`Clinic.closes`).
"""

from __future__ import annotations

import asyncio
import uuid
from functools import cache
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr

from interlude.app import Interlude
from interlude.escalation import desk, receipt
from interlude.escalation.watch import Watch
from interlude.message import Inbound, Level
from interlude.pagers.base import Alert
from interlude.screening.screen import Screener
from interlude.scripts.script import load as load_scripts
from interlude.settings import Settings
from interlude.store import cases, messages, people, runs
from interlude.store.database import Store
from interlude.store.messages import Line
from interlude.store.tables import Case, Page
from interlude.store.tables import Clinician as ClinicianRow
from interlude.store.tables import Patient as PatientRow
from interlude.turn import Screens, Taken
from support.clock import Clock
from support.phones import Phones
from support.rasa import FakeRasa

#: One for the run: rules and scripts are read once and never changed.
screener, scripts = cache(Screener), cache(load_scripts)
#: Tests sign in by invitation or act through the desk; nobody logs in with this.
_NO_PASSWORD = "unused"

EMERGENCY = "I'm going to kill myself tonight"
URGENT = "I want to die"
CALM = "I had a long walk today"


class Clinician:
    """Somebody who is paged and answers."""

    def __init__(self, clinic: Clinic, row: ClinicianRow, phone: str) -> None:
        self.clinic, self.row, self.phone = clinic, row, phone
        self._noticed = 0

    @property
    def name(self) -> str:
        """As patients read it."""
        return self.row.name

    def new_pages(self) -> list[Alert]:
        """What arrived since the last look."""
        came = [page.alert for page in self.clinic.phones.pages if page.address == self.phone]
        fresh, self._noticed = came[self._noticed :], len(came)
        return fresh

    def is_paged(self, level: Level | None = None) -> Alert:
        """Exactly one new page is there."""
        fresh = self.new_pages()
        assert len(fresh) == 1, f"{self.name} has {len(fresh)} new pages, not 1"
        assert level is None or fresh[0].level is level
        return fresh[0]

    def is_not_paged(self) -> None:
        """No new page."""
        assert self.new_pages() == []

    async def acknowledges(self, patient: Patient, note: str = "") -> None:
        """I have it."""
        case = await patient.case()
        await desk.acknowledge(self.clinic.store, case.id, self.row, self.clinic.clock(), note)

    async def answers(self, patient: Patient, text: str) -> None:
        """Writes to the patient."""
        await desk.answer(self.clinic.store, patient.id, self.row, text, self.clinic.clock())

    async def resolves(self, patient: Patient) -> None:
        """Closes the case."""
        case = await patient.case()
        await desk.resolve(
            self.clinic.store, case.id, self.row, self.clinic.clock(), disposition="safe_with_plan",
            summary="No plan now.", action="Called.", follow_up="Tomorrow.",
        )  # fmt: skip


class Patient:
    """Somebody who writes, taps and reads."""

    def __init__(self, clinic: Clinic, row: PatientRow) -> None:
        self.clinic, self.row, self.id = clinic, row, row.id
        self._heard = 0

    async def sends(
        self,
        text: str,
        *,
        choice: str | None = None,
        client_id: str | None = None,
        via: Interlude | None = None,
    ) -> Taken:
        """The channel hands a text to the turn; nobody has asked Rasa yet."""
        vendor_id = f"{self.id}:{client_id or uuid.uuid4()}"
        inbound = Inbound("web", vendor_id, self.id, text, self.clinic.clock(), choice)
        return await (via or self.clinic.app).turn.take(inbound)

    async def says(self, text: str, **more: Any) -> Taken:
        """Writes and waits for the answer."""
        taken = await self.sends(text, **more)
        await self.clinic.app.turn.answer(self.id)
        return taken

    async def taps(self, title: str) -> Taken:
        """Taps a button that is on the screen, known by its title."""
        lines = await self.lines()
        offered = {choice.title: choice.value for line in lines[-12:] for choice in line.choices}
        assert title in offered, f"no button '{title}' among {sorted(offered)}"
        return await self.says(title, choice=offered[title])

    async def lines(self) -> list[Line]:
        """The whole conversation."""
        async with self.clinic.store.read() as db:
            return await messages.history(db, self.id, limit=500)

    async def said_to(self) -> list[Line]:
        """What was said to the patient and not heard yet."""
        return [
            line for line in await self.lines() if line.row.author != "patient" and line.row.id > self._heard
        ]

    async def hears(self, *words: str, without: tuple[str, ...] = (), kind: str | None = None) -> Line:
        """The next thing said holds all these words (and none of those)."""
        waiting = await self.said_to()
        assert waiting, f"nothing more was said; expected {words}"
        line = waiting[0]
        self._heard = line.row.id
        for word in words:
            assert word in line.text, f"expected '{word}' in: {line.text}"
        for word in without:
            assert word not in line.text, f"did not expect '{word}' in: {line.text}"
        assert kind is None or line.row.kind == kind, f"a {line.row.kind}, not a {kind}: {line.text}"
        return line

    async def hears_nothing(self) -> None:
        """Nothing was said that was not heard yet."""
        assert [line.text for line in await self.said_to()] == []

    async def hears_anything(self) -> list[Line]:
        """Whatever was said, heard and handed back."""
        waiting = await self.said_to()
        if waiting:
            self._heard = waiting[-1].row.id
        return waiting

    async def receipt(self) -> dict[str, Any]:
        """What the widget shows of who has seen what."""
        async with self.clinic.store.read() as db:
            return await receipt.receipt(db, await people.patient(db, self.id), self.clinic.clock())

    async def case(self) -> Case:
        """The patient's newest case."""
        async with self.clinic.store.read() as db:
            found = await cases.last(db, self.id)
        assert found is not None, "there is no case"
        return found

    async def has_no_case(self) -> None:
        """Nothing was ever opened."""
        async with self.clinic.store.read() as db:
            assert await cases.last(db, self.id) is None

    async def moves(self) -> list[str]:
        """The newest case's history."""
        case = await self.case()
        async with self.clinic.store.read() as db:
            return [move.move for move, _ in await cases.moves(db, case.id)]

    async def pages(self) -> list[Page]:
        """The newest case's pages."""
        case = await self.case()
        async with self.clinic.store.read() as db:
            return await cases.pages(db, case.id)

    async def states(self) -> list[str]:
        """The states of the patient's own messages, in order."""
        return [line.row.state for line in await self.lines() if line.row.author == "patient"]

    async def script(self) -> tuple[str, str, str] | None:
        """The script being walked, or the one kept for later: (name, step, state)."""
        async with self.clinic.store.read() as db:
            row = await runs.running(db, self.id) or await runs.paused(db, self.id)
        return None if row is None else (row.script, row.step, row.state)

    async def moods(self) -> list[int]:
        """The scores noted."""
        async with self.clinic.store.read() as db:
            return [mood.score for mood, _ in await runs.moods(db, self.id)]


class Clinic:
    """The app on one store, its clinicians Ada (tier 1), Ben (2) and Cleo (3), and whoever it admits."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store, self.clock = store, clock
        self.phones = Phones()
        self.patients: list[Patient] = []
        self.settings = Settings(
            store_url="unused", keys=SecretStr(""), actions_secret=SecretStr("unused"), mode="demo"
        )

    async def opens(self, prefix: str = "") -> Clinic:
        """Write down the clinic and its clinicians; start the app. A second clinic on one store needs a
        prefix for its logins."""
        self._prefix = prefix
        async with self.store.begin() as db:
            self.row = await people.add_clinic(
                db, name="Harbour Clinic", phone="555-0142", hours="Mon-Fri 9-17", country="US",
                timezone="America/New_York",
            )  # fmt: skip
        self.ada = await self.employs("Ada", 1)
        self.ben = await self.employs("Ben", 2)
        self.cleo = await self.employs("Cleo", 3)
        self.rasa = FakeRasa(self.store, scripts())
        self.app = self.process()
        return self

    async def employs(self, name: str, tier: int, pagers: list[str] | None = None) -> Clinician:
        """One more clinician, with a phone unless told otherwise."""
        phone = f"{self._prefix}{name.lower()}"
        async with self.store.begin() as db:
            row = await people.add_clinician(
                db, self.row, [f"phone:{phone}"] if pagers is None else pagers, login=phone,
                name=f"{name} Byrne", password=_NO_PASSWORD, tier=tier,
            )  # fmt: skip
        return Clinician(self, row, phone)

    async def admits(
        self, name: str = "Robin", country: str | None = "US", timezone: str = "America/New_York"
    ) -> Patient:
        """One more patient."""
        async with self.store.begin() as db:
            row = await people.add_patient(
                db, self.row, self.clock(), name, pseudonym=f"heron-{len(self.patients)}", country=country,
                timezone=timezone,
            )  # fmt: skip
        patient = Patient(self, row)
        self.patients.append(patient)
        return patient

    def process(self, *, screens: Screens | None = None, rasa: FakeRasa | None = None) -> Interlude:
        """One more process of the app on the same store."""
        with patch("interlude.app.load_scripts", scripts):
            made = Interlude(
                self.settings,
                self.store,
                clock=self.clock,
                dialogue=rasa or self.rasa,
                screener=screens or screener(),
            )
        made.watch = Watch(
            self.store, self.settings, self.clock, "http://clinic.test/console", self.phones.make_pager
        )
        return made

    async def ticks(self, *, minutes: float = 0, seconds: float = 0) -> int:
        """Let time pass, then one round of the escalation clock; returns how many rungs were climbed."""
        self.clock.passes(minutes=minutes, seconds=seconds)
        return await self.app.watch.tick()

    async def resumes(self, *, seconds: float = 0) -> int:
        """Let time pass, then one round of taking up what was never answered."""
        self.clock.passes(seconds=seconds)
        return await self.app.turn.resume()

    async def closes(self) -> None:
        """Everything said was heard, and every page noticed."""
        await asyncio.gather(*(patient.hears_nothing() for patient in self.patients))
        for clinician in (self.ada, self.ben, self.cleo):
            clinician.is_not_paged()


async def in_an_emergency(clinic: Clinic) -> Patient:
    """A patient who wrote an emergency and heard the crisis words."""
    patient = await clinic.admits()
    await patient.says(EMERGENCY)
    await patient.hears("911", kind="crisis")
    await patient.hears_nothing()
    return patient
