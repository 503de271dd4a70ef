"""Promises of the dialogue's files that `rasa data validate` doesn't check: every turn gets an answer, and
every name that one file takes from another exists there. What is said is checked in test_response_words.

Reads `domain.yml`, `data/`, `tests/dialogue/` and `actions/` as text; starts no Rasa.
"""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]

#: an intent without examples: the gate gives it when nothing fits
UNTRAINED = {"nlu_fallback"}
#: said by Rasa's own action_default_fallback, so no rule names it
RULELESS = {"utter_default"}
#: the narrowest channel cuts longer titles off
TITLE_LENGTH = 20


def read(folder, key):
    """{topic: what stands under `key` in data/<folder>/<topic>.yml}"""
    files = sorted((ROOT / "data" / folder).glob("*.yml"))
    return {path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))[key] for path in files}


DOMAIN = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
INTENTS = DOMAIN["intents"]
EXAMPLES = {
    (topic, block["intent"]): [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
    for topic, blocks in read("nlu", "nlu").items()
    for block in blocks
    if "intent" in block
}
RULES = [
    (topic, rule["steps"][0]["intent"], [step["action"] for step in rule["steps"][1:]])
    for topic, rules in read("rules", "rules").items()
    for rule in rules
]
RESPONSES = {
    (topic, name): variants
    for topic, responses in read("responses", "responses").items()
    for name, variants in responses.items()
}
VARIANTS = {
    f"{name}.{number}": variant
    for (_, name), variants in RESPONSES.items()
    for number, variant in enumerate(variants, start=1)
}
EVERY_VARIANT = pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS.keys())


def repeated(names):
    return [name for name, count in Counter(names).items() if count > 1]


# intents and rules


def test_every_intent_has_one_rule_and_every_rule_an_intent():
    assert sorted(intent for _, intent, _ in RULES) == sorted(INTENTS)
    assert repeated(INTENTS) == []


def test_every_rule_starts_with_one_intent_and_goes_on_with_actions_alone():
    for rules in read("rules", "rules").values():
        for rule in rules:
            first, *rest = rule["steps"]
            assert set(first) == {"intent"}, rule["rule"]
            assert rest, rule["rule"]
            assert all(set(step) == {"action"} for step in rest), rule["rule"]


def test_no_turn_needs_the_action_server_twice():
    for _, intent, actions in RULES:
        assert len([name for name in actions if name.startswith("action_")]) <= 1, intent


def test_a_crisis_is_answered_before_the_action_server_is_needed():
    assert [actions for _, intent, actions in RULES if intent == "crisis"] == [
        ["utter_crisis", "action_escalate_risk"]
    ]


def test_no_intent_is_taken_over_by_rasas_own_commands():
    # RulePolicy answers these three itself, whatever the rules say
    assert not {"restart", "session_start"} & set(INTENTS)
    assert [actions for _, intent, actions in RULES if intent == "back"] == [["action_back"]]
    assert "action_back" in DOMAIN["actions"]


def test_rasa_keeps_nothing_between_turns():
    assert not {"slots", "forms", "entities"} & set(DOMAIN)
    assert DOMAIN["session_config"]["carry_over_slots_to_new_session"] is False


def test_every_topic_has_its_rules_and_keeps_its_intents_together():
    assert set(read("rules", "rules")) == set(read("nlu", "nlu"))
    trained_in = {intent: topic for topic, intent in EXAMPLES}
    for topic, intent, _ in RULES:
        assert trained_in.get(intent, topic) == topic, intent


# actions


