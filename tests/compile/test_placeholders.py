"""What is a placeholder and what is not, by table; where values come from; names that are one."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.compile.shell import find_placeholders, masked, parse_statement
from steadyhand.compile.shell.placeholders import Form
from steadyhand.model.document.runbook import Parameter, ParameterKind, Runbook, SourceKind
from steadyhand.model.document.shell import expanded, fits


def compiled(text: str) -> Runbook:
    return compile_runbook(parse("x.md", text))[0]


def found(text: str) -> list[tuple[str, str]]:
    return [(one.spelling, one.name) for one in find_placeholders(text)]


@pytest.mark.parametrize(
    ("text", "spelling", "name"),
    [
        ("kubectl logs <pod-name>", "<pod-name>", "pod-name"),
        ("kubectl logs <the pod> -f", "<the pod>", "the-pod"),
        ("aws x --task <task id (from above)>", "<task id (from above)>", "task-id"),
        ("x --stage <dev|prod>", "<dev|prod>", "dev-prod"),
        ("x <12-digit-account> y", "<12-digit-account>", "12-digit-account"),
        ("x <...> y", "<...>", "value"),
        ('curl -d \'{"id": "<id>"}\' x', "<id>", "id"),
        ("aws s3 ls s3://{bucket}/x", "{bucket}", "bucket"),
        ("kubectl get {env}-web", "{env}", "env"),
        ("helm upgrade x --set image={{ .Values.tag }}", "{{ .Values.tag }}", "Values.tag"),
        ("echo {{ env | lower }}", "{{ env | lower }}", "env"),
        ("echo ${{ secrets.KEY }}", "${{ secrets.KEY }}", "secrets.KEY"),
        ("curl https://x/%ENV%/y", "%ENV%", "ENV"),
        ("kubectl logs [pod-name]", "[pod-name]", "pod-name"),
        ("kubectl -n [NAMESPACE] get pods", "[NAMESPACE]", "NAMESPACE"),
        ("x --key [Insert key]", "[Insert key]", "insert-key"),
        ("aws x --cluster YOUR_CLUSTER", "YOUR_CLUSTER", "YOUR_CLUSTER"),
        ("aws x --cluster your-cluster", "your-cluster", "your-cluster"),
        ("curl https://api.your-domain.com/up", "your-domain.com", "your-domain.com"),
        ("x --key REPLACE_ME", "REPLACE_ME", "REPLACE_ME"),
        ("x --key=changeme", "changeme", "changeme"),
        ("x --key TODO", "TODO", "TODO"),
        ("x --id i-xxxxxxxx", "i-xxxxxxxx", "i"),
        ("tar xzf dump-YYYY-MM-DD.tar.gz", "YYYY-MM-DD", "date"),
        ("ping xxx.xxx.xxx.xxx", "xxx.xxx.xxx.xxx", "address"),
        ("x --arn arn:aws:ecs:...", "arn:aws:ecs:...", "arn-aws-ecs"),
        ("x --sg sg-...", "sg-...", "sg"),
        ("ping 10.0.x.x", "10.0.x.x", "address"),
        ("mkfs.ext4 /dev/sdX1", "/dev/sdX1", "device"),
        ("aws x --task TASK_ID", "TASK_ID", "TASK_ID"),
        ("az vm list -g RESOURCE-GROUP", "RESOURCE-GROUP", "RESOURCE-GROUP"),
        ("kubectl logs -f POD", "POD", "POD"),
        ("sudo systemctl restart SERVICE", "SERVICE", "SERVICE"),
        ("ssh root@HOST", "HOST", "HOST"),
        ("psql -h HOST -c 'SELECT 1'", "HOST", "HOST"),
        ("kill -9 PID", "PID", "PID"),
        ("git checkout BRANCH", "BRANCH", "BRANCH"),
        ("aws x --cluster CLUSTER", "CLUSTER", "CLUSTER"),
    ],
)
def test_a_placeholder(text: str, spelling: str, name: str) -> None:
    assert found(text) == [(spelling, name)]
    assert spelling not in masked(text, find_placeholders(text))


@pytest.mark.parametrize(
    ("text", "sample"),
    [
        ("git tag v1.2.3", "v1.2.3"),
        ("docker pull shop/web:1.2.3", "1.2.3"),
        ("curl https://api.example.com/x", "api.example.com"),
        ("mail ops@example.org", "ops@example.org"),
        ("aws s3 ls s3://my-bucket", "my-bucket"),
        ("kubectl logs my-app-pod", "my-app-pod"),
        ("x --restore-time 2025-01-27T12:00:00Z", "2025-01-27T12:00:00Z"),
        ("pg_restore dump-2025-01-27.sql", "2025-01-27"),
        ("x --role arn:aws:iam::123456789012:role/x", "123456789012"),
        ("x --ids i-1234567890abcdef0", "i-1234567890abcdef0"),
        ("ping 192.0.2.7", "192.0.2.7"),
        ("get user:abc123", "abc123"),
    ],
)
def test_a_sample_is_its_own_default(text: str, sample: str) -> None:
    (one,) = find_placeholders(text)
    assert (one.spelling, one.default, one.form) == (sample, sample, Form.SAMPLE)
    assert masked(text, (one,)) == text


@pytest.mark.parametrize(
    "text",
    [
        "echo ${X:-d} $1 {a,b} {1..3} ${#Y}",
        "awk '{print}' x",
        "awk '{print $1}' x",
        "jq '{id}' x",
        "jq '.[] | {name, id}' x",
        "aws x --query 'Items[?y==`z`].{a:b}'",
        "aws x --query '[id]'",
        "docker ps --format '{{.Names}}'",
        'docker ps --format "table {{.ID}}\\t{{.Names}}"',
        "docker inspect -f '{{ name }}' x",
        "kubectl get x -o go-template='{{range .items}}{{name}}{{end}}'",
        "kubectl get x -o jsonpath='{.items[*].metadata.name}{end}'",
        "kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName",
        "curl -w '%{http_code}' x",
        "printf '%s %d\\n' a b",
        "date +%Y%m%d_%H%M%S",
        "sort <names.txt >out",
        "sort <in.txt>out.txt",
        "cat <<EOF\nimage: {{ tag }} {env}\nEOF",
        "docker images | grep '<none>'",
        "echo '<b>x</b><br>'",
        "curl -d '<ping/>' x",
        'OWNER="${OWNER:?set OWNER=<org-or-user>}"',
        ': "${AWS_SECRET_ACCESS_KEY:?Need to set AWS_SECRET_ACCESS_KEY}"',
        "kubectl apply -f - <<EOF\n- { name: POSTGRES_PASSWORD, value: x }\nEOF",
        """jq '.repo // "<deleted>"' x.json""",
        "sed -i 's/<name>old<\\/name>/<name>new<\\/name>/' x.xml",
        'git commit --author="A <a@b.co>"',
        "psql -c 'select * from t where a <b and c> 3'",
        'psql -c "SELECT a FROM t WHERE a <b AND c> d"',
        "psql -c \"select x like '%ERROR%'\"",
        "psql -c 'SELECT NAME, USER FROM T'",
        "diff <(a) <(b)",
        "mktemp /tmp/foo.XXXXXX",
        "git stash show stash@{0}; git diff @{upstream}",
        "find . -name x -exec rm {} \\;",
        "ls | xargs -I {f} rm {f}",
        "[ -f x ] && [[ -n $a ]]",
        "ls [abc]* file[0-9]",
        "tr [a-z] [A-Z]",
        'aws logs x --filter-pattern "[timestamp, request_id, level=ERROR, ...]"',
        'aws logs x --filter-pattern "[host]"',
        "echo '[ERROR] [INFO] [id=3]'",
        "aws dynamodb x --billing-mode PAY_PER_REQUEST --attribute-type S",
        "aws ecs x --propagate-tags SERVICE --launch-type EC2",
        "export HOST=x; echo $HOST; unset HOST",
        "make deploy VERSION=1",
        "docker run -e HOST -e PASSWORD img",
        "printenv HOST",
        "redis-cli CONFIG GET maxmemory",
        "openssl ciphers ECDHE-RSA-AES256-SHA",
        'curl -X POST -H "X-REQUEST-ID: 1" https://shop.net/v1',
        "echo do it yourself",
        "grep -P '(?P<name>\\w+)' x",
        "grep '\\<word\\>' x",
        "python -c \"print(f'{name}')\"",
        "go test ./... && git diff main...HEAD",
        "echo 'List<String> Map<String, Integer>'",
        "sed -E 's/a{3}/b/' x",
        'aws iam x --policy-document \'{"Version": "2012-10-17"}\'',
        "curl 'https://h/?api-version=2021-04-01'",
        "npm install foo@1.2.x",
        "aws elasticache x --engine-version 7.x",
        "gh api repos/{owner}/{repo}/releases",
        "set PATH=%PATH%;%USERPROFILE%",
        "echo 'usage: run <target>'",
        "psql -c \"select to_char(now(), 'YYYY-MM-DD')\"",
        "docker ps --format '{{ name }}: {{ image }}'",
        "while read -r line; do echo {x}; done < <(ls)",
    ],
)
def test_no_placeholder(text: str) -> None:
    assert found(text) == []


def test_a_sample_is_a_literal_until_somebody_gives_another_value() -> None:
    text = "aws s3 ls s3://my-bucket/x"
    parsed = parse_statement(text, find_placeholders(text))
    (command,) = parsed.statement.commands
    assert command.words[3].literal == "s3://my-bucket/x"
    assert [o.parameter for o in parsed.occurrences] == ["my-bucket"]
    assert expanded(command, {})[3] == "s3://my-bucket/x"
    assert expanded(command, {"my-bucket": "carts"})[3] == "s3://carts/x"
    argv = ("aws", "s3", "ls", "s3://carts/x")
    assert fits(command, argv, {"my-bucket": "carts"})
    assert not fits(command, argv, {})


def parameters(text: str) -> dict[str, Parameter]:
    """The parameters of the last procedure, by spelling."""
    return {p.spelling: p for p in compiled(text).procedures[-1].parameters}


@pytest.mark.parametrize(
    ("line", "kind", "source"),
    [
        ("psql -h <writer> -c 'SELECT 1'", "host", "person"),
        ("x --region <where>", "region", "configuration"),
        ("x --env {env}", "environment", "configuration"),
        ("x <account-id>", "account", "configuration"),
        ("x <image-tag>", "version", "person"),
        ("x <webhook-url>", "secret", "person"),
        ("x <console-url>", "url", "person"),
        ("x <start-date>", "date", "person"),
        ("x <replicas>", "number", "person"),
        ("x <log-file>", "path", "person"),
        ("x <api-key>", "secret", "person"),
        ("x <public-key>", "text", "person"),
        ("x <s3-key>", "text", "person"),
        ("aws x --queue-url <q>", "url", "person"),
        ("curl -H 'Authorization: Bearer <t>' https://shop.net", "secret", "person"),
        ("curl https://api.example.com/x", "host", "configuration"),
        ("git tag v1.2.3", "version", "person"),
        ("x ${{ env.STAGE }}", "environment", "environment"),
    ],
)
def test_kinds_and_sources(line: str, kind: str, source: str) -> None:
    found = parameters(f"# T\n\n```bash\n{line}\n```\n")
    (one,) = found.values()
    assert (one.kind, one.source.kind) == (ParameterKind(kind), SourceKind(source))
    assert one.secret is (kind == "secret")


def test_a_sample_that_is_a_password_is_kept_secret() -> None:
    (one,) = parameters("# T\n\n```bash\nx --password my-secret\n```\n").values()
    assert one.secret
    (one,) = parameters("# T\n\n```bash\nx --secret-id my-secret\n```\n").values()
    assert not one.secret


@pytest.mark.parametrize(
    ("printer", "line", "spelling"),
    [
        ("kubectl get pods -n shop", "kubectl logs -f <pod>", "<pod>"),
        ("kubectl -n shop get po", "kubectl exec -it <pod> -- sh", "<pod>"),
        ("kubectl get nodes", "kubectl drain <node> --force", "<node>"),
        ("kubectl get deploy", "kubectl rollout restart deploy/<name>", "<name>"),
        (
            "aws ecs describe-services --cluster c --services s",
            "aws ecs describe-task-definition --task-definition shop:<revision>",
            "<revision>",
        ),
        ("kubectl rollout history deploy/x", "kubectl rollout undo x --to-revision=<n>", "<n>"),
        ("docker ps", "docker logs --tail 5 <container>", "<container>"),
        ("ps aux", "kill -9 <pid>", "<pid>"),
        ("gh run list", "gh run view <run>", "<run>"),
        ("git log --oneline", "git revert <commit>", "<commit>"),
        ("lsblk", "mount <device> /mnt", "<device>"),
        ("aws ec2 describe-instances", "aws ec2 stop-instances --instance-ids <i>", "<i>"),
        ("aws elasticache describe-cache-clusters", "redis-cli -h <h> ping", "<h>"),
        ("aws sqs list-queues", "aws sqs purge-queue --queue-url <q>", "<q>"),
    ],
)
def test_a_command_prints_it(printer: str, line: str, spelling: str) -> None:
    one = parameters(f"# T\n\n```bash\n{printer}\n{line}\n```\n")[spelling]
    assert (one.source.kind, one.source.step) == (SourceKind.STEP, "t/1")
    one = parameters(f"# A\n\n```bash\n{printer}\n```\n\n# B\n\n```bash\n{line}\n```\n")[spelling]
    assert (one.source.kind, one.source.step) == (SourceKind.DOCUMENT, "a/1")
    one = parameters(f"# T\n\n```bash\n{line}\n```\n")[spelling]
    assert one.source.kind is SourceKind.PERSON


def test_what_needs_a_value_does_not_print_it() -> None:
    text = (
        "# A\n\n```bash\nkubectl get pods <pod>\nx $(kubectl get pods)\n```\n\n"
        "# B\n\n```bash\nkubectl logs <pod>\n```\n"
    )
    assert parameters(text)["<pod>"].source.kind is SourceKind.PERSON


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        ("redis-cli -h <endpoint> ping", "redis-cli -h <cache-endpoint> info", "host of a cache"),
        ("aws ecs x --tasks <task-arn>", "aws ecs y --task <task-id>", "task"),
        ("kubectl logs <pod>", "kubectl exec <pod-name> -- ls", "pod"),
        ("tool -k <order>", "tool -k <order-id>", "tool -k"),
    ],
)
def test_two_names_for_one_value(one: str, other: str, where: str) -> None:
    (alias,) = compiled(f"# A\n```bash\n{one}\n```\n# B\n```bash\n{other}\n```\n").aliases
    assert alias.where == where
    assert [span.line for span in alias.spans] == [3, 7]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("redis-cli -h <endpoint> ping", "psql -h <db-endpoint>"),
        ("redis-cli -h <endpoint> ping", "redis-cli -h <replica-endpoint> info"),
        ("aws elbv2 x --target-group-arn <arn>", "aws elbv2 x --target-group-arn <green-arn>"),
        ("kubectl logs <pod>", "kubectl logs <worker>"),
        ("kubectl logs <web-pod>", "kubectl logs <worker-pod>"),
        ("kubectl logs <pod>", "kubectl logs <pod>"),
        ("psql -h $DB_HOST", "psql -h <db-host>"),
        ("curl https://<host>/a", "curl https://<auth-host>/b"),
    ],
)
def test_two_values(one: str, other: str) -> None:
    assert compiled(f"# A\n```bash\n{one}\n```\n# B\n```bash\n{other}\n```\n").aliases == ()


def test_two_names_in_one_procedure() -> None:
    text = "# A\n```bash\n./back <previous_image_tag>\necho 'now at <previous_tag>'\n```\n"
    (alias,) = compiled(text).aliases
    assert alias.names == ("<previous_image_tag>", "<previous_tag>")
    text = "# A\n```bash\n./back <tag>\necho 'now at <image-tag>' <name>\n```\n"
    assert compiled(text).aliases == ()
