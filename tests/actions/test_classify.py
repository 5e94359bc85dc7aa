"""One line per command: what it may do, and what else is known of it."""

import shlex

import pytest

from steadyhand.actions import classify, classify_argv, classify_sql
from steadyhand.actions.aws.effects import OPERATIONS, SECRET_OUTPUT
from steadyhand.actions.classify import TOOLS
from steadyhand.actions.delivery import (
    ALEMBIC,
    DELIVERY,
    DOCKER,
    GH,
    GIT,
    HELM,
    KUBECTL,
    TERRAFORM,
)
from steadyhand.actions.local import SPECIAL
from steadyhand.actions.redis import CHANGES, DESTROYS, READS
from steadyhand.actions.words import HOLE
from steadyhand.actions.wrappers import RUNNERS
from steadyhand.model.effect import Effect
from steadyhand.model.shell import Command, Part, PartKind, Word

# effect, then any of: endless, interactive, repeatable, secret; then the command
CASES = r"""
read      aws ecs describe-services --cluster c --services s
read      aws --region us-west-2 --output text ecs list-tasks --cluster c
read      aws ecs --region us-west-2 describe-tasks --cluster c --tasks t
read      aws ecs list-task-definitions --family-prefix f --sort DESC --max-items 5
read      aws ecs wait services-stable --cluster c --services s
read      aws ecs describe-services --cluster c --query 'services[0].{Status:status}'
read      aws logs filter-log-events --log-group-name g --filter-pattern ERROR
read      aws logs tail g --since 1h
read endless   aws logs tail g --follow
read endless   aws logs tail g --fol
read      aws logs start-query --log-group-name g
read      aws cloudwatch get-metric-statistics --namespace AWS/RDS
read      aws rds describe-db-instances --db-instance-identifier d
read      aws rds describe-db-log-files --db-instance-identifier d
read      aws rds wait db-instance-available --db-instance-identifier d
read      aws elasticache describe-cache-clusters --cache-cluster-id r
read      aws elbv2 describe-target-health --target-group-arn a
read      aws s3 ls s3://b/
read      aws s3 presign s3://b/t.txt --expires-in 300
read      aws s3api get-bucket-policy --bucket b
read      aws s3api head-object --bucket b --key k
read      aws s3 cp s3://b/k -
change    aws s3 cp file s3://b/k
change    aws s3 sync dir s3://b/
destroy   aws s3 sync dir s3://b/ --delete
destroy   aws s3 rm s3://b/k
destroy   aws s3 mv s3://b/k s3://b/l
read      aws sts get-caller-identity
read secret   aws secretsmanager get-secret-value --secret-id s
read secret   aws ssm get-parameter --name p --with-decryption
read secret   aws ssm get-parameters --names p q --with-decryption
read      aws ssm get-parameter --name p
read secret   aws ecr get-login-password
change secret   aws iam create-access-key
read      aws ec2 describe-security-groups --group-ids g
read      aws acm describe-certificate --certificate-arn a
read      aws --version
read      aws ecs help
read      aws ecs update-service help
read      aws configure list
read secret   aws configure get aws_secret_access_key
change    aws configure set region x
destroy interactive   aws configure
change repeatable   aws ecs update-service --cluster c --service s --task-definition f:11
change repeatable   aws ecs update-service --cluster c --service s --desired-count 4
change    aws ecs update-service --cluster c --service s --force-new-deployment
destroy   aws ecs update-service --cluster c --service s --desired-count 0
destroy   aws ecs update-service --cluster c --service s --desired-count=0
destroy   aws ecs update-service --cluster c --service s --desired-c 00
destroy   aws ecs update-service --cli-input-json file://x.json
change    aws ecs run-task --cluster c --task-definition t --launch-type FARGATE
change    aws ecs run-task --overrides '{"containerOverrides":[{"command":["date"]}]}'
destroy   aws ecs run-task --overrides '{"containerOverrides":[{"command":["rm","x"]}]}'
change    aws ecs run-task --overrides '{"containerOverrides":[{"name":"m","cpu":1}]}'
destroy   aws ecs run-task --overrides containerOverrides=[{name=m,command=[rm,x]}]
change    aws ecs create-service --cluster c
change    aws ecs register-task-definition --cli-input-json file://t.json
destroy   aws ecs stop-task --cluster c --task t
destroy   aws ecs delete-service --cluster c --service s
destroy   aws ecs delete-service --cluster c --service s --force
destroy   aws ecs deregister-task-definition --task-definition f:1
destroy interactive   aws ecs execute-command --cluster c --task t --interactive --command /bin/sh
read      aws ecs execute-command --cluster c --task t --command "alembic current"
read      aws ecs execute-command --cluster c --task t --command "pg_isready -h $HOST"
destroy   aws ecs execute-command --cluster c --task t --command "alembic downgrade -1"
destroy   aws ecs execute-command --cluster c --task t
destroy   aws ecs execute-command --cluster c --task t --command "python manage.py x"
change repeatable   aws rds modify-db-instance --db-instance-identifier d --db-instance-class c
destroy   aws rds modify-db-instance --db-instance-identifier d --new-db-instance-identifier e
change    aws rds create-db-snapshot --db-instance-identifier d --db-snapshot-identifier s
change    aws rds restore-db-instance-from-db-snapshot --db-instance-identifier d
change    aws rds restore-db-instance-to-point-in-time --target-db-instance-identifier d
change    aws rds promote-read-replica --db-instance-identifier d
destroy   aws rds reboot-db-instance --db-instance-identifier d
destroy   aws rds delete-db-instance --db-instance-identifier d
change    aws secretsmanager put-secret-value --secret-id s --secret-string x
change    aws secretsmanager update-secret --secret-id s --secret-string x
destroy   aws secretsmanager delete-secret --secret-id s
change repeatable   aws ssm put-parameter --name p --value v --overwrite
change    aws ssm put-parameter --name p --value v
destroy   aws ssm send-command --document-name d
destroy interactive   aws ssm start-session --target i
change repeatable   aws elbv2 modify-listener --listener-arn a
destroy   aws elbv2 deregister-targets --target-group-arn a
change    aws logs create-export-task --log-group-name g
change    aws elasticache create-snapshot --cache-cluster-id r
destroy   aws elasticache reboot-cache-cluster --cache-cluster-id r
destroy   aws elasticache test-failover --replication-group-id r
destroy   aws lambda invoke --function-name f out
change repeatable   aws ecs tag-resource --resource-arn a
change    aws acm request-certificate --domain-name d
destroy   aws sqs purge-queue --queue-url q
destroy   aws autoscaling set-desired-capacity --desired-capacity 0
destroy   aws nosuchservice describe-things
destroy   aws ecs frobnicate-things
destroy   aws

read      date -u +%Y-%m-%dT%H:%M:%SZ
read      date -d '30 minutes ago' +%s
destroy   date -s 12:00
read      jq .status
read      grep -E 'a|b'
read      cut -d/ -f2
read      head -1
read      tail -n 3 file
read endless   tail -f file
read endless   tail -nf file
read      wc -l
read      sort -u
change    sort -o out in
read      uniq -c
read      tr a b
read      echo hello
read      printf '%s\n' a
read      sleep 30
read      cat file
read      base64 file
read      uuidgen
read      mktemp
read      seq 3
read      true
read      [ -n x ]
read      cd apps/api
read      export A=b
read      nslookup example.test
read      sed -n 1,5p file
read      sed s/a/b/g
change    sed -i s/a/b/ file
destroy   sed 's/a/b/e'
destroy   sed 'w other'
read      awk '{print $1}'
read      awk '$3 > 5'
destroy   awk '{print > "file"}'
destroy   awk 'BEGIN { system("reboot") }'
change    tee file
change    cp a b
change    mkdir d
destroy   mv a b
destroy   rm -rf d
destroy   kill 1
read      find . -name x
destroy   find . -delete
destroy   find . -exec rm {} ;
read      find . -exec grep x {} ;
read endless   ping host
read      ping -c 1 host
read secret   openssl rand -base64 32
read secret   openssl genrsa 2048
read      openssl x509 -noout -dates
change    openssl req -new -out file
destroy   openssl enc -d
destroy   python3 -c 'print(1)'
destroy   ./scripts/deploy.sh production
read      /usr/bin/date
destroy   /tmp/date
destroy   nosuchprogram
read      tar tf a.tgz
destroy   tar xf a.tgz
change    tar cf a.tar d

read      curl -s https://h/health
read      curl -sf https://h/health
read      curl -I https://h/
read      curl -s -o /dev/null -w '%{http_code}' https://h/
read      curl -w @format.txt -s https://h/
read      curl -G -d q=1 https://h/
read      curl -X GET https://h/
change    curl -X POST https://h/ -H 'a: b' -d '{}'
change    curl -d a=b https://h/
change    curl -sXPOST https://h/
change    curl --request POST https://h/
destroy   curl --request=POST https://h/
change repeatable   curl -X PUT https://h/ -d a
change repeatable   curl -T file https://h/
change    curl -X PATCH https://h/
destroy   curl -X DELETE https://h/
destroy   curl -XFROB https://h/
destroy   curl -K config https://h/
destroy   curl --config config https://h/

read      redis-cli -h h ping
read      redis-cli -h h INFO stats
read      redis-cli -h h KEYS 'plan:*'
read      redis-cli -h h CONFIG GET maxmemory
read      redis-cli --scan --pattern 'a*'
read endless   redis-cli -h h MONITOR
read endless   redis-cli --stat
change repeatable   redis-cli -h h SET k v
change    redis-cli -h h CONFIG SET maxmemory 1gb
destroy   redis-cli -h h FLUSHALL
destroy   redis-cli -h h DEL k
destroy   redis-cli -h h CLIENT KILL ADDR a
destroy   redis-cli -h h frobnicate
destroy interactive   redis-cli -h h
destroy   redis-cli -h h --eval script
read      valkey-cli get k

read      psql url -c 'SELECT count(*) FROM pg_stat_activity;'
read      psql -h h -U u -d d -c "SELECT query FROM q ORDER BY mean_exec_time DESC LIMIT 10;"
read      psql --command='SELECT 1'
read      psql -l
change    psql url -c 'UPDATE t SET a = 1'
destroy   psql url -c 'SELECT 1; DROP TABLE t'
destroy   psql url -f file.sql
destroy interactive   psql url
destroy   psql url -c 'SELECT pg_terminate_backend(1)'

read      docker ps
read endless   docker logs -f c
read      docker logs c
change    docker build -t image .
change    docker tag a b
change    docker push a
destroy   docker rm c
destroy   docker system prune -f
destroy   docker run image
read      docker exec c alembic current
destroy interactive   docker exec -it c bash
read      git log --oneline -10 file
read      git status
read      git --version
read      terraform fmt -check
change    git tag v1.2.3
read      git tag
destroy   git tag -d v1
change    git push origin v1.2.3
destroy   git push --force origin main
destroy   git push origin +main
destroy   git push origin :main
destroy   git reset --hard
destroy   git -c core.pager=x log
destroy   git checkout -- file
read      gh run list --workflow=x --limit=20
read endless   gh run watch 1
change    gh workflow run rollback.yml -f environment=prod
destroy   gh run cancel 1
read      gh api repos/x
change    gh api repos/x -f a=b
destroy   gh api -X DELETE repos/x
read      terraform plan -var-file=terraform.tfvars
read      terraform show
read      terraform plan -out=p
destroy   terraform apply
destroy   terraform force-unlock id
read      kubectl -n ns get pods
read endless   kubectl logs -f p
read secret   kubectl get secret s -o yaml
change    kubectl rollout undo deployment/x
change    kubectl scale --replicas=3 deployment/x
destroy   kubectl scale --replicas=0 deployment/x
destroy   kubectl delete pod p
read      kubectl exec -n ns p -- redis-cli ping
read      alembic current
change    alembic upgrade head
destroy   alembic downgrade -1
read      poetry run alembic current
destroy   poetry run python scripts/migrate.py --retry
destroy   poetry install
read      helm list
destroy   helm rollback r 1
read      kafka-consumer-groups.sh --bootstrap-server b --describe --group g
destroy   kafka-consumer-groups.sh --bootstrap-server b --reset-offsets --execute
read      kafka-consumer-groups.sh --bootstrap-server b --reset-offsets --dry-run
read endless   kafka-console-consumer.sh --bootstrap-server b --topic t
read      kafka-console-consumer.sh --bootstrap-server b --topic t --max-messages 10
change    kafka-console-consumer.sh --bootstrap-server b --topic t --group g --max-messages 1
change    kafka-console-producer.sh --topic t
read      kafka-topics --list
destroy   kafka-topics --delete --topic t

read endless   watch -n 10 'aws ecs describe-services --cluster c --query "services[0]"'
read endless   watch -n 10 'curl -s https://h/ | jq .'
read endless   watch -n 60 'redis-cli -h $H GET "spend:$(date +%Y-%m-%d)"'
destroy endless   watch 'redis-cli FLUSHALL'
destroy   xargs redis-cli -h h DEL
destroy   xargs -n 1 aws ecs stop-task --task
read      xargs echo
read      xargs
read      sh -c 'date; echo a > /dev/null'
change    bash -c 'date > file'
change    bash -lc 'aws ecs update-service --service s'
destroy   bash -c 'for i in 1 2; do rm $i; done'
destroy   bash -c "$(cat file)"
destroy   sh -c '$CMD'
destroy   sh script.sh
destroy interactive   bash
read      env A=b date
read      env
destroy   env -S 'rm x'
read      timeout 5 curl https://h/
read      timeout -k 1 5 date
destroy   nohup rm x
read      nice -n 5 date
destroy   sudo systemctl restart x
read      ssh host uptime
destroy interactive   ssh host
destroy   ssh -i key host 'rm -rf /'
destroy   sudo -u postgres psql -c 'DROP TABLE t'
read      time date
read      stdbuf -o L grep x
read      dash -c date
"""


