"""What rules about changes share: what runs in the end, what is gone, who looks, what is said."""

import shlex

import pytest

from steadyhand.actions.words import HOLE
from steadyhand.lint.changes.calls import calls, short
from steadyhand.lint.changes.harm import loss, saves, sql_loss
from steadyhand.lint.changes.images import images
from steadyhand.lint.changes.running import changes_what_runs, looks
from steadyhand.lint.changes.said import in_english, lists_commands, rehearses
from steadyhand.lint.changes.sql import sql_in
from tests.lint.subjects import subject


def argv(text: str) -> tuple[str, ...]:
    """Write an argv; `?` is a word that waits for bash."""
    return tuple(HOLE if word == "?" else word for word in shlex.split(text))


def fenced(*lines: str) -> str:
    return "\n".join(("# P", "", "```bash", *lines, "```", ""))


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("kubectl get pods", ["kubectl get"]),
        ("sudo -u postgres pg_ctl promote", ["pg_ctl"]),
        ("poetry run alembic downgrade -1", ["alembic downgrade"]),
        ("uv run alembic downgrade -1", ["alembic downgrade"]),
        ("bundle exec rails db:rollback", ["rails db:rollback"]),
        ("npx --yes prisma migrate reset", ["prisma migrate"]),
        ("su - postgres -c 'dropdb shop; createdb shop'", ["dropdb", "createdb"]),
        ("docker compose exec -T db psql -c 'SELECT 1'", ["psql"]),
        ("docker-compose exec -u postgres db dropdb shop", ["dropdb"]),
        ("docker compose exec db", ["docker compose exec"]),
        ("ssh db1 'sudo systemctl restart web && systemctl is-active web'",
         ["systemctl restart", "systemctl is-active"]),
        ("docker ps -q | xargs docker stop", ["docker ps", "docker stop"]),
        ("aws ecs run-task --cluster c --task-definition t", ["aws ecs run-task"]),
        ("aws ecs execute-command --cluster c --task t --interactive --command 'dropdb shop'",
         ["aws ecs execute-command", "dropdb"]),
        ("$TOOL apply", [""]),
    ],
)  # fmt: skip
def test_what_runs_in_the_end(line: str, runs: list[str]) -> None:
    assert [call.short for call in calls(subject(fenced(line)))] == runs


def test_what_xargs_adds_is_known_as_fed() -> None:
    found = calls(subject(fenced("docker ps -q | xargs docker stop")))
    assert [call.fed for call in found] == [False, True]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("kubectl -n shop rollout restart deployment/web", "kubectl rollout restart"),
        ("kubectl delete pod web-1", "kubectl delete"),
        ("docker compose -f prod.yaml up -d", "docker compose up"),
        ("docker -H tcp://h stop web", "docker stop"),
        ("gh workflow run deploy.yml", "gh workflow run"),
        ("/usr/bin/aws --region eu-west-1 rds wait db-instance-available", "aws rds wait"),
        ("terraform -chdir=prod force-unlock 7", "terraform force-unlock"),
        ("rm -rf web", "rm"),
        ("kubectl", "kubectl"),
    ],
)
def test_a_command_is_named_by_its_sub_command(command: str, name: str) -> None:
    assert short(argv(command)).removesuffix(" run").startswith(name.removesuffix(" run"))


