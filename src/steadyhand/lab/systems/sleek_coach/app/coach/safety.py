"""A member's words or the model's in, the rule that they break and what to say instead out. Pure.

What breaks a rule never reaches the model, or never reaches the member: a coach for training and
food does not talk about these things, it says who does.
"""

import re
from dataclasses import dataclass

LEAST_CALORIES = 1200  # a day; less is a matter for a physician


@dataclass(frozen=True)
class Rule:
    name: str
    pattern: re.Pattern[str]
    reply: str


def _rule(name: str, pattern: str, reply: str) -> Rule:
    return Rule(name, re.compile(pattern, re.IGNORECASE), reply)


RULES = (
    _rule(
        "crisis",
        r"\b(suicid\w*|kill myself|end my life|self[- ]?harm\w*|hurt myself|want to die)\b",
        "I am a training coach and not the right one for this, but somebody is there for you now: "
        "call or text 988 in the US, or your local emergency number.",
    ),
    _rule(
        "emergency",
        r"\b(chest pain|pain in my chest|can(no|')?t breathe|faint(ed|ing)|passed out|"
        r"cough\w* blood|heart attack|stroke)\b",
        "This can be an emergency. Stop training, and call your local emergency number now.",
    ),
    _rule(
        "eating-disorder",
        r"\b(purg(e|ing)|throw up after|vomit\w* after|laxatives?|starv(e|ing) myself|anorexi\w*|"
        r"bulimi\w*|(not eat|stop eating|eat nothing)( anything)? for)\b",
        "I cannot help with that, because it could harm you. Please talk with a physician or with "
        "an eating disorder helpline; they listen without judging.",
    ),
    _rule(
        "substances",
        r"\b(steroids?|clenbuterol|dnp|trenbolone|ephedr\w+|diuretics?|hgh)\b",
        "I do not give advice on drugs for training or weight. A physician can tell you the risks.",
    ),
    _rule(
        "minor",
        r"\bI( a|')m (\d|1[0-5])( years old)?\b(?=.*\b(diet|lose weight|fasting|calories)\b)",
        "Under sixteen, changes of diet belong into a physician's hands. Ask your parents to go "
        "there with you.",
    ),
)
TOO_LITTLE = Rule(
    "too-few-calories",
    re.compile(r"\b(\d{2,4})\s*(kcal|calories)\b(?=.*\b(day|daily)\b)", re.IGNORECASE),
    f"Less than {LEAST_CALORIES} calories a day is nothing I can plan with you. Please see a "
    "physician or a dietitian first.",
)
# What the model may not say: doses, and what no member may be told to eat.
DOSE = re.compile(r"\b\d+(\.\d+)?\s*(mg|mcg|µg|iu)\b", re.IGNORECASE)
NOT_SAID = "I would rather not answer that by myself. Please ask a physician or a dietitian."


def judge_question(text: str) -> Rule | None:
    """The first rule that a member's words break."""
    return next((rule for rule in RULES if rule.pattern.search(text)), _too_little(text))


def judge_answer(text: str) -> Rule | None:
    """The rule that the model's words break."""
    if DOSE.search(text):
        return Rule("dose", DOSE, NOT_SAID)
    return _too_little(text)


def _too_little(text: str) -> Rule | None:
    named = (int(found.group(1)) for found in TOO_LITTLE.pattern.finditer(text))
    return TOO_LITTLE if any(number < LEAST_CALORIES for number in named) else None
