"""The clock of escalation: finds the page that is due, looks again, sends it, notes what came of it.

Any number of processes may run it; a case is claimed for a minute at a time. A process that dies after
sending and before noting repeats that page once its claim ends: the wanted direction of error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from interlude.escalation import ladder, receipt
from interlude.message import Level
from interlude.pagers.base import Alert, PageFailed, Pager, pager, parse_address
from interlude.settings import Settings
from interlude.store import audit, cases, people
from interlude.store.database import Store
from interlude.store.tables import Page

_LEASE_SECONDS = 60.0
_SEND_SECONDS = 20.0
#: When every pager failed on the last rung: nothing left, so nobody is disturbed by another try soon.
_RETRY = timedelta(seconds=60)
_log = structlog.get_logger("interlude.watch")


@dataclass(frozen=True)
class _Due:
    case_id: int
    step: int
    ladder_from: datetime
    state: str
    alert: Alert
    to: list[tuple[int | None, int, str]]


class Watch:
    """Pages what is due. `console_url` is where the link of a page leads."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        clock: Callable[[], datetime],
        console_url: str,
        make_pager: Callable[[str, Settings], Pager] = pager,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._console_url = console_url.rstrip("/")
        self._make_pager = make_pager

    async def tick(self) -> int:
        """Send every page that is due now; returns how many rungs were climbed. One case's failure
        does not keep another from its page."""
        async with self._store.begin() as db:
            await audit.beat(db, "watch", self._clock())
        async with self._store.read() as db:
            waiting = await cases.due(db, self._clock())
        climbed = 0
        for case_id in waiting:
            try:
                climbed += await self._climb(case_id)
            except Exception as error:
                _log.error("watch_failed", case=case_id, error=type(error).__name__)
        return climbed

    async def _climb(self, case_id: int) -> bool:
        due = await self._claim(case_id)
        if due is None:
            return False
        results = await asyncio.gather(*(self._send(address, due.alert) for _, _, address in due.to))
        now = self._clock()
        async with self._store.begin() as db:
            found = await cases.get(db, case_id)
            if found is None:
                return False
            await people.lock(db, found.patient_id)
            case = await cases.get(db, case_id, lock=True)
            if case is None:
                return False
            for (clinician_id, tier, address), error in zip(due.to, results, strict=True):
                await cases.add_page(
                    db,
                    Page(
                        case_id=case_id,
                        clinician_id=clinician_id,
                        tier=tier,
                        step=due.step,
                        pager=parse_address(address)[0][:20],
                        state="nobody" if clinician_id is None else ("failed" if error else "sent"),
                        at=now,
                        error=error[:200],
                    ),
                )
            sent = any(not error for error in results)
            case.lease_until = None
            case.last_page_at = now if sent else case.last_page_at
            if case.state in cases.UNACKNOWLEDGED and case.ladder_from == due.ladder_from:
                level = Level(case.level)
                last_rung = due.step + 1 >= len(ladder.RUNGS[level])
                case.step = due.step if last_rung and not sent else due.step + 1
                done = ladder.exhausted(level, due.step + 1)
                case.state = "exhausted" if done else ("paging" if sent else case.state)
                if last_rung:
                    # Rungs that failed were done ahead of their time: the repeats count from now.
                    case.next_page_at = now + (ladder.REPEAT[level] if sent else _RETRY)
                else:
                    # A rung nobody could be reached on is no reason to wait for the next one.
                    case.next_page_at = ladder.due_at(level, case.ladder_from, case.step) if sent else now
                await cases.add_move(
                    db, case, "paged" if sent else "page_failed", now, detail=f"rung {due.step}"
                )
                await db.flush()
                after = await receipt.state_of(db, case)
                if after != due.state:
                    await receipt.tell(db, case, after, now)
        return True

    async def _claim(self, case_id: int) -> _Due | None:
        now = self._clock()
        async with self._store.begin() as db:
            case = await cases.claim(db, case_id, now, _LEASE_SECONDS)
            if case is None:
                return None
            patient = await people.patient(db, case.patient_id)
            level = Level(case.level)
            step = _latest_due(level, case.ladder_from, case.step, now)
            staff = await people.clinicians(db, patient.clinic_id)
            wanted = ladder.tiers(level, step, frozenset(person.tier for person in staff))
            to: list[tuple[int | None, int, str]] = [
                (person.id, person.tier, address)
                for person in staff
                if person.tier in wanted
                for address in people.pagers_of(db, person)
            ]
            alert = Alert(case.id, level, patient.pseudonym, f"{self._console_url}/cases/{case.id}", step)
            state = await receipt.state_of(db, case)
            return _Due(case.id, step, case.ladder_from, state, alert, to or [(None, 0, "nobody:")])

    async def _send(self, address: str, alert: Alert) -> str:
        """Empty when the page left, else why it did not."""
        name, where = parse_address(address)
        if name == "nobody":
            return "Nobody stands on this rung with a way to be paged."
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                await self._make_pager(name, self._settings).send(where, alert)
        except PageFailed as failed:
            return str(failed)
        except TimeoutError:
            return "The pager did not answer in time."
        except Exception as error:
            _log.error("pager_failed", pager=name, error=type(error).__name__)
            return f"The pager failed ({type(error).__name__})."
        return ""


def _latest_due(level: Level, ladder_from: datetime, step: int, now: datetime) -> int:
    """The last rung whose time has come: after an outage the missed ones are not paged one by one."""
    last = len(ladder.RUNGS[level]) - 1
    while step < last:
        upcoming = ladder.due_at(level, ladder_from, step + 1)
        if upcoming is None or upcoming > now:
            break
        step += 1
    return step
