"""Compares intent classifiers on one set of data; the table stands in docs/decisions/0002-classifier.md.

    PYTHONPATH=. .venv-rasa/bin/python bench/classifiers.py [--only NAME …] [--diet EPOCHS]

Learns data/nlu/, reads tests/evaluation/*_validation.jsonl, never the test files. Cross-validation is 5-fold,
stratified, fold by position with a fixed seed. Milliseconds are the classifier's own for one message, without
the embedding, which is measured on its own line. `--diet` trains Rasa's DIET once through Rasa and so
measures the whole pipeline, on validation only.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import numpy as np
import yaml
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, roc_auc_score

from components.classifier import KernelRidge
from components.embedder import encoder

ROOT = Path(__file__).resolve().parent.parent
FOLDS = 5
DIET = """
recipe: default.v1
assistant_id: bench
language: en
pipeline:
- name: WhitespaceTokenizer
- name: components.embedder.SentenceEmbedder
- name: CountVectorsFeaturizer
- name: CountVectorsFeaturizer
  analyzer: char_wb
  min_ngram: 2
  max_ngram: 4
- name: DIETClassifier
  epochs: {epochs}
  entity_recognition: false
  constrain_similarities: true
  random_seed: 0
  ranking_length: 0
policies: []
"""


class Labelled(NamedTuple):
    """Sentences, what each should be, and their embeddings."""

    texts: list[str]
    labels: np.ndarray
    vectors: np.ndarray

    def part(self, chosen: np.ndarray) -> "Labelled":
        """The sentences chosen by a mask."""
        texts = [text for text, taken in zip(self.texts, chosen, strict=True) if taken]
        return Labelled(texts, self.labels[chosen], self.vectors[chosen])


#: What a fitted model is: names of the columns, texts and vectors to probabilities, size in bytes.
Model = tuple[np.ndarray, Callable[[Labelled], np.ndarray], int]


def training_data() -> tuple[list[str], list[str]]:
    """The examples in data/nlu/, as written."""
    texts, labels = [], []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))["nlu"]:
            lines = [line[2:].strip() for line in entry["examples"].splitlines() if line.startswith("- ")]
            texts += lines
            labels += [entry["intent"]] * len(lines)
    return texts, labels


def validation(name: str, field: str) -> tuple[list[str], list[str]]:
    """One validation file."""
    lines = (ROOT / "tests" / "evaluation" / f"{name}_validation.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines if line.strip()]
    return [entry["text"] for entry in entries], [entry[field] for entry in entries]


def embedded(texts: list[str], labels: list[str]) -> Labelled:
    """With embeddings."""
    return Labelled(texts, np.array(labels), encoder().encode(texts))


def logistic(c: float, dense: bool, sparse: float) -> Callable[[Labelled], Model]:
    """Logistic regression on embeddings, on word and letter n-grams times a weight, or on both."""

    def fit(data: Labelled) -> Model:
        readers = []
        if sparse:
            words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")
            letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2)
            readers = [reader.fit(data.texts) for reader in (words, letters)]

        def features(rows: Labelled) -> Any:
            parts = [sparse * reader.transform(rows.texts) for reader in readers]
            if dense:
                parts.append(csr_matrix(rows.vectors))
            return hstack(parts).tocsr() if sparse else rows.vectors

        model = LogisticRegression(C=c, max_iter=500).fit(features(data), data.labels)
        return model.classes_, lambda rows: model.predict_proba(features(rows)), model.coef_.nbytes

    return fit


def kernel_ridge(data: Labelled) -> Model:
    """The component of components/classifier.py, as config.yml has it."""
    pipeline = yaml.safe_load((ROOT / "config.yml").read_text("utf-8"))["pipeline"]
    config = next(part for part in pipeline if part["name"].endswith("KernelRidgeClassifier"))
    model = KernelRidge.fit(data.vectors, list(data.labels), config["gamma"], config["ridge"])
    size = model.vectors.nbytes + model.votes.nbytes
    return model.names, lambda rows: model.probabilities(rows.vectors), size


CANDIDATES: dict[str, Callable[[Labelled], Model]] = {
    "embeddings + LR, C=1 (Rasa's only choice)": logistic(1, dense=True, sparse=0),
    "embeddings + LR, C=20": logistic(20, dense=True, sparse=0),
    "n-grams + LR, C=10": logistic(10, dense=False, sparse=1),
    "both (n-grams x 0.35) + LR, C=20": logistic(20, dense=True, sparse=0.35),
    "embeddings + kernel ridge": kernel_ridge,
}


def folds(labels: np.ndarray) -> np.ndarray:
    """A fold from 0 to 4 for each sentence, every intent spread evenly."""
    random = np.random.RandomState(0)
    result = np.empty(len(labels), int)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        random.shuffle(places)
        result[places] = np.arange(len(places)) % FOLDS
    return result


def left_out(fit: Callable[[Labelled], Model], data: Labelled) -> tuple[np.ndarray, np.ndarray]:
    """Names, and for each sentence the probabilities of a model that hasn't seen it."""
    names = np.unique(data.labels)
    result = np.empty((len(data.labels), len(names)))
    fold = folds(data.labels)
    for number in range(FOLDS):
        _, predict, _ = fit(data.part(fold != number))
        result[fold == number] = predict(data.part(fold == number))
    return names, result


