"""A patient who walks a script: says, taps, stops, and keeps what was heard and what it led to."""

from interlude.scripts import walk
from interlude.scripts.script import load
from interlude.scripts.walk import Answer, Facts, Run

SCRIPTS = load()

FULL = [
    "yes",
    "Tuesday at work, my boss walked past me",
    "sad 70, anxius 60",
    "They think I'm useless\nI'll never get a raise",
    "1",
    "90%",
    "tight chest, I wanted to leave",
    "2",
    "He didn't say hello to me",
    "He said good morning on Monday",
    "He may have been busy with the audit",
    "Even though he was quiet, it is also true that he was busy",
    "about 30",
    "He may just be busy",
    "sixty",
    "sad 40 and anxious 30",
    "fifty",
    "Send him a short mail at 9 tomorrow",
    "I could get scared",
    "5",
    "Just write the draft",
]


class Patient:
    """Talks as a caller would walk: the run goes through JSON between all messages, effects that start
    a script are carried out, and a waiting run goes on when the started ones have ended."""

    def __init__(self, script, facts=None, given=None):
        self.facts = facts or Facts()
        self.effects, self.waiting, self.heard, self.run = [], [], [], None
        self._carry_out(walk.start(SCRIPTS[script], self.facts, given))

    def says(self, *texts, intent=None, choice=None):
        for text in texts:
            self.heard = []
            script = SCRIPTS[self.run.script]
            self._carry_out(walk.take(script, self.run, Answer(text, choice, intent), self.facts))
        return self

    def taps(self, value):
        return self.says(value, choice=value)

    def comes_back(self):
        self.heard = []
        self._carry_out(walk.resume(SCRIPTS[self.run.script], self.run))
        return self

    @property
    def text(self):
        return "\n".join(reply.text for reply in self.heard)

    @property
    def buttons(self):
        return [choice.value for choice in self.heard[-1].choices]

    def of(self, kind):
        return [effect for effect in self.effects if effect["kind"] == kind]

    def _carry_out(self, walked):
        self.run = Run.from_json(walked.run.to_json())
        assert self.run == walked.run
        self.heard += walked.replies
        self.effects += walked.effects
        for effect in walked.effects:
            if effect["kind"] == "start":
                if self.run.state == "paused":
                    self.waiting.append(self.run)
                started = walk.start(SCRIPTS[effect["script"]], self.facts, effect.get("given"))
                return self._carry_out(started)
        if self.run.state in ("finished", "stopped") and not self.run.asks and self.waiting:
            waited = self.waiting.pop()
            return self._carry_out(walk.resume(SCRIPTS[waited.script], waited))
        return None


def at(step, *texts):
    """A patient in the middle of a thought record, at that step."""
    patient = Patient("thought_record")
    for text in texts or FULL:
        if patient.run.step == step:
            return patient
        patient.says(text)
    assert patient.run.step == step
    return patient
