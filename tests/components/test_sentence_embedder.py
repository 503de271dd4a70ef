"""What the sentence embedder promises, with the real weights."""

import json
import shutil

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.training_data.message import Message

from components import embedder
from components.embedder import SIZE, SentenceEmbedder


def make(config=None):
    """Made as Rasa makes it, for training and from a model."""
    return SentenceEmbedder.create(
        config or {}, None, None, ExecutionContext(GraphSchema({}), node_name="embedder")
    )


@pytest.fixture(scope="module")
def component():
    return make()


def vectors(component, *texts):
    messages = component.process([Message(data={"text": text}) for text in texts])
    return np.concatenate([message.get_dense_features("text")[1].features for message in messages])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("i had a calm day", id="a plain sentence"),
        pytest.param("", id="nothing"),
        pytest.param("😀😭🔫", id="emoji only"),
        pytest.param("\u0000\ud7ff\u200b", id="marks nobody sees"),
        pytest.param("a " * 32768, id="64 KB of words"),
        pytest.param("x" * 65536, id="64 KB without a space"),
    ],
)
def test_every_text_has_one_finite_vector_of_length_one(component, text):
    found = vectors(component, text)
    assert found.shape == (1, SIZE)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-4)


def test_what_means_the_same_lies_nearer_than_what_does_not(component):
    calm, slow, ticket = vectors(component, "help me calm down", "i need to relax", "where do i park the car")
    assert calm @ slow > 0.5 > 0.2 > calm @ ticket


def test_known_sentences_lie_as_far_apart_as_the_models_authors_say(component):
    # The example of the model's card on Hugging Face: cosine 0.6660 by sentence-transformers 5.
    first, second = vectors(component, "The weather is lovely today.", "It's so sunny outside!")
    assert first @ second == pytest.approx(0.666, abs=0.005)


def test_a_sentence_has_the_same_vector_alone_and_among_longer_ones(component):
    (alone,) = vectors(component, "i feel low")
    among = vectors(
        component, "i feel low", "a much longer sentence that pads the others in its batch quite a bit"
    )
    assert alone == pytest.approx(among[0], abs=1e-5)


def test_a_message_without_text_is_left_alone(component):
    (message,) = component.process([Message(data={"intent": "greet"})])
    assert message.get_dense_features("text") == (None, None)


def test_other_weights_are_refused(tmp_path, monkeypatch):
    shutil.copytree(
        embedder.model_folder(), tmp_path / "model", ignore=shutil.ignore_patterns("model.safetensors")
    )
    (tmp_path / "model" / "model.safetensors").write_bytes(b"other weights")
    monkeypatch.setattr(embedder, "model_folder", lambda: tmp_path / "model")
    with pytest.raises(RasaException, match="SHA-256"):
        make()


def test_missing_weights_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(embedder, "model_folder", lambda: tmp_path)
    with pytest.raises(RasaException, match="holds no weights"):
        make()


def test_a_model_trained_on_other_weights_is_refused():
    with pytest.raises(RasaException, match="train again"):
        make({"weights": json.dumps("0" * 64)})
