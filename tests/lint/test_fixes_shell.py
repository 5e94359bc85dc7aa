"""The edits that the rules about the shell and secrets offer: before, after, and nothing else."""

import pytest

from steadyhand.lint.shell.languages import language_of_data, language_of_file
from steadyhand.model.document.edit import apply_edits
from tests.lint.subjects import findings

FIXED: list[tuple[str, str, str]] = [
    ("space-after-backslash", "```bash\nls a \\ \t\n  b\n```", "```bash\nls a \\\n  b\n```"),
    (
        "space-after-backslash",
        "1. x\n\n   ```sh\n   ls a \\ \n     b\n   ```",
        "1. x\n\n   ```sh\n   ls a \\\n     b\n   ```",
    ),
    (
        "hidden-character",
        "```bash\n\u200bls\u00a0-l \u200b\u2003a\u2060b\n```",
        "```bash\nls -l  ab\n```",
    ),
    (
        "wrong-fence-language",
        "```bash\n# Who?\nSELECT 1;\n  # And how many?\nSELECT 2;\n```",
        "```sql\n-- Who?\nSELECT 1;\n  -- And how many?\nSELECT 2;\n```",
    ),
    ("wrong-fence-language", '~~~sh\n{"a": 1}\n~~~', '~~~json\n{"a": 1}\n~~~'),
    (
        "wrong-fence-language",
        "```bash\n# The pod\nkind: Pod\nname: web\n```",
        "```yaml\n# The pod\nkind: Pod\nname: web\n```",
    ),
    (
        "unquoted-variable",
        "1. x\n   ```bash\n   aws x --cluster $CLUSTER y=${CLUSTER}\n   ```",
        '1. x\n   ```bash\n   aws x --cluster "$CLUSTER" y="${CLUSTER}"\n   ```',
    ),
    (
        "unquoted-variable",
        "```bash\nn=$(cat n)\nif [ $n -lt 3 ]; then date; fi\n```",
        '```bash\nn=$(cat n)\nif [ "$n" -lt 3 ]; then date; fi\n```',
    ),
    (
        "mixed-time-zones",
        "```bash\ndate -u\nredis-cli GET s:$(date +%F)\n```",
        "```bash\ndate -u\nredis-cli GET s:$(date -u +%F)\n```",
    ),
    (
        "generated-secret-refused",
        "```bash\nP=$(openssl rand -base64 32)\naws rds modify-db-instance --master-user-password "
        '"$P"\n```',
        "```bash\nP=$(openssl rand -hex 20)\naws rds modify-db-instance --master-user-password "
        '"$P"\n```',
    ),
    (
        "generated-secret-refused",
        '```bash\naws rds modify-db-instance --master-user-password "$(openssl rand -base64 9)"'
        "\n```",
        '```bash\naws rds modify-db-instance --master-user-password "$(openssl rand -hex 9)"\n```',
    ),
    (
        "whole-secret-overwritten",
        "```bash\n# Rotate it\nvault kv put secret/shop a=1\n```",
        "```bash\n# Rotate it\nvault kv patch secret/shop a=1\n```",
    ),
]
# Found, but whether the edit is right, nobody can say from the text.
NOT_FIXED: list[tuple[str, str]] = [
    ("wrong-fence-language", '```bash\n# The answer\n{"a": 1}\n```'),
    ("wrong-fence-language", "```bash\ndate\nSELECT 1;\n```"),
    ("unquoted-variable", "```bash\npsql $URL\n```"),
    ("unquoted-variable", "```bash\nredis-cli -h $CACHE ping\nredis-cli --host $CACHE ping\n```"),
    ("unquoted-variable", "```bash\naws x --services $SERVICE\n```"),
    ("placeholder-as-redirection", "```bash\nredis-cli -h <host> ping\n```"),
    (
        "generated-secret-refused",
        "```bash\nP=$(head -c 9 /dev/urandom | base64)\naws rds modify-db-instance "
        '--master-user-password "$P"\n```',
    ),
]


@pytest.mark.parametrize(("rule", "before", "after"), FIXED)
def test_the_fix_mends_it_and_nothing_else(rule: str, before: str, after: str) -> None:
    text, wanted = f"# P\n\n{before}\n", f"# P\n\n{after}\n"
    edits = [edit for finding in findings(text, rule) for edit in finding.fix]
    assert apply_edits(text, edits) == wanted
    assert not findings(wanted, rule)


@pytest.mark.parametrize(("rule", "text"), NOT_FIXED)
def test_no_fix_where_it_may_be_wrong(rule: str, text: str) -> None:
    found = findings(f"# P\n\n{text}\n", rule)
    assert found
    assert not any(finding.fix for finding in found)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("JSON", '{"a": [1, 2]}'),
        ("JSON", '{\n  "a": 1,\n  ...\n}'),
        ("JSON", "[]"),
        ("YAML", "a: 1\nb: 2"),
        ("YAML", "- name: a\n  image: b\n- c"),
        ("", "{ date; }"),
        ("", "[ -f a ]"),
        ("", "a: 1"),
        ("", "Name: web\nsays: hello\nand more"),
        ("", "date"),
    ],
)
def test_data_is_told_by_how_it_looks(language: str, text: str) -> None:
    assert language_of_data(text.split("\n")) == language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("Python", "import os.path"),
        ("Python", "  from shop import web"),
        ("Python", "def run(x):"),
        ("HCL", 'resource "aws_s3_bucket" "logs" {'),
        ("INI", "[Service]"),
        ("Dockerfile", "FROM python:3.13 AS build"),
        ("HTTP", "HTTP/1.1 200 OK"),
        ("PowerShell", "Get-Process -Name web"),
        ("", "import -window root screen.png"),
        ("", "from=1"),
        ("", "[ -f a ]"),
        ("", "[[ -f a ]]"),
        ("", "FROM=a to=b"),
        ("", "module load gcc"),
        ("", "data/run.sh"),
        ("", "docker-compose up"),
    ],
)
def test_files_are_told_by_their_first_line(language: str, text: str) -> None:
    assert language_of_file(text) == language