def written_actions():
    """What the classes in actions/ answer to: the string each returns from its `name` method."""
    found = []
    for path in sorted((ROOT / "actions").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name == "name":
                returned = [part.value for part in ast.walk(node) if isinstance(part, ast.Return)]
                found += [value.value for value in returned if isinstance(value, ast.Constant)]
    return found


def test_every_action_is_used_by_a_rule_and_listed_in_the_domain():
    used = {name for _, _, actions in RULES for name in actions if not name.startswith("utter_")}
    assert used == set(DOMAIN["actions"])
    assert repeated(DOMAIN["actions"]) == []


def test_every_action_is_written_once():
    written = written_actions()
    assert sorted(set(DOMAIN["actions"]) - set(written)) == []
    assert repeated(written) == []


# responses


def test_every_response_is_used_and_every_used_one_exists():
    used = {name for _, _, actions in RULES for name in actions if name.startswith("utter_")}
    assert {name for _, name in RESPONSES} == used | RULELESS
    assert "responses" not in DOMAIN


def test_no_response_is_defined_twice():
    defined = [
        name
        for path in sorted((ROOT / "data" / "responses").glob("*.yml"))
        for name in re.findall(r"^  (utter_\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert repeated(defined) == []
    assert len(defined) == len(RESPONSES)


def test_every_response_stands_in_the_topic_of_its_rule():
    ruled = {name: topic for topic, _, actions in RULES for name in actions}
    for topic, name in RESPONSES:
        assert ruled.get(name, topic) == topic, name


def test_whatever_can_recur_has_three_variants_that_differ():
    for (_, name), variants in RESPONSES.items():
        assert len({variant["text"] for variant in variants}) == len(variants) >= 3, name


@EVERY_VARIANT
def test_a_response_holds_nothing_a_channel_cannot_show(variant):
    assert set(variant) <= {"text", "buttons", "custom"}
    # Rasa cuts a text in two at a blank line, and reads braces as slots
    assert "\n\n" not in variant["text"]
    assert not re.search(r"[{}\[\]]", variant["text"])


@EVERY_VARIANT
def test_every_button_names_a_turn_there_is(variant):
    buttons = variant.get("buttons", [])
    for button in buttons:
        assert set(button) == {"title", "payload"}
        kind, _, intent = button["payload"].partition(":")
        assert kind == "intent"
        assert intent in INTENTS
        assert 0 < len(button["title"]) <= TITLE_LENGTH
    assert repeated([button["payload"] for button in buttons]) == []


def test_a_button_reads_the_same_wherever_it_stands():
    titles = defaultdict(set)
    for variant in VARIANTS.values():
        for button in variant.get("buttons", []):
            titles[button["payload"]].add(button["title"])
    assert {payload: found for payload, found in titles.items() if len(found) > 1} == {}


def test_all_variants_of_a_response_offer_the_same():
    for (_, name), variants in RESPONSES.items():
        extras = [{key: part for key, part in variant.items() if key != "text"} for variant in variants]
        assert all(extra == extras[0] for extra in extras), name


# what the app and the patient count on


def test_a_crisis_reply_lets_the_app_open_the_case_by_itself():
    for variant in RESPONSES["crisis", "utter_crisis"]:
        assert variant["custom"] == {"kind": "second_opinion"}


def test_asked_what_it_can_do_it_offers_all_it_can_do():
    for variant in RESPONSES["help", "utter_help_what_can_you_do"]:
        offered = {button["payload"].removeprefix("intent:") for button in variant["buttons"]}
        startable = {intent for intent in INTENTS if intent.startswith("start_")}
        assert offered >= startable | {"log_mood", "mood_trend", "talk_to_human"}


# examples


def test_every_intent_has_examples_and_no_example_an_unknown_intent():
    assert sorted(intent for _, intent in EXAMPLES) == sorted(set(INTENTS) - UNTRAINED)


def test_every_intent_has_forty_examples():
    few = {intent: len(examples) for (_, intent), examples in EXAMPLES.items() if len(set(examples)) < 40}
    assert few == {}


def test_no_example_teaches_two_things():
    taught = defaultdict(set)
    for (_, intent), examples in EXAMPLES.items():
        for example in examples:
            # as close as two texts can be and still differ: case, spaces, marks
            taught[re.sub(r"[\s.,;:!?'’]+", " ", example.lower()).strip() or example].add(intent)
    assert {text: sorted(intents) for text, intents in taught.items() if len(intents) > 1} == {}


def test_no_example_starts_a_command_of_rasas_own():
    assert [text for examples in EXAMPLES.values() for text in examples if text.startswith("/")] == []


# stories


def test_every_intent_is_told_in_a_story():
    told = {
        step["intent"]
        for path in sorted((ROOT / "tests" / "dialogue").glob("test_*.yml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
        for step in story["steps"]
        if "intent" in step
    }
    assert sorted(told) == sorted(INTENTS)


def test_every_story_has_a_title_of_its_own():
    titles = [
        story["story"]
        for path in sorted((ROOT / "tests" / "dialogue").glob("test_*.yml"))
        for story in yaml.safe_load(path.read_text(encoding="utf-8"))["stories"]
    ]
    assert repeated(titles) == []
