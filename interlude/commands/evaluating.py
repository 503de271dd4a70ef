"""`interlude eval`: judges a file of labelled lines and prints what was right, with intervals.

Each line is judged alone, as the first message of a patient between sessions. The statistical opinion
comes from Rasa's pipeline, run in Rasa's Python by `components.parse` on the trained model.
"""

from __future__ import annotations

import json
import math
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from interlude.commands import training
from interlude.message import InterludeError, Level
from interlude.screening.screen import Screener
from interlude.settings import HOME, read_settings

_Z = 1.96  # 95 %


def evaluate(kind: str, file: str, as_json: bool) -> int:
    """Judge the file and print a table, or one JSON object."""
    lines = _read(Path(file), ("text", "urgency") if kind == "risk" else ("text", "goal"))
    result = _risk(lines) if kind == "risk" else _intents(lines)
    if as_json:
        print(json.dumps({key: value for key, value in result.items() if key != "tables"}))
        return 0
    print("\n\n".join(result["tables"]))
    return 0


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927); (0, 1) for no lines at all."""
    if of == 0:
        return 0.0, 1.0
    share = right / of
    middle = share + _Z * _Z / (2 * of)
    spread = _Z * math.sqrt(share * (1 - share) / of + _Z * _Z / (4 * of * of))
    under = 1 + _Z * _Z / of
    return (middle - spread) / under, (middle + spread) / under


def parse(texts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What Rasa's pipeline makes of each {text, metadata}."""
    archive = training.train(read_settings().models)
    done = subprocess.run(
        [str(training.rasa_python()), "-m", "components.parse", "--model", str(archive)],
        input="".join(json.dumps(line) + "\n" for line in texts),
        cwd=HOME,
        env=training.rasa_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InterludeError(f"Rasa could not read the lines:\n{done.stderr[-1500:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def _read(path: Path, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    if not path.is_file():
        raise InterludeError(f"There is no file {path}; give one of JSON lines with {', '.join(fields)}.")
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if any(not isinstance(entry[field], str) for field in fields):
                raise TypeError
        except (ValueError, KeyError, TypeError) as error:
            raise InterludeError(
                f"{path}, line {number}: not a JSON object with {', '.join(fields)}; mend it there."
            ) from error
        found.append(entry)
    if not found:
        raise InterludeError(f"{path} has no lines to judge.")
    return found


def _intents(lines: list[dict[str, Any]]) -> dict[str, Any]:
    # The goal is what the patient wants, whatever the risk: judged on the classifier's own opinion,
    # before an urgent verdict would turn the turn into a crisis.
    parsed = parse([{"text": line["text"]} for line in lines])
    pairs = []
    for line, one in zip(lines, parsed, strict=True):
        named = "out_of_scope" if one["intent"] == "nlu_fallback" else one["intent"]
        pairs.append((line["goal"], named))
    labels = sorted({goal for goal, _ in pairs})
    right = sum(goal == named for goal, named in pairs)
    rows, scores = [], []
    for label in labels:
        hit = sum(goal == named == label for goal, named in pairs)
        asked, named = sum(g == label for g, _ in pairs), sum(n == label for _, n in pairs)
        f1 = 2 * hit / (asked + named) if asked + named else 0.0
        scores.append(f1)
        wrong = Counter(n for g, n in pairs if g == label and n != label).most_common(4)
        rows.append([label, f"{hit}/{asked}", f"{f1:.2f}", ", ".join(f"{n} {c}" for n, c in wrong)])
    low, high = wilson(right, len(pairs))
    head = (
        f"{len(pairs)} lines, accuracy {right / len(pairs):.3f} "
        f"(95 % interval {low:.3f} to {high:.3f}), macro F1 {sum(scores) / len(scores):.3f}"
    )
    return {
        "n": len(pairs),
        "accuracy": right / len(pairs),
        "macro_f1": sum(scores) / len(scores),
        "tables": [head, _table(["goal", "right", "F1", "taken for"], rows)],
    }


def _risk(lines: list[dict[str, Any]]) -> dict[str, Any]:
    screener = Screener()
    rules = [screener.screen(line["text"]).level for line in lines]
    parsed = parse([{"text": line["text"]} for line in lines])
    classifier = [Level.URGENT if one["intent"] == "crisis" else Level.NONE for one in parsed]
    union = [max(pair, key=lambda level: level.rank) for pair in zip(rules, classifier, strict=True)]
    true = [Level(line["urgency"]) for line in lines]
    by = {
        name: _alerts(true, found)
        for name, found in (("rules", rules), ("classifier", classifier), ("union", union))
    }
    rows = [
        [
            name,
            *(
                _share(figures["counts"][part])
                for part in ("recall", "precision", "specificity", "emergency")
            ),
        ]
        for name, figures in by.items()
    ]
    groups: dict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        groups[str(line.get("trap") or line.get("label") or "-")].append(index)
    per_group = []
    for group, members in sorted(groups.items()):
        right = sum(union[i].alerts == true[i].alerts for i in members)
        per_group.append([group, _share((right, len(members)))])
    confusion = Counter((str(true[i]), str(union[i])) for i in range(len(lines)))
    levels = [str(level) for level in Level]
    crossed = [[row, *(str(confusion[row, column]) for column in levels)] for row in levels]
    top = {key: value for key, value in by["union"].items() if key != "counts"}
    return {
        "n": len(lines),
        **top,
        "by": {name: {k: v for k, v in one.items() if k != "counts"} for name, one in by.items()},
        "tables": [
            f"{len(lines)} lines; 95 % Wilson intervals in brackets",
            _table(["opinion", "alert recall", "precision", "specificity (none)", "emergency recall"], rows),
            _table(["group", "alert right or rightly silent"], per_group),
            "Level given, by true level (union)\n" + _table(["true", *levels], crossed),
        ],
    }


def _alerts(true: list[Level], found: list[Level]) -> dict[str, Any]:
    def count(keep: Callable[[int], bool], hit: Callable[[int], bool]) -> tuple[int, int]:
        members = [index for index in range(len(true)) if keep(index)]
        return sum(hit(index) for index in members), len(members)

    counts = {
        "recall": count(lambda i: true[i].alerts, lambda i: found[i].alerts),
        "precision": count(lambda i: found[i].alerts, lambda i: true[i].alerts),
        "specificity": count(lambda i: true[i] is Level.NONE, lambda i: not found[i].alerts),
        "emergency": count(lambda i: true[i] is Level.EMERGENCY, lambda i: found[i] is Level.EMERGENCY),
    }
    shares = {name: (right / of if of else None) for name, (right, of) in counts.items()}
    emergency = {"recall": shares.pop("emergency")}
    return {"alert": shares, "emergency": emergency, "counts": counts}


def _share(counted: tuple[int, int]) -> str:
    right, of = counted
    low, high = wilson(right, of)
    return f"{right}/{of} = {right / of:.3f} [{low:.3f}, {high:.3f}]" if of else "no lines"


def _table(head: list[str], rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )
