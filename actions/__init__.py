"""Custom actions, one file a topic, found by rasa_sdk: read the tracker, call Interlude, answer."""
