"""Checks what the action server answers, against Rasa's own schema, compiled once.

Rasa 3.6 compiles and re-checks that schema itself on every action response, which took 20 of a turn's 45 ms.
Importing this module, which the turn gate does, puts the compiled check in its place; what it accepts
and refuses, and the error raised (jsonschema.ValidationError), stay the same.
"""

from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction

_SCHEMA = RemoteAction.action_response_format_spec()
_VALIDATOR_CLASS = validator_for(_SCHEMA)
_VALIDATOR_CLASS.check_schema(_SCHEMA)
_VALIDATOR = _VALIDATOR_CLASS(_SCHEMA)


def validate_action_result(action: RemoteAction, result: Any) -> bool:
    """True for a well-formed answer; raises jsonschema.ValidationError for any other."""
    error = best_match(_VALIDATOR.iter_errors(result))
    if error is not None:
        error.message += (
            f". The action server's answer to '{action.name()}' is malformed; "
            "are `interlude actions` and the model of one version?"
        )
        raise error
    return True


RemoteAction._validate_action_result = validate_action_result
