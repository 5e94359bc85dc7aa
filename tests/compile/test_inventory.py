"""What commands name: by table, one line each; and where."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.document.runbook import Resource


def resources(block: str) -> tuple[Resource, ...]:
    return compile_runbook(parse("x.md", f"# T\n\n```bash\n{block}\n```\n"))[0].inventory


def named(block: str) -> list[str]:
    return [f"{one.kind} {one.name}" for one in resources(block)]


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (
            "aws ecs update-service --cluster shop --service web --task-definition web:7",
            ["cluster shop", "service web", "task definition web"],
        ),
        (
            "aws ecs describe-services --cluster=a --services b c",
            ["cluster a", "service b", "service c"],
        ),
        ("aws s3 cp dump s3://carts/2026/dump", ["bucket carts"]),
        ("aws logs tail /ecs/web --follow", ["log group /ecs/web"]),
        (
            "aws logs create-export-task --log-group-name /a --destination b",
            ["bucket b", "log group /a"],
        ),
        ("aws ssm put-parameter --name /shop/flag --value x", ["parameter /shop/flag"]),
        (
            "aws elbv2 describe-target-groups --names one two",
            ["target group one", "target group two"],
        ),
        ("aws secretsmanager get-secret-value --secret-id shop/db", ["secret shop/db"]),
        (
            "aws cloudwatch get-metric-statistics --dimensions Name=QueueName,Value=mails "
            "Name=LoadBalancer,Value=app/web/1a2b",
            ["load balancer web", "queue mails"],
        ),
        ("aws lambda invoke --function-name mail out.json", ["function mail"]),
        (
            "aws lambda invoke --function-name arn:aws:lambda:eu-west-1:1:function:mail out",
            ["function mail"],
        ),
        ("aws x y --arn arn:aws:sns:eu-west-1:111111111119:ops", ["topic ops"]),
        ("aws x y --what z arn:aws:sns:eu-west-1:111111111119:ops", ["topic ops"]),
        (
            "aws elbv2 describe-target-health --target-group-arn "
            "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/1a2b",
            ["target group web"],
        ),
        (
            "aws sns publish --topic-arn arn:aws:sns:eu-west-1:1:ops --message x",
            ["topic ops"],
        ),
        ("aws eks update-kubeconfig --name shop", ["cluster shop"]),
        ("aws sqs purge-queue --queue-url https://sqs.eu-west-1.amazonaws.com/1/m",
         ["queue https://sqs.eu-west-1.amazonaws.com/1/m"]),
        ("kubectl -n shop rollout restart deploy/web", ["deployment web", "namespace shop"]),
        ("kubectl rollout undo deployment web -n shop", ["deployment web", "namespace shop"]),
        ("kubectl scale deployment web --replicas 3", ["deployment web"]),
        ("kubectl logs -f web-0 -c app", ["container app", "pod web-0"]),
        ("kubectl exec -it web-0 -- psql -h db.net", ["host db.net", "pod web-0"]),
        ("kubectl drain node-3 --force", ["node node-3"]),
        ("kubectl get pods", []),
        ("kubectl delete pod -l app=web", []),
        ("kubectl config use-context live", ["context live"]),
        ("docker compose restart web", ["container web"]),
        ("docker exec -it web sh", ["container web"]),
        ("docker run --rm --name w shop/web:7", ["container w", "image shop/web:7"]),
        ("docker push 1.dkr.ecr.x.amazonaws.com/web:7", ["image 1.dkr.ecr.x.amazonaws.com/web:7"]),
        ("sudo systemctl restart nginx postgresql", ["unit nginx", "unit postgresql"]),
        ("journalctl -u nginx.service --since today", ["unit nginx.service"]),
        ("service cron status", ["unit cron"]),
        (
            "psql -h db.shop.net -U app -d carts -c 'SELECT 1'",
            ["database user app", "host db.shop.net", "logical database carts"],
        ),
        ("psql postgres://db.shop.net/carts", ["host db.shop.net", "logical database carts"]),
        ("redis-cli -h cache.net GET 'cart:$(date)'", ["host cache.net", "redis key cart:*"]),
        ('redis-cli GET "cart:$(date +%F)"', ["redis key cart:*"]),
        ('redis-cli --scan --pattern "cart:*"', ["redis key cart:*"]),
        ("redis-cli INFO stats", []),
        ("ssh -i key ops@bastion.shop.net", ["host bastion.shop.net"]),
        ("scp dump db1:/tmp/", ["host db1"]),
        ("dig +short shop.net", ["host shop.net"]),
        ("openssl s_client -connect shop.net:443", ["host shop.net"]),
        (
            "kafka-topics.sh --bootstrap-server k1:9092,k2:9092 --topic carts",
            ["host k1", "host k2", "topic carts"],
        ),
        ("gh workflow run 'Deploy it' -R shop/web", ["repository shop/web", "workflow Deploy it"]),
        ("gh workflow list", []),
        ("gh workflow view deploy.yml", ["workflow deploy.yml"]),
        ("kubectl config view", []),
        ("docker network rm shop", ["network shop"]),
        ("docker image rm shop/web:7", ["image shop/web:7"]),
        ("helm get values web -n shop", ["namespace shop", "release web"]),
        ("gh run list --workflow deploy.yml", ["workflow deploy.yml"]),
        ("helm rollback web 3 -n shop", ["namespace shop", "release web"]),
        ("terraform -chdir=infra/live plan", ["terraform directory infra/live"]),
        ("cd infra/live && terraform plan", ["terraform directory infra/live"]),
        ("terraform workspace select live", ["workspace live"]),
        ("az webapp restart -g live -n web", ["resource group live", "webapp web"]),
        (
            "curl -s 'https://shop.net:8443/up?full=1'",
            ["host shop.net", "url https://shop.net:8443/up"],
        ),
        ("./deploy.sh live", ["script ./deploy.sh"]),
        ("rabbitmqctl purge_queue mails", ["queue mails"]),
        # What is known only when it runs names nothing.
        ("aws ecs describe-services --cluster $C --services <service>", []),
        ("kubectl logs $(kubectl get pods -o name | head -1)", []),
        ("curl https://<host>/up", []),
        ("redis-cli -h $H DEL $K", []),
        ("echo https://shop.net", []),
        # What another command runs counts.
        ("watch -n 5 'aws ecs list-tasks --cluster shop'", ["cluster shop"]),
        ("ssh db1 'systemctl restart postgresql'", ["host db1", "unit postgresql"]),
        ("for c in a b; do aws s3 ls s3://carts; done", ["bucket carts"]),
    ],
)  # fmt: skip
def test_what_a_command_names(line: str, names: list[str]) -> None:
    assert named(line) == names


def test_every_place_is_listed() -> None:
    found = {one.name: one for one in resources(
        "aws ecs list-tasks --cluster shop\n"
        "aws ecs list-tasks --cluster shop\n"
        "watch 'aws ecs describe-services --cluster shop --services web'"
    )}  # fmt: skip
    assert [span.line for span in found["shop"].spans] == [4, 5, 6]
    assert found["shop"].span == found["shop"].spans[0]
    assert found["shop"].commands == (
        "aws ecs list-tasks", "aws ecs list-tasks", "aws ecs describe-services",
    )  # fmt: skip
    assert [span.line for span in found["web"].spans] == [6]


def test_a_folder_counts_for_its_block_only() -> None:
    text = "# T\n```bash\ncd infra\nterraform show\n```\n```bash\nterraform plan\n```\n"
    (one,) = compile_runbook(parse("x.md", text))[0].inventory
    assert [span.line for span in one.spans] == [4]