def _cases() -> list[tuple[str, frozenset[str], str]]:
    found = []
    for line in CASES.splitlines():
        if line.strip():
            said, _, command = line.partition("   ")
            effect, *also = said.split()
            found.append((effect, frozenset(also), command.strip()))
    return found


@pytest.mark.parametrize(("effect", "also", "text"), _cases())
def test_each_command_is_what_it_does(effect: str, also: frozenset[str], text: str) -> None:
    classified = classify_argv(tuple(shlex.split(text)))
    assert classified.effect.word == effect, classified.reason
    assert classified.endless == ("endless" in also)
    assert classified.interactive == ("interactive" in also)
    assert classified.secret_output == ("secret" in also)
    if "repeatable" in also or classified.effect is not Effect.READ:
        assert classified.repeatable == ("repeatable" in also)
    assert classified.reason


def test_reasons_are_for_people() -> None:
    for _, _, text in _cases():
        assert HOLE not in classify_argv(tuple(shlex.split(text))).reason
    shell = classify_argv(tuple("aws ecs execute-command --command /bin/sh".split()))
    assert shell.reason == "aws ecs execute-command opens a shell"
    forced = classify_argv(tuple("aws ecs delete-service --service s --force".split()))
    assert forced.reason == (
        "aws ecs delete-service --force deletes a service, whatever stands in the way"
    )
    inside = classify_argv(("sh", "-c", "redis-cli -h $HOST FLUSHALL"))
    assert inside.reason == (
        "sh runs `redis-cli -h $HOST FLUSHALL`: redis-cli FLUSHALL deletes every key"
    )


