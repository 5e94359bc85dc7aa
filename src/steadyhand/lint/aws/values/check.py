"""An option with its words in, the problems of its value out, each about one word. Pure."""

import re
from collections.abc import Iterator

from steadyhand.lint.aws.argument import Argument, stands_in
from steadyhand.lint.aws.argv import Given
from steadyhand.lint.aws.known.options import Takes
from steadyhand.lint.aws.known.shapes import Operation, Service, Shape
from steadyhand.lint.aws.problems import Kind, Problem
from steadyhand.lint.aws.values import limits, reading
from steadyhand.lint.aws.values.validation import Wrong, choice, validate

# Members whose shape is not what the service takes.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
_WRONG_IN_MODEL = frozenset({("sqs", "ReceiveMessage", "AttributeNames")})
_READING = {"type": Kind.WRONG_TYPE, "syntax": Kind.WRONG_SYNTAX}


def check_value(
    given: Given, service: Service | None, operation: Operation | None
) -> Iterator[Problem]:
    """Check an option's value against its choices, its number, or its shape."""
    option = given.option
    if option.takes is Takes.NOTHING or not given.values:
        return
    if option.choices:
        for value in given.values:
            yield from check_word(given, value)
    elif option.shape is not None:
        yield from _against_shape(given, option.shape, service, operation)
    elif option.number:
        yield from _number(given)


def check_word(given: Given, value: Argument) -> Iterator[Problem]:
    """Check one word against the option's choices."""
    choices = given.option.choices
    if value.known and not stands_in(value.text) and value.text not in choices:
        yield from _said(choice(value.text, choices), given.option.name, value)


def _number(given: Given) -> Iterator[Problem]:
    value = given.values[0]
    if not value.known or stands_in(value.text):
        return
    try:
        int(value.text)
    except ValueError:
        yield _not_readable(reading.NotReadable("type", value, "a whole number"), given)


def _against_shape(
    given: Given, shape: Shape, service: Service | None, operation: Operation | None
) -> Iterator[Problem]:
    key = (service and service.name, operation and operation.name, given.option.member)
    if key in _WRONG_IN_MODEL:
        return
    try:
        value = reading.read(shape, given.values, plain_words=key in reading.PLAIN_WORDS)
    except reading.NotReadable as error:
        if error.kind == "syntax" or not stands_in(error.text):
            yield _not_readable(error, given)
        return
    name = given.option.name
    if shape.type == "list" and value.elements:
        split = _split_at_commas(shape, value)
        for one, argument in value.elements:
            if argument is split:
                continue
            for wrong in validate(one, shape.element):
                yield from _said(wrong, name, argument)
        if split is not None:
            yield _commas(given, split)
        if not value.uncounted:
            for wrong in validate(value.whole, shape):
                if wrong.kind is Kind.WRONG_LENGTH and not wrong.path:
                    yield from _said(wrong, name, given.values[0])
    else:
        for wrong in validate(value.whole, shape, open=given.option.partial):
            yield from _said(wrong, name, given.values[0])


def _split_at_commas(shape: Shape, value: reading.Value) -> Argument | None:
    """Find the word that would be several choices if its commas were blanks."""
    choices = shape.element.enum
    for one, argument in value.elements:
        if choices and isinstance(one, str) and "," in one:
            parts = one.split(",")
            if all(limits.is_choice(part.strip(), choices) for part in parts):
                return argument
    return None


def _commas(given: Given, argument: Argument) -> Problem:
    spaced = " ".join(part.strip() for part in argument.text.split(",") if part.strip())
    name = given.option.name
    return Problem(
        Kind.INVALID_CHOICE,
        argument.index,
        f"`{name}` has no choice `{argument.text}`: the values of a list stand apart",
        argument.text,
        spaced,
        f"put blanks instead of commas: `{name} {spaced}`",
    )


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.rpartition(".")[2].lower())


def _not_readable(error: reading.NotReadable, given: Given) -> Problem:
    text = error.text
    name = given.option.name
    short = text if len(text) <= 60 and "\n" not in text else f"{text.splitlines()[0][:57]}…"
    said = f"`{name}` wants {error.wanted}, not `{short}`"
    if error.kind == "syntax":
        said = f"`{name}` cannot be read: it wants {error.wanted}"
    return Problem(
        _READING[error.kind], error.argument.index, said, text, help=f"write {error.wanted}"
    )


def _said(wrong: Wrong, option: str, argument: Argument) -> Iterator[Problem]:
    if wrong.text and _letters(wrong.text) in {_letters(option), _letters(wrong.path)}:
        return  # `--language-code language-code`
    where = f"`{wrong.path.lstrip('.')}` in `{option}`" if wrong.path else f"`{option}`"
    text = wrong.text if wrong.text and wrong.text in argument.text else argument.text
    yield Problem(
        wrong.kind,
        argument.index,
        wrong.message.replace("{where}", where),
        text,
        wrong.right if text == wrong.text else "",
        wrong.help,
    )
