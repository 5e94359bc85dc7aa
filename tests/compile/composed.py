"""Documents made of real Markdown, for hypothesis: text out of whole blocks, and bytes out of text.

A `sound` document holds whole blocks only; in each shell block of it stands `systemctl status
probe-N`, with another number each. What is not sound is torn somewhere, and may hold anything.
"""

import codecs
import re
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

Text = st.SearchStrategy[str]

PLACEHOLDERS = (
    "<task-arn>", "<pod>", "<x y>", "{env}", "${REGION}", "${PORT:-443}", "$HOST", "{{ version }}",
    "${{ secrets.TOKEN }}", "%USER%", "YOUR_API_KEY", "your-bucket", "xxx", "sg-xxxx", "[CLUSTER]",
    "[pod-name]", "...", "…", "TASK_ID", "v1.2.3", "123456789012", "i-1234567890abcdef0", "<...>",
    "2025-01-27T12:00:00Z", "my-app", "example.com", "<a|b>", "<id (see above)>",
    "PREVIOUS_VERSION",
)  # fmt: skip
COMMANDS = (
    "aws ecs describe-services --cluster {0} --services web --query 'services[0].events[:5]'",
    "aws ecs update-service --cluster shop --service web --task-definition web:{0}",
    "aws logs filter-log-events --log-group-name /ecs/web --filter-pattern \"ERROR|{0}\"",
    "aws rds modify-db-instance --db-instance-identifier {0} --master-user-password \"$P\"",
    "aws ecs describe-tasks --tasks $(aws ecs list-tasks --query 'taskArns[0]' --output text)",
    "kubectl -n {0} exec -it deploy/web -- sh -c 'kill -USR1 \"$(pidof {0})\"'",
    "kubectl get pods -o jsonpath='{{.items[*].metadata.name}}' | xargs kubectl delete pod",
    "psql -h {0} -U shop -c \"SELECT mean_time FROM pg_stat_statements LIMIT 5, 10\"",
    "redis-cli -h {0} KEYS '*' | xargs redis-cli DEL",
    "curl -X POST https://{0}/api -H 'Authorization: Bearer {0}' -d '{{\"text\":\"$X\"}}'",
    "ssh ops@{0} \"ps aux | awk '{{print $2}}'\"",
    "docker run --rm -v \"$PWD\":/w {0}:latest sh -c \"echo \\\"hi\\\"\"",
    "watch -n 5 'kubectl get pods -n {0}'",
    "terraform force-unlock {0}",
    "jq '.a[] | select(.b == \"{0}\")' file.json",
    "rm -rf \"${{DIR}}\"/* && cd /var/tmp && find . -delete",
    "date -d '1 hour ago' +%s; echo \"today: $(date)\"",
    "export NAME={0}",
    "NAME=$(curl -s https://x.internal/{0}) && [ \"$NAME\" != \"None\" ] || echo \"it's none\"",
    "diff <(sort a) <(sort b) >out.txt 2>&1 || true",
    "sudo systemctl restart {0}",
    "echo 'multi\nline {0}'",
    "git push origin {0} --force",
    "./deploy.sh --env {0} \\\n  --wait \\\n  # ... other options",
)  # fmt: skip
COMPOUND = (
    "for host in {0} b c; do\n  ssh \"$host\" uptime\n  {1}\ndone",
    "if [[ $CODE != 0 ]]; then\n  {1}\nelse\n  echo {0}\nfi",
    "while read -r a b; do\n  echo \"$a\"\ndone < <({1})",
    "while true; do\n  {1}\n  sleep 5\ndone",
    "case \"$1\" in\n  a|b) {1} ;;\n  *) echo {0} ;;\nesac",
    "check() {{\n  local n={0}\n  {1}\n}}",
    "cat <<EOF > /tmp/f\n{0}\nEOF",
    "cat <<-'END' | sed s/a/b/\n\t<config>{0}</config>\n\tEND",
    "psql <<SQL\nSELECT * FROM t WHERE a < {0};\nSQL",
    "python3 - <<'PY'\nprint('{0}')\nPY",
    "( cd /srv && {1} ) &",
    "until {1}; do sleep 1; done",
)  # fmt: skip
BETWEEN = (
    "", "# Look at it", "# 1. Restart {0}", "# Expected:", "# {{\"status\": \"up\"}}", "# ----",
    "# If it is still down", "# steadyhand: allow unresolved-placeholder why not",
    "{{\n  \"status\": \"{0}\",\n  \"checks\": [1, 2]\n}}", "[\"a\", \"b\"]",
    "SELECT count(*) FROM orders WHERE id = {0};", "NAME   READY   STATUS\nweb-0  1/1     Running",
    "Server restarted", "replicas: 2\nimage: {0}", "-- a note", "PONG", "\\dt+", "  --option {0}",
)  # fmt: skip
PROMPTS = (
    "$ ",
    "# ",
    "ops@web1:~$ ",
    "[root@web1 ~]# ",
    "bash-5.1$ ",
    "PS C:\\> ",
    "mysql> ",
    "> ",
)
OUTPUTS = ("ok", "{0}", "total 4", "64 bytes from 10.0.0.1: icmp_seq=1", "^C", "", '{{"a": {0}}}')
OTHERS = {
    "sql": "SELECT a, b FROM t WHERE c = '{0}';\n-- next\nDELETE FROM t;",
    "json": '{{"a": "{0}", "b": [1, {{}}]}}',
    "yaml": "a: {0}\nb:\n  - c\n---\nd: |\n  text",
    "python": 'import os\nprint("{0}")',
    "powershell": 'Get-Item {0} | Select-String -Pattern "x"',
    "hcl": 'resource "a" "b" {{\n  c = {0}\n}}',
    "text": "client -> {0} -> server",
    "markdown": "# Template {0}\n\n- [ ] tick\n\n| a | b |\n|---|---|\n| TBD | {0} |",
    "mermaid": "graph TD; A-->B",
    "diff": "- a\n+ {0}",
    'bash title="x.sh" {{1,3}}': "uptime",
    "": "systemctl status web",
    "unheard-of": "{0}",
}
WORDS = (
    "Restart the service, then look at `/health`.", "If the database is down, **page** the lead.",
    "Never run `rm -rf /`; use {0}.", "CPU above 80 % for 5 min, p95 > 2s.", "[a link](#there)",
    "Backups run daily at 03:00 UTC and are kept for 30 days.", "RTO: 4h, RPO: 15 min",
    "Call the on-call engineer (+49 30 1234567).", "https://status.example.org/ <ops@x.org>",
    "Wenn der Dienst steht, „neu starten“.", "サービスを再起動する", "It's $(date), costs $5.",
    "*Symptoms*", "Severity: critical. Response time: 5 minutes.", "{0}", "![d](d.png)", "a  ",
    "Line one\\\nline two", "<b>bold</b> &amp; <br/>", "~~gone~~ ==marked== :smile: [^1]",
)  # fmt: skip
HEADINGS = (
    "Incident: {0}", "P1: Down (response < 5 min)", "Rollback Procedure", "Step 1: Look",
    "Contacts",
    "Step 2: Act", "🚨 CRITICAL: Down", "Escalation", "`web` fails", "Monitoring & Alerts",
    "Template",
    "Restart {{#restart}}", "1. API Down (5xx)", "Database Maintenance",
)  # fmt: skip
TABLES = (
    ("Alarm", "Threshold", "Action"), ("Severity", "Response Time", "Escalation Path"),
    ("Cause", "Fix"), ("Task", "Schedule", "Owner"), ("Level", "When", "Contact"), ("A", "B"),
    ("Metric", "Target", "Actual"), ("Data", "Backup Location", "Retention"), ("Log", "Where"),
    ("Service", "Purpose", "Health Check"), ("Metric", "Warning", "Critical"), ("Name", "Phone"),
)  # fmt: skip
CELLS = (
    "P1", "15 min", "> 80% for 5 min", "CPU high", "restart `web`", "TBD", "", "daily 03:00", "L1",
    "On-call → lead", "[Insert name]", "7 days", "a \\| b", "`x | y`", "**99.9%**", "{0}", "n/a",
)  # fmt: skip
BULLETS = (
    "{0}", "**Owner**: {0}", "**P1**: 15 minutes", "**Level 1** (0-15 min): Lead", "Latency > 2s",
    "**If it fails**: restart", "RTO: 4 hours", "[ ] `web` answers", "[x] told {0}", "Restart it:",
    "**Last Updated**: $(date)", "Logs: `/ecs/web`", "Call ops@example.com", "**Cause**: {0}",
)  # fmt: skip
LOOSE = (
    "<details>\n<summary>More {0}</summary>\n\ntext\n\n</details>", "<!-- a comment {0} -->",
    "<!--\n# no heading\n```bash\n-->", "<div align=\"center\">\n  <h2>Title</h2>\n</div>",
    "<!-- steadyhand: allow keys-in-production because -->", "<table><tr><td>{0}</td></tr></table>",
    "---", "***", "[ref]: https://x.org/{0} \"t\"", "[^1]: A note about {0}",
    ":::warning\nMind {0}.\n:::", "!!! note \"Title\"\n    Indented text with {0}",
    "> [!WARNING]\n> Never {0}", "> **Note:** quoted\n>\n> - item\n>   - deeper", "$$\na^2\n$$",
    "import Tabs from '@theme/Tabs';",
    "<Tabs>\n<TabItem value=\"a\">\n\ntext\n\n</TabItem>\n</Tabs>",
    "{{/* a comment of MDX */}}", "export const x = {{ a: 1 }};", "{{% include \"x.md\" %}}",
    "Term\n: Definition {0}", "+++\ntitle = 1\n+++", "<pre>\nsystemctl stop {0}\n</pre>",
)  # fmt: skip
TORN = (
    "```bash\nuptime", "~~~\n<a", "````markdown\n```\n```", "<!-- never closed", "| a |\n|",
    "```sql",
    "```bash\ncat <<EOF\nx", "```bash\necho 'open", "```bash\nif true; then\n```", "    ```\n  ~~~",
    "```\nx\n```text", "- ```bash\nuptime\n```", "> ```\n> uptime", "\x00", "\x0c", "\u2028",
    "\ufeff",
    "\u202e", "`", "<", "[", "|", "\\", "``` `x", "* * * - -", "1) 2. - [ ]", "<details", "{", "{{",
    "```bash\n$ \n# \n> \n```", "```console\n\n```", "#" * 7, "=" * 3, "---\na: [",
    "\t\t- x\n \t~~~",
)  # fmt: skip


