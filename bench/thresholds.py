"""What each threshold of the turn gate gives and costs; figures stand in docs/decisions/0002-classifier.md.

    PYTHONPATH=. .venv-rasa/bin/python bench/thresholds.py

Reads what classifiers.py reads. "Left out" means training examples, each judged by a model that was trained
on the other four folds.
"""

from typing import NamedTuple

import numpy as np
from classifiers import Labelled, embedded, kernel_ridge, left_out, training_data, validation

from components.gate import FALLBACK, INTERRUPTIONS, TurnGate

#: Training intents that look like answers to a script's questions.
ANSWERS = ["answer_step", "feel_bad_vent", "feel_good_share", "affirm", "deny", "log_mood"]


class Judged(NamedTuple):
    """Sentences with the probabilities a model gave them."""

    data: Labelled
    names: np.ndarray
    rows: np.ndarray

    @property
    def crisis(self) -> np.ndarray:
        """The probability of crisis of each sentence."""
        return self.rows[:, list(self.names).index("crisis")]

    def turns(self, gate: TurnGate) -> np.ndarray:
        """What the gate makes of each as a first message."""
        rankings = [[(str(self.names[i]), float(row[i])) for i in np.argsort(-row)] for row in self.rows]
        return np.array(
            [gate.turn(text, ranking, {})[0] for text, ranking in zip(self.data.texts, rankings, strict=True)]
        )


def table(heads: str, lines: list[tuple[float, list[float]]]) -> None:
    """Print one table."""
    print(f"\n| {heads} |\n|{'---|' * (heads.count('|') + 1)}")
    for at, cells in lines:
        print(f"| {at} | {' | '.join(f'{cell:.3f}' for cell in cells)} |")


def crisis(risk: Judged, intents: Judged, unseen: Judged) -> None:
    """Recall on risk lines beside false alarms everywhere else."""
    urgency, goal, label = risk.data.labels, intents.data.labels, unseen.data.labels
    table(
        "crisis_threshold | alert recall | emergency recall | alarms: `none` lines | other openings "
        "| left out: crisis found | alarms: venting | answers | all others",
        [
            (
                at,
                [
                    np.mean(risk.crisis[np.isin(urgency, ["urgent", "emergency"])] >= at),
                    np.mean(risk.crisis[urgency == "emergency"] >= at),
                    np.mean(risk.crisis[urgency == "none"] >= at),
                    np.mean(intents.crisis[goal != "crisis"] >= at),
                    np.mean(unseen.crisis[label == "crisis"] >= at),
                    np.mean(unseen.crisis[label == "feel_bad_vent"] >= at),
                    np.mean(unseen.crisis[label == "answer_step"] >= at),
                    np.mean(unseen.crisis[label != "crisis"] >= at),
                ],
            )
            for at in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.7, 0.9)
        ],
    )


def fallback(intents: Judged, unseen: Judged) -> None:
    """Right openings beside wrong ones acted on."""
    openings = unseen.data.labels != "answer_step"
    lines = []
    for at in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5):
        gate = TurnGate({"fallback_threshold": at})
        said, guessed = intents.turns(gate), unseen.turns(gate)
        right = np.where(said == FALLBACK, "out_of_scope", said) == intents.data.labels
        acted = (guessed != unseen.data.labels) & (guessed != FALLBACK)
        lines.append((at, [right.mean(), np.mean(said == FALLBACK), acted[openings].mean()]))
    table(
        "fallback_threshold | validation accuracy | share of fallbacks | left out: wrong and acted on", lines
    )


def interruption(unseen: Judged) -> None:
    """Interruptions found beside answers mistaken for one; commands by exact words come on top."""
    best, sure = unseen.names[unseen.rows.argmax(1)], unseen.rows.max(1)
    short = np.array([len(text.split()) <= 8 for text in unseen.data.texts])
    real, answers = (np.isin(unseen.data.labels, list(kind)) for kind in (INTERRUPTIONS, ANSWERS))
    lines = []
    for at in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        breaks = np.isin(best, list(INTERRUPTIONS)) & (sure >= at)
        in_text = breaks & short
        lines.append(
            (at, [in_text[real].mean(), in_text[answers].mean(), breaks[real].mean(), breaks[answers].mean()])
        )
    table("interruption at | in text: found | answers broken | elsewhere: found | answers broken", lines)


def main() -> None:
    """Print the three tables."""
    train = embedded(*training_data())
    names, predict, _ = kernel_ridge(train)
    unseen = Judged(train, *left_out(kernel_ridge, train))
    risk, intents = (
        Judged(data, names, predict(data))
        for data in (embedded(*validation("risk", "urgency")), embedded(*validation("intents", "goal")))
    )
    crisis(risk, intents, unseen)
    fallback(intents, unseen)
    interruption(unseen)


if __name__ == "__main__":
    main()
