"""What is said around a script's own words, the same in every script. Wording rules: clinical 7."""

from __future__ import annotations

STOPPED = "OK, we'll stop here."
STOPPED_DRAFT = "OK, we'll stop here. Keep this draft for later, or delete it?"
KEPT = 'I\'ll keep the draft for 7 days. Say "resume" to go on, or "mood" to log how you feel.'
DELETED = "I've deleted the draft. You can start again any time."
NOT_UNDERSTOOD_DRAFT = 'I\'ll keep the draft for now. Say "resume" to go on, or "delete" to remove it.'
FINISHED = "This one is finished. You can start a new one any time."
HELD = 'We\'ll leave this for now. What you wrote is kept. You can say "human" or "crisis" at any time.'
REFUSED = {
    "case": (
        "Let's not start that now. First a person should look at what you told me. "
        'Say "human" or "crisis" at any time.'
    ),
    "phase": "That one isn't for today. Let's pick something that fits today.",
    "medical": "That one may not be safe with what your team has on file. Let's pick another one.",
}
RESUMED = 'Welcome back. We were in the middle of "{title}".'
SO_FAR = "So far: {answers}"
FIRST_QUESTION = "This is the first question."
OLD_ANSWER = "Last time you said: {answer}"
CHANGED = "OK, I've changed that."
SKIPPED = "OK, we'll leave that one."
SKIPPED_FOR = "That's OK. We'll leave that one and go on."
DONT_KNOW = (
    '"I don\'t know" is a fine answer. You can guess, or skip.',
    "That's OK. A rough guess is fine, or you can skip.",
)
DONT_KNOW_LIST = '"I don\'t know" is a fine answer. You can guess, pick one of these, or skip.'
NUMBER_NEEDED = "I need a number from {low} to {high} here. A rough guess is fine."
NUMBER_OUTSIDE = "This scale goes from {low} to {high}. Pick the number that comes closest."
NUMBER_SEVERAL = "I read more than one number. Pick the one that fits best right now."
CHOICE_NEEDED = "I couldn't match that to one of these. You can type the name or its number."
DONE_NEEDED = 'Take your time. Say "done" when you are ready.'
EMPTY = "I got an empty message. You can answer in your own words."
TOO_MANY = "I took the first {most}: {answer}."
OPTIONAL = "You can skip this one."
OPTIONS = "You can choose: {titles}."

SKIP, DONT_KNOW_BUTTON, BACK, STOP, KEEP, DELETE, DONE = (
    "Skip", "I don't know", "Back", "Stop", "Keep it", "Delete it", "Done"
)  # fmt: skip
