"""Reads texts through the newest model, without a server: JSON lines in, JSON lines out.

    .venv-rasa/bin/python -m components.parse --model models/ < texts.jsonl

A line in holds `text` and optionally the `metadata` the app would send. A line out holds `intent` and
`confidence` (the turn as the gate names it), `classified` and `ranking` (the classifier's own opinion, top 5
as name and confidence) and `crisis_probability`, in the order of the lines in. `interlude eval` asks here.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Text, TextIO

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

RANKING = 5


class UnreadableLine(ValueError):
    """A line on standard input isn't what it should be."""


def newest_model(place: Path) -> Path:
    """The archive itself, or the newest one in a folder. Raises FileNotFoundError naming the mend."""
    if place.is_file():
        return place
    archives = sorted(place.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not archives:
        raise FileNotFoundError(f"No model in {place}; run `make train` first.")
    return archives[-1]


def read_line(number: int, line: Text) -> Dict[Text, Any]:
    """One line in. Raises UnreadableLine naming the line, never its words."""
    try:
        request = json.loads(line)
    except ValueError:
        raise UnreadableLine(f"Line {number} is not JSON.") from None
    if not isinstance(request, dict) or not isinstance(request.get("text"), str):
        raise UnreadableLine(f'Line {number} must be an object with a "text" string.')
    if not isinstance(request.get("metadata", {}), dict):
        raise UnreadableLine(f'Line {number}: "metadata" must be an object.')
    return request


class Parser:
    """One loaded model: `await Parser(path).parse(text, metadata)`."""

    def __init__(self, model: Path) -> None:
        from rasa.core.agent import Agent
        from rasa.utils.log_utils import configure_structlog

        # Rasa's debug lines hold the message, and unless told otherwise it prints them.
        configure_structlog(logging.WARNING)
        self._agent = Agent.load(str(model))
        if not self._agent.is_ready():
            raise FileNotFoundError(f"{model} can't be loaded; run `make train` again.")

    async def parse(self, text: Text, metadata: Optional[Dict[Text, Any]] = None) -> Dict[Text, Any]:
        """One line out, as described in the module."""
        from rasa.core.channels.channel import UserMessage

        processor: Any = self._agent.processor
        # The text is stripped as on Rasa's REST channel.
        parsed = await processor.parse_message(UserMessage(text, metadata=metadata or {}))
        return {
            "intent": parsed["intent"]["name"],
            "confidence": round(float(parsed["intent"]["confidence"]), 4),
            "classified": parsed.get("classified"),
            "crisis_probability": round(float(parsed.get("crisis_probability", 0.0)), 4),
            "ranking": [
                {"name": r["name"], "confidence": round(float(r["confidence"]), 4)}
                for r in parsed.get("intent_ranking", [])[:RANKING]
            ],
        }


async def answer(parser: Parser, lines: TextIO, out: TextIO) -> None:
    """Answer line after line; an answer is flushed before the next line is read."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            request = read_line(number, line)
            json.dump(await parser.parse(request["text"], request.get("metadata")), out)
            out.write("\n")
            out.flush()


def main(arguments: Optional[List[Text]] = None) -> int:
    """Exit status: 0, or 2 for a missing model or an unreadable line."""
    options = argparse.ArgumentParser(prog="components.parse", description=__doc__)
    options.add_argument("--model", type=Path, default=Path("models"), help="a folder of archives, or one")
    chosen = options.parse_args(arguments)
    # Rasa and TensorFlow print where they like; only answers may reach standard output.
    out, sys.stdout = sys.stdout, sys.stderr
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    try:
        asyncio.run(answer(Parser(newest_model(chosen.model)), sys.stdin, out))
    except (FileNotFoundError, UnreadableLine) as error:
        print(f"components.parse: {error}", file=sys.stderr)
        return 2
    finally:
        sys.stdout = out
    return 0


if __name__ == "__main__":
    sys.exit(main())
