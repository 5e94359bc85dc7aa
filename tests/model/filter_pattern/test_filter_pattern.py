"""The filter-pattern language: tables of what matches, is refused and is remarked; properties."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steadyhand.model.filter_pattern import (
    BadPattern,
    Pattern,
    RemarkKind,
    matcher,
    parse_pattern,
    remarks,
)
from steadyhand.model.filter_pattern.scanner import in_quotes

TABLES = Path(__file__).parent


def rows(name: str) -> list[str]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def match_rows() -> list[tuple[str, str, bool]]:
    pattern, found = None, []
    for row in rows("matches.txt"):
        kind, text = row[:8].strip(), row[8:]
        if kind == "pattern":
            pattern = text
            continue
        assert pattern is not None
        assert kind in {"yes", "no"}, row
        found.append((pattern, text.replace("\\t", "\t").replace("\\n", "\n"), kind == "yes"))
    return found


@pytest.mark.parametrize(("pattern", "event", "expected"), match_rows())
def test_matches(pattern: str, event: str, expected: bool) -> None:
    assert matcher(parse_pattern(pattern))(event) is expected


@pytest.mark.parametrize("row", rows("refusals.txt"))
def test_refusals(row: str) -> None:
    column, _, rest = row.partition(" ")
    pattern, _, help = rest.partition("=>")
    with pytest.raises(BadPattern) as refused:
        parse_pattern(pattern.strip())
    assert refused.value.column == int(column), refused.value.message
    assert help.strip() in refused.value.help
    assert refused.value.message
    assert refused.value.help


@pytest.mark.parametrize("row", rows("remarks.txt"))
def test_remarks(row: str) -> None:
    kinds, _, rest = row.partition(" ")
    pattern, _, help = rest.partition("=>")
    found = remarks(parse_pattern(pattern.strip()))
    assert [remark.kind for remark in found] == ([] if kinds == "-" else kinds.split(","))
    assert all(help.strip() in remark.help for remark in found)


def test_every_kind_of_remark_has_a_row() -> None:
    shown = {row.partition(" ")[0] for row in rows("remarks.txt")}
    assert shown - {"-"} == set(RemarkKind)


def test_what_a_remark_advises_is_free_of_it() -> None:
    advised = 0
    for row in rows("remarks.txt"):
        pattern = parse_pattern(row.partition(" ")[2].partition("=>")[0].strip())
        for remark in remarks(pattern):
            found = re.search(r"(?:write|it:|quotes:|signs:) (?!`)(\S[^,]*|\[.*\])$", remark.help)
            if found is not None:
                advised += 1
                kinds = {other.kind for other in remarks(parse_pattern(found[1]))}
                assert remark.kind not in kinds
    assert advised > 20


# --- properties --------------------------------------------------------------------------------

ALPHABET = "abE1_ .,:;|&=!<>*?-%\"'\\()[]{}$^+~#@/\t\né"
soup = st.text(ALPHABET, max_size=60) | st.text(max_size=40)
braces = soup.map(lambda text: "{ $." + text + " }")
brackets = soup.map(lambda text: "[a" + text + "]")
percents = soup.map(lambda text: "%" + text + "%")
words = st.text("abcXYZ019_", min_size=1, max_size=8)
events = st.text(ALPHABET, max_size=80)
scalars = st.text(max_size=8) | st.integers(-999, 999) | st.booleans() | st.none()
documents = st.dictionaries(words, scalars | st.lists(scalars, max_size=3), max_size=4)


def parsed(text: str) -> tuple[Pattern | None, BadPattern | None]:
    try:
        return parse_pattern(text), None
    except BadPattern as refused:
        return None, refused


@settings(max_examples=1500, deadline=None)
@given(soup | braces | brackets | percents, events)
def test_any_text_is_a_pattern_or_refused_in_place(text: str, event: str) -> None:
    pattern, refused = parsed(text)
    if pattern is None:
        assert refused is not None
        assert 1 <= refused.column <= len(text) + 1
        assert refused.message
        assert refused.help
        return
    assert matcher(pattern)(event) in {True, False}
    for remark in remarks(pattern):
        assert remark.message
        assert 1 <= remark.column <= len(text)


@given(st.lists(words, min_size=1, max_size=6), st.data())
def test_an_events_own_words_find_it(found: list[str], data: st.DataObject) -> None:
    event = " | ".join(found)
    chosen = data.draw(st.permutations(found))
    assert matcher(parse_pattern(" ".join(chosen)))(event)
    assert matcher(parse_pattern(" ".join(f"?{word}" for word in [*chosen, "zz"])))(event)
    assert not matcher(parse_pattern(f"{chosen[0]} -{chosen[-1]}"))(event)


@given(events)
def test_an_event_as_a_phrase_finds_itself(event: str) -> None:
    if event:
        assert matcher(parse_pattern(in_quotes(event)))(event)


@given(words | events.filter(str.strip), events)
def test_not_is_the_complement(text: str, event: str) -> None:
    phrase = in_quotes(text)
    assert matcher(parse_pattern(f"-{phrase}"))(event) is not matcher(parse_pattern(phrase))(event)


@given(documents, st.sampled_from(["=", "!=", "<", ">="]), st.integers(-999, 999), st.data())
def test_opposite_comparisons_split_the_comparable(
    document: dict[str, object], operator: str, number: int, data: st.DataObject
) -> None:
    opposite = {"=": "!=", "!=": "=", "<": ">=", ">=": "<"}[operator]
    key = data.draw(st.sampled_from([*document, "none"]))
    event = json.dumps(document)
    one = matcher(parse_pattern(f"{{ $.{key} {operator} {number} }}"))(event)
    other = matcher(parse_pattern(f"{{ $.{key} {opposite} {number} }}"))(event)
    value = document.get(key)
    kinds = (int, str) if operator in {"=", "!="} else (int,)
    if isinstance(value, kinds) and not isinstance(value, bool):
        assert one is not other
    else:
        assert not one
        assert not other


@given(documents.filter(bool), st.data())
def test_a_documents_own_values_find_it(document: dict[str, object], data: st.DataObject) -> None:
    key = data.draw(st.sampled_from(sorted(document)))
    value = document[key]
    event = json.dumps(document, ensure_ascii=data.draw(st.booleans()))
    assert not matcher(parse_pattern(f"{{ $.{key} NOT EXISTS }}"))(event)
    if isinstance(value, str) and "*" not in value:
        assert matcher(parse_pattern(f"{{ $.{key} = {in_quotes(value)} }}"))(event)
        assert matcher(parse_pattern(f"{{ $.none = 1 || $.{key} = {in_quotes(value)} }}"))(event)
    elif value is None or isinstance(value, bool):
        state = json.dumps(value).upper()
        assert matcher(parse_pattern(f"{{ $.{key} IS {state} }}"))(event)


@given(st.lists(words, min_size=1, max_size=6), st.data())
def test_a_lines_own_words_are_its_fields(found: list[str], data: st.DataObject) -> None:
    event = " ".join(found)
    number = data.draw(st.integers(0, len(found) - 1))
    fields = [f"w{place}" for place in range(len(found))]
    fields[number] += f' = "{found[number]}"'
    assert matcher(parse_pattern(f"[{', '.join(fields)}]"))(event)
    assert matcher(parse_pattern(f"[{', '.join([*fields[: number + 1], '...'])}]"))(event)
    assert matcher(parse_pattern(f"[{', '.join(['...', *fields[number:]])}]"))(event)
    assert not matcher(parse_pattern(f"[{', '.join([*fields, 'more'])}]"))(event)


def tokens(event: str) -> list[str]:
    """Split an event into its fields, slowly and by the page's words."""
    found = re.findall(r'"(?:[^"\\]|\\.)*"(?!\S)|\[[^\]]*\](?!\S)|\S+', event, re.DOTALL)
    return [str(token) for token in found]