GRAVE = """
alembic downgrade -1
flask db downgrade
flyway clean
liquibase rollbackCount 1
php artisan migrate:rollback
rails db:drop
aws dynamodb delete-table --table-name orders
aws ec2 delete-volume --volume-id ?
aws rds delete-db-cluster --db-cluster-identifier shop --skip-final-snapshot
aws redshift delete-cluster --cluster-identifier shop --skip-final-cluster-snapshot
aws rds modify-db-cluster --db-cluster-identifier shop --engine-version 16 --apply-immediately
aws s3 rb s3://shop --force
aws secretsmanager delete-secret --secret-id shop --force-delete-without-recovery
aws opensearch delete-domain --domain-name shop
kubectl delete pvc/data -n shop
kubectl delete -n shop persistentvolumeclaim data
kubectl delete pvc,pv data
oc delete namespace shop
kubectl delete crd orders.shop.io
docker compose down --volumes
docker-compose down -v
docker system prune -af --volumes
docker volume rm data
dropdb shop
zfs destroy tank/shop
zpool destroy tank
lvremove -y /dev/vg0/data
kafka-topics.sh --bootstrap-server b:9092 --delete --topic orders
rm -rf /var/lib/mysql/shop
rm --recursive /var/lib/docker
crontab -r
"""
NOT_GRAVE = """
aws rds modify-db-instance --db-instance-identifier shop --iops 3000 --apply-immediately
iptables -F
ip6tables --flush
"""
NOTHING = """
alembic upgrade head
alembic downgrade-check
flyway migrate
aws rds delete-db-instance --db-instance-identifier shop --final-db-snapshot-identifier last
aws rds delete-db-instance --db-instance-identifier shop-test --skip-final-snapshot
aws rds modify-db-instance --db-instance-identifier shop --engine-version 16
aws rds modify-db-instance --db-instance-identifier shop --apply-immediately --multi-az
aws s3 rb s3://shop
aws secretsmanager delete-secret --secret-id shop --recovery-window-in-days 7
aws dynamodb describe-table --table-name orders
kubectl delete pod web-1
kubectl delete pvc data-tmp
kubectl delete ns staging
kubectl delete
kubectl get pvc
docker compose down
docker system prune -af
docker volume ls
docker volume rm build_tmp
dropdb shop_old
zfs destroy tank/shop@before
zfs list
lvremove /dev/vg0/snap0
kafka-topics.sh --bootstrap-server b:9092 --list
kafka-topics.sh --bootstrap-server b:9092 --delete --topic orders-test
rm -rf /var/lib/apt/lists
rm /var/lib/mysql/web.pid
rm -rf ./build
crontab -l
iptables -F INPUT
iptables -L
rails db:migrate
ls
?
"""


def lines(text: str) -> list[str]:
    return [line for line in text.strip().split("\n") if line]


@pytest.mark.parametrize(
    ("command", "grave"),
    [
        *((line, True) for line in lines(GRAVE)),
        *((line, False) for line in lines(NOT_GRAVE)),
        *((line, None) for line in lines(NOTHING)),
    ],
)
def test_what_is_gone_afterwards(command: str, grave: bool | None) -> None:
    found = loss(argv(command))
    assert (found.grave if found else None) is grave
    assert found is None or (found.does and found.save)


@pytest.mark.parametrize(
    ("statement", "gone"),
    [
        ("drop table orders", True),
        ("drop database shop", True),
        ("drop schema shop cascade", True),
        ("truncate orders", True),
        ("truncate table orders", True),
        ("alter table orders drop column note", True),
        ("drop table orders_tmp", False),
        ("drop index orders_day", False),
        ("alter table orders add column note text", False),
        ("delete from orders", False),
        ("select 1", False),
    ],
)
def test_what_sql_takes_away(statement: str, gone: bool) -> None:
    assert (sql_loss(statement) is not None) is gone


@pytest.mark.parametrize(
    ("command", "keeps"),
    [
        ("pg_dump shop", True),
        ("mysqldump shop", True),
        ("pg_basebackup -D /data", True),
        ("aws rds create-db-snapshot --db-instance-identifier shop", True),
        ("aws rds describe-db-snapshots", True),
        ("aws s3 cp data s3://kept/", False),
        ("velero backup create shop", True),
        ("kubectl get deployment web -o yaml", True),
        ("kubectl get deployment web", False),
        ("kubectl describe deployment web -o yaml", False),
        ("cp -a data data.1", True),
        ("rsync -a data/ kept/", True),
        ("crontab -l", True),
        ("crontab -e", False),
        ("./scripts/backup.sh", True),
        ("export BACKUP=1", False),
        ("aws rds delete-db-snapshot --db-snapshot-identifier a", False),
        ("rm -rf backup", False),
        ("psql -c 'select 1'", False),
    ],
)
def test_what_keeps_a_way_back(command: str, keeps: bool) -> None:
    assert saves(argv(command)) is keeps


@pytest.mark.parametrize(
    ("command", "changes"),
    [
        ("aws ecs update-service --cluster c --service s", True),
        ("aws elbv2 modify-listener --listener-arn ?", True),
        ("kubectl apply -f web.yaml", True),
        ("kubectl -n shop set image deployment/web web=shop/web:7", True),
        ("kubectl delete pod web-1", True),
        ("oc rollout undo deployment/web", True),
        ("helm upgrade web ./chart", True),
        ("docker compose up -d", True),
        ("docker-compose restart web", True),
        ("systemctl restart web", True),
        ("service nginx restart", True),
        ("service nginx reload", False),
        ("systemctl reload nginx", False),
        ("gh workflow run deploy-prod.yml", True),
        ("aws ecs register-task-definition --family web", False),
        ("aws rds create-db-snapshot", False),
        ("aws ssm put-parameter --name a --value b", False),
        ("kubectl apply -f web.yaml --dry-run=client", False),
        ("kubectl settings", False),
        ("kubectl delete deployment web", False),
        ("kubectl config set-context shop", False),
        ("helm upgrade web ./chart --atomic", False),
        ("helm list", False),
        ("docker compose up", False),
        ("docker service update web", False),
        ("systemctl status web", False),
        ("service nginx status", False),
        ("service", False),
        ("gh workflow run labels.yml", False),
        ("aws ecs update-service help", True),
    ],
)
def test_what_takes_effect_later(command: str, changes: bool) -> None:
    assert changes_what_runs(argv(command)) is changes


