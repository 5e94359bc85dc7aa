"""What local programs may be given, what they must not do, and curl's way out of the lab."""

import shlex
from pathlib import Path

import pytest

from steadyhand.model.run.target import Target
from steadyhand.world.door import Refused
from steadyhand.world.programs.environment import for_aws_command
from steadyhand.world.words.loopback import curl_in_lab, no_way_out
from steadyhand.world.words.past import check_starts, check_wrapper, curl_writes
from steadyhand.world.words.tools import (
    KEEPS,
    SENDERS,
    TRANSFORMS,
    WRAPPERS,
    changes_tokens,
    check_local,
    reads_stdin,
    tool_name,
)
from steadyhand.world.words.waiting import divided, watched


def words(text: str) -> tuple[str, ...]:
    return tuple(shlex.split(text))


def test_no_program_is_of_two_kinds() -> None:
    kinds = [KEEPS, TRANSFORMS, WRAPPERS, SENDERS]
    assert len(frozenset.union(*kinds)) == sum(map(len, kinds))


@pytest.mark.parametrize(
    ("word", "name"),
    [("/usr/bin/date", "date"), ("date", "date"), ("./date", "./date"), ("/tmp/date", "/tmp/date")],
)
def test_tool_name(word: str, name: str) -> None:
    assert tool_name(word) == name


@pytest.mark.parametrize(
    "command",
    [
        "date -s 12:00",
        "date --set=12:00",
        "date -us 12:00",
        "date 010100002020",
        "openssl s_client -connect example.test:443",
        "openssl",
        "awk 'BEGIN { system(\"curl x\") }'",
        "awk '{ print | \"sh\" }'",
        "awk '{ \"date\" | getline x }'",
        "awk 'BEGIN { x = \"/inet/tcp/0/example.test/80\" }'",
        "sed 's/a/curl x/e'",
        "sed '1e curl x'",
        "sed 'e curl x'",
        "sort --compress-program=curl x",
        "rm -rf /",
        "rm ../outside",
        "rm -rf ..",
        "cp file /etc/passwd",
        "tee /etc/passwd",
        "ln -s /etc/passwd link",
        "cp --target-directory=/etc file",
        "sed -i s/a/b/ /etc/passwd",
        "sed -Ei -e s/a/b/ /etc/passwd",
        "sed --in-pl s/a/b/ /etc/passwd",
        "sort -o /etc/passwd x",
        "sort -uo /etc/passwd x",
        "yq -i .a=1 /etc/app.yml",
        "gzip /etc/passwd",
        "tee link-out/file",
        "cp -t/etc file",
        "mktemp -p /etc",
        "uniq file /etc/x",
        "shuf -e a -o /etc/x",
        "openssl rand -out /etc/x 4",
        "openssl rand --out /etc/x 4",
        "openssl version --engine x",
        "awk -o/etc/x '{ print }' file",
        "awk --dump-var=/etc/x '{ print }' file",
        "awk -f program file",
        "awk '{ print > \"/etc/x\" }'",
        'awk \'{ print "a;b" > "/etc/x" }\'',
        "hostname other",
        "cat /proc/1/environ",
        "cat /home/ops/.aws/credentials",
    ],
)
def test_what_a_local_program_must_not_do(command: str, tmp_path: Path) -> None:
    (tmp_path / "link-out").symlink_to("/etc")
    argv = words(command)
    with pytest.raises(Refused):
        check_local(argv[0], argv, str(tmp_path), (tmp_path,))