def test_every_tool_and_wrapper_has_a_case() -> None:
    names = {shlex.split(text)[0].removesuffix(".sh") for _, _, text in _cases()}
    # These only share a classifier with a name that has its cases.
    same = {"gawk", "mawk", "kafka-console-producer"}
    assert not (TOOLS.keys() | RUNNERS.keys() | SPECIAL.keys() | DELIVERY.keys()) - names - same


@pytest.mark.parametrize(("service", "operation"), sorted(OPERATIONS))
def test_every_listed_operation_says_what_it_does(service: str, operation: str) -> None:
    effect, does = OPERATIONS[service, operation]
    classified = classify_argv(("aws", service, operation))
    if (service, operation) != ("ecs", "execute-command"):  # as bad as what it runs
        assert classified.reason == f"aws {service} {operation} {does}"
        assert classified.effect is effect


@pytest.mark.parametrize(("service", "operation"), sorted(SECRET_OUTPUT))
def test_every_operation_that_prints_a_secret_is_sealed(service: str, operation: str) -> None:
    assert classify_argv(("aws", service, operation)).secret_output


@pytest.mark.parametrize(
    ("tool", "table"),
    [
        ("docker", DOCKER),
        ("gh", GH),
        ("kubectl", KUBECTL),
        ("alembic", ALEMBIC),
        ("helm", HELM),
    ],
)
def test_every_listed_subcommand_has_its_effect(tool: str, table: dict[str, Effect]) -> None:
    for name, effect in table.items():
        assert classify_argv((tool, *name.split(), "x")).effect is effect, name