@pytest.mark.parametrize(
    ("command", "seen"),
    [
        ("kubectl get pods", True),
        ("kubectl rollout status deployment/web", True),
        ("curl -f https://shop.example.org/health", True),
        ("systemctl is-active web", True),
        ("journalctl -u web", True),
        ("./scripts/smoke-test.sh", True),
        ("aws ecs wait services-stable", True),
        ("tail -f /var/log/web.log", True),
        ("psql -c 'select 1'", True),
        ("echo checks done", False),
        ("sleep 10", False),
        ("cd health", False),
        ("jq .status", False),
        ("docker push shop/web:7", False),
        ("./deploy.sh production", None),
        ("psql", None),
        ("?", None),
    ],
)
def test_who_looks(command: str, seen: bool | None) -> None:
    assert looks(argv(command)) is seen


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("docker push h:5000/a/web", [("h:5000/a/web", None, True)]),
        ("docker image push a/web:7", [("a/web:7", "7", True)]),
        ("docker pull a/web", [("a/web", None, False)]),
        ("docker run -d -p 80:80 --name web a/web:latest", [("a/web:latest", "latest", False)]),
        ("docker run -itd --memory=1g a/web", [("a/web", None, False)]),
        ("docker run --strange x a/web", []),
        ("docker run a/job", []),
        ("docker pull busybox", []),
        ("docker push \"a/web:$TAG\"", []),
        ("docker push \"$IMAGE\"", []),
        ("kubectl set image deploy/web web=a/web side=a/side:1",
         [("a/web", None, True), ("a/side:1", "1", True)]),
        ("helm upgrade web . --set a=1,image.tag=latest",
         [("image.tag=latest", "latest", True)]),
    ],
)  # fmt: skip
def test_which_images_ship(line: str, found: list[tuple[str, str | None, bool]]) -> None:
    (call,) = calls(subject(fenced(line)))
    assert [(i.name, i.tag, i.ships) for i in images(call)] == found


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Restart the service if it does not answer.", True),
        ("", True),
        ("```bash\nkubectl get pods\n```", True),
        ("Den Dienst neu starten, wenn er nicht mehr antwortet und die Seite leer ist.", False),
        ("Reiniciar el servicio si no responde, para que los usuarios no esperen.", False),
        ("Redémarrer le service si les pages ne sont pas servies par la machine.", False),
        ("Перезапустите службу, если она не отвечает.", False),
        ("サービスが応答しない場合は再起動します。", False),
        ("Neustart, wenn der Dienst steht.\n```bash\nkubectl get pods\n"
         "for a in the and of; do if it; done\n```\nDanach die Seite und das Protokoll prüfen.",
         False),
    ],
)  # fmt: skip
def test_which_documents_can_be_judged_by_their_words(text: str, english: bool) -> None:
    assert in_english(subject(text)) is english


@pytest.mark.parametrize(
    ("title", "listed", "rehearsed"),
    [
        ("Useful Commands", True, False),
        ("Quick Reference", True, False),
        ("kubectl cheat sheet", True, False),
        ("Local development", False, True),
        ("Installation", False, True),
        ("Restart the service", False, False),
        ("Deploy to production", False, False),
    ],
)
def test_headings_that_are_no_procedures_of_production(
    title: str, listed: bool, rehearsed: bool
) -> None:
    text = f"# Shop\n\n## {title}\n\n```bash\nkubectl get pods\n```\n"
    (procedure,) = subject(text).runbook.procedures
    assert (lists_commands(procedure), rehearses(procedure)) == (listed, rehearsed)


def test_sql_is_found_wherever_it_is_run() -> None:
    text = fenced(
        "psql -d shop -c 'SELECT 1; DROP TABLE \"Orders\"'",
        "mysql --execute='DELETE FROM a -- all of it'",
        "psql <<'SQL'",
        "UPDATE b SET c = 'x; y';",
        "SQL",
        "echo 'DROP TABLE d'",
    )
    text += "\n```sql\nTRUNCATE\n  e;\n```\n"
    assert [sql.text for sql in sql_in(subject(text))] == [
        "select 1",
        "drop table orders",
        "delete from a",
        "update b set c = ''",
        "truncate e",
    ]