@st.composite
def _filled(draw: st.DrawFn, texts: Sequence[str]) -> str:
    text: str = draw(st.sampled_from(texts))
    return text.format(draw(st.sampled_from(PLACEHOLDERS)), draw(_SIMPLE))


def _format(text: str, value: str) -> str:
    return text.format(value)


_SIMPLE: Text = st.builds(_format, st.sampled_from(COMMANDS), st.sampled_from(PLACEHOLDERS))
_STATEMENT = st.one_of(_filled(COMMANDS), _filled(COMMANDS), _filled(COMPOUND), _filled(BETWEEN))


def _indented(text: str, margin: str, first: str = "") -> str:
    """Put a margin before each line that is not blank; `first` stands before the first instead."""
    moved = re.sub(r"^(?=.*\S)", margin, text, flags=re.MULTILINE)
    return first + moved.removeprefix(margin) if first else moved


@st.composite
def shell_block(draw: st.DrawFn) -> str:
    """Give a block of shell, fenced in one way or another; its probe stands first."""
    lines = ["systemctl status probe-N", *draw(st.lists(_STATEMENT, max_size=5))]
    mark = draw(st.sampled_from(("```", "~~~", "````", "~~~~~")))
    language = draw(st.sampled_from(("bash", "sh", "shell", "Bash", "bash {.line}", "zsh")))
    return f"{mark}{language}\n" + "\n".join(lines) + f"\n{mark}"