def danger(urgencies: np.ndarray, probability: np.ndarray) -> float:
    """Area under the ROC curve: urgent and emergency lines against those without risk."""
    judged = urgencies != "routine"
    return float(roc_auc_score(np.isin(urgencies, ["urgent", "emergency"])[judged], probability[judged]))


def compare(name: str, train: Labelled, intents: Labelled, risk: Labelled) -> str:
    """One line of the table."""
    fit = CANDIDATES[name]
    start = time.perf_counter()
    names, predict, size = fit(train)
    seconds = time.perf_counter() - start
    said = names[predict(intents).argmax(1)]
    one = np.zeros(len(intents.labels), bool)
    start = time.perf_counter()
    for number in range(50):
        one[:] = False
        one[number] = True
        predict(intents.part(one))
    each = (time.perf_counter() - start) / 50 * 1000
    _, unseen = left_out(fit, train)
    guessed = names[unseen.argmax(1)]
    auc = danger(risk.labels, predict(risk)[:, list(names).index("crisis")])
    cells = [np.mean(guessed == train.labels), f1_score(train.labels, guessed, average="macro")]
    cells += [np.mean(said == intents.labels), f1_score(intents.labels, said, average="macro"), auc]
    shown = " | ".join(f"{cell:.3f}" for cell in cells)
    return f"| {name} | {shown} | {seconds:.1f} s | {size / 1e6:.1f} MB | {each:.1f} |"


def diet(epochs: int, intents: Labelled, risk: Labelled) -> str:
    """The same line for DIET, trained and asked through Rasa."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.model_training import train_nlu

    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        config.write_text(DIET.format(epochs=epochs), "utf-8")
        start = time.perf_counter()
        archive = train_nlu(config=str(config), nlu_data=str(ROOT / "data" / "nlu"), output=folder)
        seconds = time.perf_counter() - start
        size = Path(str(archive)).stat().st_size
        processor = Agent.load(str(archive)).processor

        def ask(texts: list[str]) -> list[dict[str, Any]]:
            return [asyncio.run(processor.parse_message(UserMessage(text))) for text in texts]

        said = [parsed["intent"]["name"] for parsed in ask(intents.texts)]
        start = time.perf_counter()
        ask(intents.texts[:50])
        each = (time.perf_counter() - start) / 50 * 1000
        of_crisis = [
            next((r["confidence"] for r in parsed["intent_ranking"] if r["name"] == "crisis"), 0.0)
            for parsed in ask(risk.texts)
        ]
    cells = [np.mean(np.array(said) == intents.labels), f1_score(intents.labels, said, average="macro")]
    cells.append(danger(risk.labels, np.array(of_crisis)))
    shown = " | ".join(f"{cell:.3f}" for cell in cells)
    return (
        f"| both + DIET, {epochs} epochs | not run | not run | {shown} "
        f"| {seconds:.0f} s, all | {size / 1e6:.1f} MB, all | {each:.1f}, all |"
    )


def main() -> None:
    """Print the tables asked for."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument(
        "--only", nargs="*", choices=list(CANDIDATES), default=list(CANDIDATES), metavar="NAME"
    )
    options.add_argument("--diet", type=int, default=0, metavar="EPOCHS")
    chosen = options.parse_args()

    train = embedded(*training_data())
    intents, risk = embedded(*validation("intents", "goal")), embedded(*validation("risk", "urgency"))
    start = time.perf_counter()
    for text in intents.texts:
        encoder().encode([text])
    each = (time.perf_counter() - start) / len(intents.texts) * 1000
    seen = np.isin(intents.texts, train.texts)
    print(
        f"{len(train.texts)} examples, {len(np.unique(train.labels))} intents; "
        f"{len(intents.texts)} validation lines, {seen.sum()} of them also an example; "
        f"embedding {each:.1f} ms a message\n"
    )
    print(
        "| | 5-fold accuracy | macro F1 | validation accuracy | macro F1 | risk AUC | training | size | ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for name in chosen.only:
        print(compare(name, train, intents, risk), flush=True)
    if chosen.diet:
        print(diet(chosen.diet, intents, risk), flush=True)


if __name__ == "__main__":
    main()
