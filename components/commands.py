"""Commands known by their exact words: "stop", "back", "idk" and how thumbs spell them.

The turn gate asks here before it trusts the statistics, because a sentence embedding says little about one
short or misspelt word. Only whole messages count: "stop" is a command, "i cant stop crying" is not.
A command also outranks the classifier's opinion of risk (the risk rules have read it before), so nothing that
could be said of living stands here: not "i want to stop", not "end this", not "i want to go back".
"""

import re
import unicodedata
from typing import Dict, Optional, Text

#: What patients type, by intent, in plain form (see `plain`). A word that could as well be an answer to a
#: free-text question ("nothing", "no", "home") has no place here.
SPELLINGS: Dict[Text, Text] = {
    "stop_or_cancel": """
        stop | stpo | sotp | stp | sop | stop it | stop this | stop now | stop stop | stop exercise
        | stop the exercise | stop this exercise | quit | qiut | quti | quit it | quit this | cancel | cancle
        | cansel | canel | cancel it | cancel this | cancel that | exit | exti | abort
        | end exercise | end the exercise | lets stop | can we stop
        | i want to quit this
    """,
    "back": """
        back | bakc | bcak | bak | go back | goback | back up | previous | prev | previous question
        | previous step | last question again | one back | step back | one step back | can i go back
        | can we go back | undo
    """,
    "skip": """
        skip | skpi | sikp | skp | skip it | skip this | skip that | skip this one | skip this question
        | skip question | skip step | skip this step | can i skip | can i skip this | can we skip this
        | pass | pass on this | ill pass | id rather not say | rather not say | prefer not to say
        | next question
    """,
    "dont_know": """
        idk | dk | dunno | dunnno | dono | duno | i dunno | dont know | don know | dont no | dnt know
        | i dont know | i dont no | i dont kno | i dnt know | i do not know | do not know | idek
        | i dont really know | i really dont know | not sure | im not sure | no idea
        | i have no idea | no clue | ive no idea | ive no clue | beats me
        | i cant say | cant say | hard to say
    """,
    "resume": """
        resume | resme | reusme | continue | contine | continu | contineu | cont | keep going | carry on
        | go on | lets continue | lets go on | lets carry on | pick up where we left off | where were we
        | where did we stop | back to the exercise | back to it
    """,
    "talk_to_human": """
        human | a human | person | real person | a real person | talk to a human | talk to human
        | talk to a person | talk to someone | speak to someone | speak to a human | speak to a person
        | i want to talk to someone | i want to talk to a human | i want to talk to a person
        | i need to talk to someone | call me | someone call me | can someone call me
    """,
    "show_safety_plan": """
        safety plan | my safety plan | saftey plan | safety pln | saftey pln | safetyplan | show safety plan
        | show my safety plan | show me my safety plan | open my safety plan | crisis plan | my crisis plan
    """,
    "help_what_can_you_do": """
        help | hlep | hepl | halp | menu | options | commands | what can you do | what can i do here
    """,
}

_MARKS = re.compile(r"['`´‘’ʼ]")
_REST = re.compile(r"[^\w\s]|_")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_POLITE = re.compile(r"^(?:please|pls|plz|ok|okay|um|uh|er) | (?:please|pls|plz|now|thanks|thx)$")


def plain(text: Text) -> Text:
    """The text in lower case, without marks or courtesies: "Stoppp, please!!" is "stop".

    A letter written three times or more counts once.
    """
    text = _MARKS.sub("", unicodedata.normalize("NFKC", text).casefold())
    text = " ".join(_REST.sub(" ", text).split())
    text = _DRAWN_OUT.sub(r"\1", text)
    return _POLITE.sub("", text)


def _table() -> Dict[Text, Text]:
    table: Dict[Text, Text] = {}
    for intent, spellings in SPELLINGS.items():
        for spelling in spellings.split("|"):
            words = plain(spelling)
            if table.setdefault(words, intent) != intent:
                raise ValueError(f"commands.py: '{words}' stands for both {table[words]} and {intent}.")
    return table


_COMMANDS = _table()
#: A mood stated and nothing else, as `plain` leaves it: "mood 4", "log mood 6 10", "my mood is a 7 today".
_STATED_MOOD = re.compile(
    r"(?:log |note |my )?(?:my )?mood (?:is |was )?(?:a |about )?"
    r"(?:10|\d)(?: 10| out of 10)?(?: today| tonight)?"
)
#: Longer messages can't be in the table, and needn't be normalised.
_LONGEST = 2 * max(map(len, _COMMANDS))


def command(text: Text) -> Optional[Text]:
    """The intent a whole message spells out, or None."""
    if len(text) > _LONGEST:
        return None
    words = plain(text)
    return "log_mood" if _STATED_MOOD.fullmatch(words) else _COMMANDS.get(words)