def test_git_and_terraform_subcommands() -> None:
    for name, effect in GIT.items():
        assert classify_argv(("git", *name.split(), "x")).effect is effect, name
    for name, effect in TERRAFORM.items():
        assert classify_argv(("terraform", *name.split())).effect is effect, name


def test_every_redis_command_is_in_one_class() -> None:
    assert not READS & CHANGES
    assert not (READS | CHANGES) & DESTROYS
    for group, effect in ((READS, Effect.READ), (CHANGES, Effect.CHANGE)):
        assert {classify_argv(("redis-cli", name)).effect for name in group} == {effect}


def _word(*parts: tuple[PartKind, str]) -> Word:
    return Word(tuple(Part(kind, text) for kind, text in parts))


LITERAL, PARAMETER, DYNAMIC = PartKind.LITERAL, PartKind.PARAMETER, PartKind.DYNAMIC


@pytest.mark.parametrize(
    ("words", "effect"),
    [
        # a parameter as a value does not hide what the command is
        (
            [*"aws ecs update-service --service s --task-definition".split(), "f:<revision>"],
            Effect.CHANGE,
        ),
        (["psql", "$URL", "-c", "SELECT 1"], Effect.READ),
        (["psql", "$URL", "-c", "SELECT * FROM t WHERE id = $ID"], Effect.DESTROY),
        (["psql", "$URL", "-c", "$SQL"], Effect.DESTROY),
        (["redis-cli", "-h", "$HOST", "GET", "k:$(date)"], Effect.READ),
        (["redis-cli", "$COMMAND"], Effect.DESTROY),
        (["curl", "-X", "POST", "$HOOK"], Effect.CHANGE),
        (["curl", "-X", "$METHOD", "https://h/"], Effect.DESTROY),
        (["aws", "$SERVICE", "describe-services"], Effect.DESTROY),
        (["aws", "ecs", "$OPERATION"], Effect.DESTROY),
        (["$COMMAND", "ecs"], Effect.DESTROY),
        (["watch", "$COMMAND"], Effect.DESTROY),
    ],
)
def test_a_template_is_known_as_far_as_it_goes(words: list[str], effect: Effect) -> None:
    built = []
    for text in words:
        if "<" in text:
            head, _, name = text.partition("<")
            built.append(_word((LITERAL, head), (PARAMETER, name.rstrip(">"))))
        elif "$" in text:
            head, _, tail = text.partition("$")
            built.append(_word((LITERAL, head), (DYNAMIC, "$" + tail)))
        else:
            built.append(_word((LITERAL, text)))
    assert classify(Command(tuple(built))).effect is effect


