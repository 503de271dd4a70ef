"""The command line: `python -m interlude COMMAND`."""

from __future__ import annotations

import argparse
import sys

from interlude.message import InterludeError


def parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    top = argparse.ArgumentParser(prog="interlude", description="Between ketamine-assisted sessions.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="start everything on this machine, with the demo clinic when empty")
    commands.add_parser("serve", help="serve patients and clinicians")
    commands.add_parser("actions", help="serve custom actions to Rasa")
    commands.add_parser("train", help="train the dialogue model if it is stale")
    talk = commands.add_parser("talk", help="a conversation in the terminal, through the real turn")
    talk.add_argument("--json", action="store_true", help="one patient text a line in, one JSON object out")
    talk.add_argument("--phase", default="between")
    talk.add_argument("--country", default="US")
    talk.add_argument("--date", help="the day and time it is to be, in ISO form")
    screen = commands.add_parser("screen", help="text lines in, verdicts out")
    screen.add_argument("--json", action="store_true")
    evaluate = commands.add_parser("eval", help="judge an evaluation file")
    evaluate.add_argument("kind", choices=["risk", "intents"])
    evaluate.add_argument("file")
    evaluate.add_argument("--json", action="store_true")
    content = commands.add_parser("content", help="content/")
    content.add_argument("what", choices=["check"])
    clinician = commands.add_parser("clinician", help="clinicians").add_subparsers(dest="what", required=True)
    add = clinician.add_parser("add")
    add.add_argument("login")
    add.add_argument("--name", required=True)
    add.add_argument("--tier", type=int, default=1)
    add.add_argument("--pager", action="append", default=[], help="log:  email:a@b.example  apprise:URL")
    patient = commands.add_parser("patient", help="patients").add_subparsers(dest="what", required=True)
    add = patient.add_parser("add")
    add.add_argument("pseudonym")
    add.add_argument("--country", required=True)
    add.add_argument("--timezone", required=True)
    add.add_argument("--name")
    patient.add_parser("invite").add_argument("pseudonym")
    session = patient.add_parser("session", help="note the time of a ketamine session")
    session.add_argument("pseudonym")
    session.add_argument("at", help="ISO time, local to the patient unless it says otherwise")
    medical = patient.add_parser("medical", help="set the medical screen's yes and not-sure answers")
    medical.add_argument("pseudonym")
    medical.add_argument("answers", nargs="*")
    clinic = commands.add_parser("clinic", help="the clinic").add_subparsers(dest="what", required=True)
    add = clinic.add_parser("add")
    for field in ("name", "phone", "hours", "country", "timezone"):
        add.add_argument(f"--{field}", required=True)
    return top


def main(arguments: list[str] | None = None) -> int:  # noqa: PLR0911, PLR0912 - one return for each command
    """Run one command; an Interlude error is one sentence on standard error and status 1."""
    given = parser().parse_args(arguments)
    try:
        # Each command imports what it needs: `screen` must not wait for the web server's libraries.
        if given.command == "run":
            from interlude.commands.running import run

            return run()
        if given.command in ("serve", "actions"):
            from interlude.commands.serve import serve, serve_actions

            (serve if given.command == "serve" else serve_actions)()
            return 0
        if given.command == "train":
            from interlude.commands.training import train
            from interlude.settings import read_settings

            print(train(read_settings().models))
            return 0
        if given.command == "talk":
            from interlude.commands.talking import talk

            return talk(given.json, given.phase, given.country, given.date)
        if given.command == "screen":
            from interlude.commands.talking import screen

            return screen(given.json)
        if given.command == "eval":
            from interlude.commands.evaluating import evaluate

            return evaluate(given.kind, given.file, given.json)
        if given.command == "content":
            from interlude.commands.running import check_content

            print(f"{check_content()} content files are good.")
            return 0
        from interlude.commands import clinic

        if given.command == "clinician":
            return clinic.add_clinician(given.login, given.name, given.tier, given.pager)
        if given.command == "clinic":
            return clinic.add_clinic(given.name, given.phone, given.hours, given.country, given.timezone)
        if given.what == "session":
            return clinic.add_session(given.pseudonym, given.at)
        if given.what == "medical":
            return clinic.set_medical(given.pseudonym, given.answers)
        if given.what == "invite":
            return clinic.invite(given.pseudonym)
        return clinic.add_patient(given.pseudonym, given.country, given.timezone, given.name)
    except InterludeError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
