"""What the intent classifier promises, trained and loaded again through Rasa's storage on small vectors."""

import numpy as np
import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.classifier import FILE, KernelRidgeClassifier

CONTEXT = ExecutionContext(GraphSchema({}), node_name="classifier")
CENTRES = {"greet": [1, 0, 0], "crisis": [0, 1, 0], "answer_step": [0, 0, 1]}


def message(vector, intent=None):
    made = Message(data={"text": "words", **({"intent": intent} if intent else {})})
    unit = np.array([vector], dtype=np.float32) / np.linalg.norm(vector)
    made.add_features(Features(unit, "sentence", "text", "embedder"))
    return made


def examples(count=20, spread=0.3):
    random = np.random.RandomState(0)
    return TrainingData(
        [
            message(np.array(centre) + random.normal(0, spread, 3), intent)
            for intent, centre in CENTRES.items()
            for _ in range(count)
        ]
    )


@pytest.fixture
def storage(tmp_path):
    return LocalModelStorage(tmp_path)


def trained(storage, data=None):
    resource = Resource("classifier")
    KernelRidgeClassifier.create({}, storage, resource, CONTEXT).train(data or examples())
    return KernelRidgeClassifier.load({}, storage, resource, CONTEXT)


@pytest.mark.parametrize("intent", list(CENTRES))
def test_a_trained_model_comes_back_from_disk_and_knows_its_intents(storage, intent):
    (read,) = trained(storage).process([message(CENTRES[intent])])
    assert read.get("intent")["name"] == intent
    assert read.get("intent")["confidence"] > 0.8


def test_the_ranking_names_every_intent_and_adds_up_to_one(storage):
    (read,) = trained(storage).process([message([1, 1, 0])])
    ranking = read.get("intent_ranking")
    confidences = [entry["confidence"] for entry in ranking]
    assert {entry["name"] for entry in ranking} == set(CENTRES)
    assert sum(confidences) == pytest.approx(1)
    assert confidences == sorted(confidences, reverse=True)


def test_what_lies_between_two_intents_is_less_sure_than_what_lies_on_one(storage):
    between, on = trained(storage).process([message([1, 1, 0]), message([1, 0, 0])])
    assert between.get("intent")["confidence"] < on.get("intent")["confidence"]


def test_training_twice_gives_the_same_probabilities(tmp_path):
    rankings = []
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        (read,) = trained(LocalModelStorage(tmp_path / str(number))).process([message([1, 2, 3])])
        rankings.append(read.get("intent_ranking"))
    assert rankings[0] == rankings[1]


def test_sentences_that_are_all_alike_can_be_learnt(storage):
    alike = TrainingData([message([1, 0, 0], intent) for intent in ("greet", "crisis") for _ in range(10)])
    (read,) = trained(storage, alike).process([message([1, 0, 0])])
    assert read.get("intent")["confidence"] == pytest.approx(0.5, abs=0.01)


def test_a_model_that_would_run_code_is_not_loaded(storage):
    resource = Resource("classifier")
    with storage.write_to(resource) as folder:
        hostile = np.array([{"any": "object"}], dtype=object)
        np.savez(folder / FILE, vectors=hostile, votes=hostile, names=hostile, gamma=1, sharpness=1)
    with pytest.raises(ValueError, match="pickle"):
        KernelRidgeClassifier.load({}, storage, resource, CONTEXT)


def test_without_examples_training_says_what_to_mend(storage):
    with pytest.raises(RasaException, match="data/nlu"):
        trained(storage, TrainingData([Message(data={"text": "no intent"})]))


def test_without_the_embedder_it_says_so(storage):
    with pytest.raises(RasaException, match="SentenceEmbedder"):
        trained(storage).process([Message(data={"text": "bare"})])


@pytest.mark.parametrize("wrong", [0, -1, "1", None, True])
def test_a_width_that_cannot_be_one_is_refused(wrong):
    with pytest.raises(InvalidConfigException, match="gamma"):
        KernelRidgeClassifier.validate_config({"gamma": wrong})