@pytest.mark.parametrize(
    ("sql", "effect"),
    [
        ("SELECT 1", Effect.READ),
        ("-- a comment; drop table t\nSELECT 1", Effect.READ),
        ("SELECT 'drop; table' /* delete */ , it''s FROM t", Effect.READ),
        ("SELECT '--' ; DROP TABLE t --'", Effect.DESTROY),
        ("SELECT $a$ ; drop $a$", Effect.READ),
        ("SHOW max_connections", Effect.READ),
        ("WITH a AS (SELECT 1) SELECT * FROM a", Effect.READ),
        ("WITH a(x, y) AS (SELECT 1, 2) SELECT * FROM a", Effect.READ),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", Effect.DESTROY),
        ("EXPLAIN DELETE FROM t", Effect.READ),
        ("EXPLAIN ANALYZE SELECT 1", Effect.READ),
        ("EXPLAIN ANALYZE DELETE FROM t", Effect.DESTROY),
        ("EXPLAIN (ANALYZE) UPDATE t SET a = 1", Effect.CHANGE),
        ("SELECT * INTO u FROM t", Effect.CHANGE),
        ("SELECT * FROM t FOR UPDATE", Effect.CHANGE),
        ("SELECT count(*), now() - query_start FROM pg_stat_activity", Effect.READ),
        ("SELECT pg_size_pretty(pg_database_size(current_database()))", Effect.READ),
        ("SELECT pg_cancel_backend(1)", Effect.CHANGE),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity", Effect.DESTROY),
        ('SELECT "pg_terminate_backend"(1)', Effect.DESTROY),
        ("SELECT pg_catalog.pg_terminate_backend(1)", Effect.DESTROY),
        ("SELECT my_function(1)", Effect.DESTROY),
        ("VACUUM ANALYZE t", Effect.CHANGE),
        ("INSERT INTO t VALUES (1)", Effect.CHANGE),
        ("TRUNCATE t", Effect.DESTROY),
        ("COPY t FROM STDIN", Effect.CHANGE),
        ("COPY t TO STDOUT", Effect.READ),
        ("COPY t TO PROGRAM 'rm x'", Effect.DESTROY),
        (r"SELECT E'\' ; ' || 'x'", Effect.READ),
        (r"SELECT E'\'' ; DROP TABLE t --'", Effect.DESTROY),
        (r"SELECT 1 \g |rm", Effect.DESTROY),
        ("SELECT '/*' ; DROP TABLE t /* '", Effect.DESTROY),
        ("DO $$ BEGIN END $$", Effect.DESTROY),
        (r"\d t", Effect.READ),
        (r"\! rm x", Effect.DESTROY),
        ("", Effect.READ),
    ],
)
def test_sql(sql: str, effect: Effect) -> None:
    classified = classify_sql(sql)
    assert classified.effect is effect, classified.reason