@st.composite
def session_block(draw: st.DrawFn) -> str:
    """Give a recorded session: prompts, what was typed, what came out."""
    lines: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        typed = draw(_SIMPLE).split("\n")[0]
        lines += [draw(st.sampled_from(PROMPTS)) + typed, draw(_filled(OUTPUTS))]
    language = draw(st.sampled_from(("console", "shell-session", "text", "", "bash")))
    return f"```{language}\n" + "\n".join(lines) + "\n```"


@st.composite
def other_block(draw: st.DrawFn) -> str:
    """Give a block of another language."""
    language = draw(st.sampled_from(sorted(OTHERS)))
    body = OTHERS[language].format(draw(st.sampled_from(PLACEHOLDERS)))
    return f"````{language.format()}\n{body}\n````"


@st.composite
def indented_block(draw: st.DrawFn) -> str:
    """Give code that only its indentation sets apart, below a paragraph."""
    margin = draw(st.sampled_from(("    ", "\t", "      ")))
    return f"Run this:\n\n{margin}" + draw(_SIMPLE).replace("\n", f"\n{margin}")


@st.composite
def table(draw: st.DrawFn) -> str:
    """Give a table, of facts or of anything."""
    headers = draw(st.sampled_from(TABLES))
    rows = [headers, tuple(draw(st.sampled_from(("---", ":--", "-:"))) for _ in headers)]
    for _ in range(draw(st.integers(0, 3))):
        rows.append(tuple(draw(_filled(CELLS)) for _ in headers))
    edge = draw(st.sampled_from(("| ", "")))
    return "\n".join(f"{edge}{' | '.join(row)} |" for row in rows)


