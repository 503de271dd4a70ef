"""What `python -m components.parse` promises, with the pipeline of config.yml trained on a few sentences."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from components import parse

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = {
    "greet": ["hello", "hi there", "good morning"],
    "crisis": ["i want to die", "i am going to kill myself", "i want to end my life"],
    "start_breathing": ["lets do a breathing exercise", "breathe with me", "slow breathing please"],
    "answer_step": ["because i was late", "my boss said nothing", "that nobody likes me"],
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    from rasa.model_training import train_nlu

    folder = tmp_path_factory.mktemp("parse")
    entries = [
        {"intent": intent, "examples": "".join(f"- {sentence}\n" for sentence in sentences)}
        for intent, sentences in SENTENCES.items()
    ]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": entries}), "utf-8")
    assert train_nlu(str(ROOT / "config.yml"), str(folder / "nlu.yml"), str(folder / "models"))
    return folder / "models"


def run(models, lines):
    return subprocess.run(
        [sys.executable, "-m", "components.parse", "--model", str(models)],
        input=lines,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )


def test_every_line_is_answered_in_order_and_nothing_else_is_printed(models):
    lines = [
        {"text": "hello"},
        {"text": "hello", "metadata": {"level": "emergency"}},
        {"text": "i want to die", "metadata": {"script": {"name": "s", "step": "a", "kind": "text"}}},
        {"text": "breathe with me"},
        {"text": ""},
        {"text": "tap", "metadata": {"choice": "intent:start_breathing"}},
        {"text": "stop", "metadata": {"level": "none"}},
    ]
    done = run(models, "".join(json.dumps(line) + "\n" for line in lines))
    assert done.returncode == 0, done.stderr
    assert "breathe with me" not in done.stderr, "what patients write is never logged"
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(lines)
    intents = [answer["intent"] for answer in answers]
    assert intents[:4] == ["greet", "crisis", "crisis", "start_breathing"]
    assert intents[5:] == ["start_breathing", "stop_or_cancel"]
    for answer in answers:
        assert set(answer) == {"intent", "confidence", "classified", "crisis_probability", "ranking"}
        assert answer["classified"] == answer["ranking"][0]["name"]
        assert 0 <= answer["crisis_probability"] <= 1
        assert len(answer["ranking"]) == len(SENTENCES)
    assert answers[1]["classified"] == "greet", "the ranking is the classifier's own"


def test_the_newest_model_is_taken(tmp_path):
    for age, name in enumerate(["b.tar.gz", "a.tar.gz", "c.tar.gz"]):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    assert parse.newest_model(tmp_path).name == "b.tar.gz"


def test_without_a_model_it_says_what_to_run(tmp_path, capsys):
    assert parse.main(["--model", str(tmp_path)]) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert "make train" in written.err


@pytest.mark.parametrize("line", ["secret words", '"secret words"', '{"txt": "secret words"}', '{"text": 5}'])
def test_an_unreadable_line_is_named_by_its_number_and_never_repeated(line):
    with pytest.raises(parse.UnreadableLine, match="Line 7") as refused:
        parse.read_line(7, line)
    assert "secret words" not in str(refused.value)