@pytest.mark.parametrize(
    "command",
    [
        "date -d '30 minutes ago' +%s",
        "date -ud '30 minutes ago' +%s",
        "openssl rand -base64 32",
        "gzip -t /etc/passwd",
        "awk '{print $1}' file",
        "awk '{print $1 \";\" $2}' file",
        "awk -F'|' '{print $2}'",
        "awk '$3 > 5 || $1 == \"a\"'",
        "sed -n 1,5p file",
        "sed s/one/two/g",
        "sed -i s/a/b/ file",
        "sort -u file",
        "rm file",
        "tee folder/file",
        "tee /dev/null",
        "mkdir -p a/b",
        "grep -e x /etc/hosts",
        "mktemp -d",
        "uniq -c file",
        "awk -F: '/a|b/ { print $1 }' file",
        "hostname -f",
        "cat /proc/meminfo",
    ],
)
def test_what_a_local_program_may_do(command: str, tmp_path: Path) -> None:
    argv = words(command)
    check_local(argv[0], argv, str(tmp_path), (tmp_path,))


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("cat", False),
        ("grep x", False),
        ("head -n 1", False),
        ("head -c 5", True),
        ("base64", True),
        ("cut -c1-5", True),
        ("wc -c", True),
        ("jq -r .SecretString", False),
        ("jq '.a | @base64'", True),
        ("jq '.a | length'", True),
        ("jq '.a[0:4]'", True),
        ("sed s/a/b/", True),
        ("openssl dgst", True),
    ],
)
def test_who_would_change_a_token(command: str, changes: bool) -> None:
    argv = words(command)
    assert changes_tokens(argv[0], argv) == changes


@pytest.mark.parametrize(
    ("command", "reads"),
    [
        ("aws ecs list-clusters", False),
        ("aws s3 cp - s3://b/k", True),
        ("aws ssm put-parameter --value file:///dev/stdin", True),
        ("curl -d @- http://localhost", True),
        ("curl -s http://localhost", False),
        ("psql url", True),
        ("psql url -c 'SELECT 1'", False),
        ("cat", True),
        ("date", False),
    ],
)
def test_who_reads_stdin(command: str, reads: bool) -> None:
    argv = words(command)
    assert reads_stdin(argv[0], argv) == reads


@pytest.mark.parametrize(
    "command",
    [
        "sh -c '/usr/bin/env curl x'",
        "bash -c 'PATH=/usr/bin curl x'",
        "bash -c 'echo x > /dev/tcp/192.0.2.1/80'",
        "bash -c 'command -p curl x'",
        "bash -c 'enable -f lib.so x'",
        "env -i curl x",
        "env PATH=/usr/bin curl x",
        "xargs /usr/bin/env",
        "timeout 5 /usr/bin/env",
    ],
)
def test_what_goes_past_the_shims(command: str) -> None:
    with pytest.raises(Refused):
        check_wrapper(words(command))


@pytest.mark.parametrize(
    "command",
    [
        "sh -c 'aws logs tail /ecs/api | grep -i error'",
        "xargs -n 1 redis-cli -h h DEL",
        "timeout 5 curl -s http://localhost/health",
        "env A=b aws s3 ls",
        "watch -n 5 'aws ecs describe-services'",
    ],
)
def test_what_stays_with_the_shims(command: str) -> None:
    check_wrapper(words(command))


NAMED = Target(
    "lab",
    "us-east-1",
    "123456789012",
    hosts=(("shop.test", "127.0.0.1:9080"),),
    tls_hosts=(("shop.test", "127.0.0.1:9443"),),
    authority="/lab/authority.pem",
)


@pytest.mark.parametrize(
    "command",
    [
        "curl https://status.example.test/api",
        "curl example.test",
        "curl -s http://127.0.0.1@example.test/",
        "curl http://127.0.0.1:1\\@example.test/",
        "curl http://127.0.0.1/ http://example.test/",
        "curl --url http://example.test/",
        "curl --url=http://example.test/",
        "curl -x http://example.test http://127.0.0.1/",
        "curl -sx http://example.test http://127.0.0.1/",
        "curl --proxy http://example.test http://127.0.0.1/",
        "curl --connect-to ::example.test:80 http://127.0.0.1/",
        "curl --resolve localhost:80:192.0.2.1 http://localhost/",
        "curl -K config",
        "curl -sKconfig",
        "curl --config config",
        "curl file:///etc/passwd",
        "curl gopher://127.0.0.1/",
        "curl http://{example.test,127.0.0.1}/",
        "curl http://127.0.0.1.example.test/",
        "curl -o /dev/null -s example.test",
        "curl -so/dev/null example.test",
    ],
)
def test_curl_stays_on_loopback(command: str) -> None:
    with pytest.raises(Refused, match="beyond loopback"):
        curl_in_lab(words(command), NAMED)


