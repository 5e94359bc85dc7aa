"""A value put into a statement is that value word for word, wherever its parameter stands."""

import subprocess

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.run.render import Unfit, render

PLACES = {
    "a word": "printf '%s\\n' <thing>",
    "double quotes": "printf '%s\\n' \"<thing>\"",
    "a default in double quotes": "printf '%s\\n' \"${UNSET_X:-<thing>}\"",
    "a variable with a default": "printf '%s\\n' \"${THING:-80}\"",
    "a default without quotes": "printf '%s\\n' ${UNSET_X:-<thing>}",
    "a replacement in double quotes": "UNSET_X=x; printf '%s\\n' \"${UNSET_X/x/<thing>}\"",
    "single quotes": "printf '%s\\n' '<thing>'",
    "a heredoc": "cat <<EOF\n<thing>\nEOF",
    "an unexpanded heredoc": "cat <<'EOF'\n<thing>\nEOF",
    "another unexpanded heredoc": "cat <<\\EOF\n<thing>\nEOF",
    "a heredoc with tabs": 'cat <<-"EOF"\n\t<thing>\nEOF',
    "a substitution within": "cat <<EOF\n$(printf '%s\\n' <thing>)\nEOF",
    "a here string": "cat <<< <thing>",
}
VALUES = [
    "plain", "a b", "it's", 'say "hi"', "x$(echo ran)", "x`echo ran`", "$HOME", "${HOME}", "a\\b",
    "a\\\\", "\\$x", "*", "~", "a;b", "a&b", "-n", "#", "!x", "a\\nb", "EOFx", "'$(echo ran)'",
    "a}b", "{a", "}",
]  # fmt: skip


def rendered(place: str, value: str) -> str:
    document = f"# Shop\n\n## Say\n\n```bash\n{PLACES[place]}\n```\n"
    runbook, _ = compile_runbook(parse("shop.md", document))
    [step] = runbook.procedures[0].steps
    return render(step, dict.fromkeys((one.parameter for one in step.parameters), value))


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_itself(place: str, value: str) -> None:
    done = subprocess.run(
        ["bash", "-c", rendered(place, value)], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"{value}\n", "")


@pytest.mark.parametrize(
    "place", [place for place in PLACES if place.endswith(("heredoc", "tabs"))]
)
@pytest.mark.parametrize("value", ["EOF", "a\nEOF\necho ran", "\tEOF"])
def test_a_value_that_ends_a_heredoc_is_refused(place: str, value: str) -> None:
    with pytest.raises(Unfit, match="<thing> has a line that ends"):
        rendered(place, value)
