"""Which intent a message has: kernel ridge regression on its sentence embedding. After the embedder.

Each training sentence votes for its intent, the more the nearer it is: scores are k(x, X)·A with the
Gaussian kernel k(a, b) = exp(-gamma·|a - b|²), and A solves (K + ridge·I)·A = Y in closed form (Saunders,
Gammerman and Vovk 1998; as a classifier Suykens and Vandewalle 1999). Probabilities are the softmax of the
scores times one `sharpness`, fitted on the scores each training sentence gets when it is left out itself;
measured on unseen sentences they are a little too sure (0.75 is right 0.67 of the time). Training has no
random part. What it was chosen over, and by how much, stands in docs/decisions/0002-classifier.md.
"""

from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.exceptions import InvalidConfigException, RasaException
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import minimize_scalar

FILE = "intents.npz"


class KernelRidge:
    """The mathematics, free of Rasa: `KernelRidge.fit(…).probabilities(vectors)`.

    vectors    training sentences, (sentences, size), float32
    votes      A above, (sentences, intents), float32
    names      the intents, sorted
    """

    def __init__(
        self, vectors: np.ndarray, votes: np.ndarray, names: np.ndarray, gamma: float, sharpness: float
    ) -> None:
        self.vectors, self.votes, self.names = vectors, votes, names
        self.gamma, self.sharpness = gamma, sharpness
        # Once, not at every message: it is most of the work.
        self._lengths = _squared_lengths(vectors)

    def arrays(self) -> Dict[Text, Any]:
        """What `KernelRidge(**arrays)` makes the same model of again."""
        return {
            "vectors": self.vectors,
            "votes": self.votes,
            "names": self.names,
            "gamma": self.gamma,
            "sharpness": self.sharpness,
        }

    @classmethod
    def fit(cls, vectors: np.ndarray, intents: List[Text], gamma: float, ridge: float) -> "KernelRidge":
        """Learn from unit vectors of shape (sentences, size) and one intent for each."""
        names, labels = np.unique(np.array(intents), return_inverse=True)
        targets = np.eye(len(names))[labels]
        # In float64: near-identical sentences make the kernel almost singular.
        exact = vectors.astype(np.float64)
        kernel = _kernel(exact, exact, _squared_lengths(exact), gamma)
        inverse = cho_solve(cho_factor(kernel + ridge * np.eye(len(kernel))), np.eye(len(kernel)))
        votes = inverse @ targets
        left_out = targets - votes / np.diag(inverse)[:, None]
        return cls(
            vectors.astype(np.float32), votes.astype(np.float32), names, gamma, _sharpness(left_out, labels)
        )

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """One row a vector, one column a name; each row sums to 1."""
        scores = _kernel(vectors.astype(np.float32), self.vectors, self._lengths, self.gamma) @ self.votes
        return np.exp(_log_softmax(self.sharpness * scores.astype(np.float64)))


def _squared_lengths(vectors: np.ndarray) -> np.ndarray:
    return np.sum(vectors * vectors, 1)


def _kernel(a: np.ndarray, b: np.ndarray, lengths_of_b: np.ndarray, gamma: float) -> np.ndarray:
    distances = _squared_lengths(a)[:, None] + lengths_of_b[None, :] - 2 * (a @ b.T)
    return np.exp(-gamma * np.maximum(distances, 0))


def _log_softmax(scores: np.ndarray) -> np.ndarray:
    scores = scores - scores.max(1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(1, keepdims=True))


def _sharpness(left_out: np.ndarray, labels: np.ndarray) -> float:
    def surprise(sharpness: float) -> float:
        return -float(np.mean(_log_softmax(sharpness * left_out)[np.arange(len(labels)), labels]))

    return float(minimize_scalar(surprise, bounds=(1, 100), method="bounded").x)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KernelRidgeClassifier(IntentClassifier, GraphComponent):
    """Sets the intent and, in `intent_ranking`, the probability of every intent it knows."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """A featurizer that gives one dense vector a sentence."""
        return [DenseFeaturizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`gamma`: how fast a vote fades with distance; `ridge`: how little a single sentence counts."""
        return {"gamma": 1.0, "ridge": 0.03}

    def __init__(self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = {**self.get_default_config(), **config}
        self._storage, self._resource = model_storage, resource
        self._model: Any = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "KernelRidgeClassifier":
        """A classifier to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Both numbers must be above 0."""
        for key in cls.get_default_config():
            value = config.get(key, 1.0)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
                raise InvalidConfigException(
                    f"KernelRidgeClassifier: {key} in config.yml must be a number above 0, not {value!r}."
                )

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the examples and write the arrays into the model."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)]
        if not examples:
            raise RasaException("There are no intent examples to learn from; see data/nlu/.")
        self._model = KernelRidge.fit(
            self._vectors(examples),
            [example.get(INTENT) for example in examples],
            self._config["gamma"],
            self._config["ridge"],
        )
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, **self._model.arrays())
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> "KernelRidgeClassifier":
        """A trained classifier, from plain arrays: nothing in the model can run code."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            arrays = np.load(folder / FILE, allow_pickle=False)
            component._model = KernelRidge(
                arrays["vectors"],
                arrays["votes"],
                arrays["names"],
                float(arrays["gamma"]),
                float(arrays["sharpness"]),
            )
        return component

    def process(self, messages: List[Message]) -> List[Message]:
        """Rank the intents of each message."""
        messages_with_text = [message for message in messages if message.get(TEXT) is not None]
        if messages_with_text:
            rows = self._model.probabilities(self._vectors(messages_with_text))
            for message, row in zip(messages_with_text, rows, strict=True):
                ranking = [
                    {"name": str(self._model.names[i]), "confidence": float(row[i])} for i in np.argsort(-row)
                ]
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Nothing after it learns from its answers."""
        return training_data

    @staticmethod
    def _vectors(messages: List[Message]) -> np.ndarray:
        rows = []
        for message in messages:
            features = message.get_dense_features(TEXT)[1]
            if features is None:
                raise RasaException("The classifier needs components.embedder.SentenceEmbedder before it.")
            rows.append(np.asarray(features.features).reshape(-1))
        return np.stack(rows)