@pytest.mark.parametrize(
    "command",
    [
        "curl -s http://127.0.0.1:8080/health",
        "curl -sSfL localhost:8080/health",
        "curl -X POST http://localhost/ -H 'Host: example.test' -d '{\"a\": \"http://x.test\"}'",
        "curl -s -o /dev/null -w '%{http_code}' http://[::1]:80/",
        "curl -sXPOST http://127.9.9.9/",
        "curl --version",
    ],
)
def test_curl_on_loopback(command: str) -> None:
    assert curl_in_lab(words(command), NAMED) == words(command)


def test_a_name_of_the_lab_leads_to_the_lab() -> None:
    given = words("curl -f https://shop.test/health http://shop.test:8080/")
    assert curl_in_lab(given, NAMED) == (
        *("curl", "--connect-to", "shop.test:443:127.0.0.1:9443"),
        *("--connect-to", "shop.test:8080:127.0.0.1:9080", "--cacert", "/lab/authority.pem"),
        *given[1:],
    )
    assert "shop.test" in no_way_out(NAMED)["no_proxy"].split(",")
    with pytest.raises(Refused, match=r"shop\.test\.example"):
        curl_in_lab(words("curl https://shop.test.example/"), NAMED)


def test_a_refused_url_is_not_repeated_with_what_stands_in_it() -> None:
    with pytest.raises(Refused) as refused:
        curl_in_lab(words("curl https://u:s3cret@example.test/?key=s3cret"), NAMED)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("word", "seconds"),
    [("60", "6.000"), ("5m", "30.000"), ("1h", "360.000"), ("x", "x"), ("", "")],
)
def test_durations_are_divided(word: str, seconds: str) -> None:
    assert divided(word, 10.0) == seconds


@pytest.mark.parametrize(
    ("command", "seconds", "text"),
    [
        ("watch -n 10 'aws s3 ls'", 10.0, "aws s3 ls"),
        ("watch -n5 date -u", 5.0, "date -u"),
        ("watch --interval=3 -d date", 3.0, "date"),
        ("watch date", 2.0, "date"),
        ("watch -n x date", 2.0, "date"),
    ],
)
def test_watch(command: str, seconds: float, text: str) -> None:
    assert watched(words(command)) == (seconds, text)


def test_which_variables_the_aws_cli_may_have() -> None:
    allowed = for_aws_command({"AWS_REGION": "eu-west-1", "A": "b", "LD_PRELOAD": "x"})
    assert allowed == {"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "A": "b"}
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_ECS", "AWS_CONFIG_FILE"):
        with pytest.raises(Refused, match=name):
            for_aws_command({name: "x"})


@pytest.mark.parametrize(
    "command",
    [
        "psql --outp=/etc/x -c 'select 1'",
        "psql --lo /etc/x -c 'select 1'",
        "git ls-remote --upload-p=evil .",
        "git diff --ext .",
        "git clone --config core.sshCommand=evil x",
        "tar --to-com=evil -xf a.tar",
        "tar --use-compress=evil -xf a.tar",
        "rsync --rs=evil a b",
        "man --pag=evil ls",
    ],
)
def test_options_that_were_cut_short_are_seen(command: str) -> None:
    argv = words(command)
    with pytest.raises(Refused):
        check_starts(argv[0], argv)


@pytest.mark.parametrize(
    "command",
    [
        "psql --list",
        "psql --host h -c 'select 1'",
        "git diff --text a b",
        "git log --oneline --reverse",
        "tar --checkpoint=1000 -tf a.tar",
        "tar --list --file a.tar",
        "rsync --recursive a b",
    ],
)
def test_options_that_only_look_like_them_are_not(command: str) -> None:
    argv = words(command)
    check_starts(argv[0], argv)


def test_curl_writes_what_its_format_names() -> None:
    argv = words("curl -s -w '%{http_code}%output{/etc/x}%{url}%output{>>log}' http://h/")
    assert list(curl_writes(argv)) == ["/etc/x", "log"]