@st.composite
def heading(draw: st.DrawFn) -> str:
    """Give a heading, with signs, underlined, or nothing but a line in bold."""
    text = draw(_filled(HEADINGS))
    forms = ("# {}", "## {}", "### {}", "#### {} ####", "{}\n====", "{}\n----", "**{}:**")
    return draw(st.sampled_from(forms)).format(text)


@st.composite
def listed(draw: st.DrawFn, blocks: Text) -> str:
    """Give a list whose items hold blocks: paragraphs, code, tables, other lists."""
    parts: list[str] = []
    kind = draw(st.sampled_from(("- ", "* ", "1. ", "1) ", "10. ", "+ ")))
    for _ in range(draw(st.integers(1, 3))):
        margin = " " * len(kind)
        item = _indented(draw(_filled(BULLETS)), margin, kind)
        if draw(st.booleans()):
            item += "\n\n" + _indented(draw(blocks), margin)
        parts.append(item)
    return draw(st.sampled_from(("\n", "\n\n"))).join(parts)


@st.composite
def quoted(draw: st.DrawFn, blocks: Text) -> str:
    """Give a block in a quote."""
    return re.sub(r"^", "> ", draw(blocks), flags=re.MULTILINE)


_LEAF = st.one_of(
    shell_block(), shell_block(), session_block(), other_block(), indented_block(), table(),
    _filled(WORDS), heading(),
)  # fmt: skip
_NESTED = st.recursive(_LEAF, lambda inner: st.one_of(listed(inner), quoted(inner)), max_leaves=4)
BLOCK = st.one_of(_NESTED, _NESTED, _NESTED, heading(), _filled(WORDS), _filled(LOOSE))
_FRONT = st.sampled_from(
    ("", "", "", "---\ntitle: x\nowner: me\n---\n\n", "---\nlast_updated: $(date)\n---\n\n")
)


def _numbered(text: str) -> str:
    """Give each probe a number of its own."""
    parts = text.split("probe-N")
    return "".join(f"{part}probe-{at}" for at, part in enumerate(parts[:-1])) + parts[-1]


# No loose HTML: what it swallows is not for a test to know.
SOUND = st.builds(
    lambda front, blocks: _numbered(front + "\n\n".join(blocks) + "\n"),
    _FRONT,
    st.lists(st.one_of(shell_block(), table(), heading(), _filled(WORDS), listed(shell_block())),
             min_size=1, max_size=7),
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Give a document of any blocks, torn at places."""
    some = st.one_of(BLOCK, BLOCK, BLOCK, BLOCK, BLOCK, st.sampled_from(TORN))
    blocks = [draw(some) for _ in range(draw(st.integers(0, 14)))]  # `lists` would give few
    between = draw(st.sampled_from(("\n\n", "\n\n", "\n", "\n\n\n")))
    text = _numbered(draw(_FRONT) + between.join(blocks) + draw(st.sampled_from(("\n", ""))))
    if draw(st.integers(0, 5)) == 0 and text:
        start = draw(st.integers(0, len(text) - 1))
        end = start + draw(st.integers(1, 30))
        text = text[:start] + text[end:]
    return text


ENDS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: text.replace("\n", "\r\n"),
    lambda text: text.replace("\n", "\r"),
    lambda text: text.replace("\n\n", "\r\n\n"),
)
ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode("utf-8", "surrogatepass"),
    "utf-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode("utf-8", "replace"),
    "utf-16": lambda text: text.encode("utf-16", "replace"),
    "utf-16-le": lambda text: text.encode("utf-16-le", "replace"),
    "utf-16-be": lambda text: text.encode("utf-16-be", "replace"),
    "utf-32": lambda text: text.encode("utf-32", "replace"),
    "latin-1": lambda text: text.encode("latin-1", "replace"),
    "cp1252": lambda text: text.encode("cp1252", "replace"),
    "read as MacRoman": lambda text: text.encode().decode("mac_roman").encode(),
    "read as Windows-1252": lambda text: text.encode().decode("cp1252", "replace").encode(),
}


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Give the bytes of a document, in any encoding and with any line ends; a few are torn."""
    text = draw(st.sampled_from(ENDS))(draw(texts()))
    encoded = st.sampled_from(("utf-8", "utf-8", "utf-8", *ENCODINGS))
    data = ENCODINGS[draw(encoded)](text)
    if draw(st.integers(0, 4)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(min_size=1, max_size=4)) + data[at:]
    return data
