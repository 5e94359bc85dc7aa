"""A question in, an answer out that depends on it; the same for the same question. No model.

What it knows are the few subjects of the lab's systems. It counts tokens as words and signs, which
is near enough for budgets and the same on both sides.
"""

import re
from dataclasses import dataclass

ADVICE = {
    "calories": "Keep the daily calories within a tenth of the plan and look at the weekly mean.",
    "cabinet": "Measure the walls for cabinets again: a quarter of an inch decides about fillers.",
    "churn": "Accounts that go quiet deserve a call before they deserve a campaign.",
    "demolition": "Look behind one panel before demolition: old wiring and asbestos change it all.",
    "email": "Keep the e-mail to three sentences and one question.",
    "energy": "Compare the price for a thousand kilowatt-hours with all fees, not the headline.",
    "floor": "Check that the floor is level before anything is laid on it.",
    "injury": "Stop what hurts, and let a physician look at it before training goes on.",
    "intent": "Several people of one company reading the price page within a week is intent.",
    "kitchen": "In a kitchen, fix the places of water, gas and power first.",
    "knee": "Take weight off the knee, and see a physician if it stays swollen.",
    "paint": "Walls need to be dry and sanded before paint; primer saves a coat.",
    "pain": "Pain is a reason to stop and to ask a physician, not to push on.",
    "plan": "A plan that fits the use of every month beats the one with the lowest rate.",
    "plumbing": "Find the shut-off valve and the age of the pipes before plumbing begins.",
    "price": "Ask for the price of the whole term, and what happens at its end.",
    "protein": "Spread protein over the meals of the day, about 30 g in each.",
    "sleep": "Seven to nine hours of sleep do more for recovery than another session.",
    "tile": "Let the tile get used to the room for a day, and plan the cuts from the middle.",
    "training": "Raise the load of training by a tenth a week at most.",
    "weight": "Weigh at the same hour, and judge by the mean of seven days.",
}
COMMON = frozenset(
    "a about again all also an and any are as ask at be been before but by can could did do does "
    "for from get give had has have how i if in into is it its me more most my no not of on or "
    "our out please she should so some tell than that the their them then there these they this "
    "to today us was we were what when where which who why will with would you your".split()
)


@dataclass(frozen=True)
class Said:
    """An answer, and what it cost."""

    text: str
    prompt_tokens: int
    completion_tokens: int
    cut: bool = False  # ended by the limit


def count_tokens(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def subjects(question: str) -> list[str]:
    """The words of a question that say what it is about, at most five, in their order."""
    words = re.findall(r"[a-z][a-z-]+", question.lower())
    return list(dict.fromkeys(word for word in words if word not in COMMON))[:5]


def advice(question: str) -> list[str]:
    """What there is to say on the words of a question, in their order, at most three sentences."""
    words = re.findall(r"[a-z]+", question.lower())
    found = [ADVICE.get(word) or ADVICE.get(word.removesuffix("s")) for word in words]
    return list(dict.fromkeys(text for text in found if text))[:3]


def answer(prompt: str, question: str, known: str = "", limit: int | None = None) -> Said:
    """Answer a question. `prompt` is all that was sent, `known` what a tool has found out."""
    about = ", ".join(subjects(question)) or "that"
    parts = [f"On {about}:", *(advice(question) or ["I would look at the numbers first."])]
    if known:
        parts.append(f"Your records say: {known[:300]}")
    text = " ".join(parts)
    tokens = [match.end() for match in re.finditer(r"\w+|[^\w\s]", text)]
    cut = limit is not None and len(tokens) > limit
    if cut:
        text = text[: tokens[limit - 1]] if limit else ""
    return Said(text, count_tokens(prompt), count_tokens(text), cut)