def bare(token: str) -> str:
    whole = re.fullmatch(r'"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]', token, re.DOTALL)
    return token if whole is None else token[1:-1]


lines = st.lists(
    st.sampled_from(["a", "b", '"a b"', "[a b]", '"', "[", "]", 'a"', '"b', '""', "[]", "[a]b"]),
    max_size=7,
).map(" ".join)


@settings(max_examples=600, deadline=None)
@given(lines, st.integers(1, 4), st.integers(0, 4), st.data())
def test_fields_are_found_as_a_slow_reader_finds_them(
    event: str, count: int, ellipsis: int, data: st.DataObject
) -> None:
    chosen = data.draw(st.integers(0, count - 1))
    wanted = data.draw(st.sampled_from(["a", "b", "a b", '"b', "[", "a b ]"]))
    fields = [f"w{number}" for number in range(count)]
    fields[chosen] += f" = {in_quotes(wanted)}"
    found = tokens(event)
    if ellipsis <= count:  # else there is none, and the last field takes the rest
        fields.insert(ellipsis, "...")
        from_end = chosen - count if chosen >= ellipsis else chosen
        expected = len(found) >= count and bare(found[from_end]) == wanted
    elif chosen < count - 1:
        expected = len(found) >= count and bare(found[chosen]) == wanted
    else:
        pieces = event.strip()
        for token in found[:chosen]:
            pieces = pieces[len(token) :].lstrip()
        expected = len(found) >= count and bare(pieces) == wanted
    assert matcher(parse_pattern(f"[{', '.join(fields)}]"))(event) is expected


@given(st.text("ab*", max_size=8), st.text("ab", max_size=10))
def test_a_wildcard_is_any_text(glob: str, value: str) -> None:
    expected = re.fullmatch(glob.replace("*", ".*"), value) is not None
    event = json.dumps({"k": value})
    assert matcher(parse_pattern(f'{{ $.k = "{glob}" }}'))(event) is expected


def test_deep_patterns_and_events_are_no_trouble() -> None:
    with pytest.raises(BadPattern, match="parentheses"):
        parse_pattern("{" + "(" * 500 + "$.a = 1" + ")" * 500 + "}")
    with pytest.raises(BadPattern, match="1025"):
        parse_pattern("a" * 1025)
    assert not matcher(parse_pattern("{ $.a = 1 }"))('{"a":' + "[" * 100_000)
    assert not matcher(parse_pattern("[..., a = x, b, c]"))("[ " * 500)
