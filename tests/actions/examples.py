"""Calls of every action, as the town's account takes them; each changes it as it is at first.

Whoever adds an action adds a call here: `test_every_action` fails until then.
"""

_ELB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:"
_SCALED = (
    "--service-namespace ecs --resource-id service/town/town-api "
    "--scalable-dimension ecs:service:DesiredCount"
)
_WAY = "--group-id sg-1 --protocol tcp --port 443 --cidr 10.0.0.0/8"
_DB = "--db-instance-identifier town-db"
_SERVICE = "--cluster town --service town-api"

EXAMPLES: dict[tuple[str, str], tuple[str, ...]] = {
    ("application-autoscaling", "deregister-scalable-target"): (_SCALED,),
    ("application-autoscaling", "register-scalable-target"): (
        f"{_SCALED} --max-capacity 8",
        f"{_SCALED} --min-capacity 2 --max-capacity 9",
    ),
    ("cloudwatch", "disable-alarm-actions"): ("--alarm-names loud", "--alarm-names loud quiet"),
    ("cloudwatch", "enable-alarm-actions"): ("--alarm-names quiet",),
    ("ec2", "authorize-security-group-ingress"): (_WAY,),
    ("ec2", "revoke-security-group-ingress"): (_WAY.replace("443", "22"),),
    ("ecs", "run-task"): ("--cluster town --task-definition town-job",),
    ("ecs", "update-service"): (
        f"{_SERVICE} --task-definition town-api:10",
        f"{_SERVICE} --desired-count 4",
        f"{_SERVICE} --force-new-deployment",
        f"{_SERVICE} --task-definition town-api:9 --desired-count 3",
    ),
    ("elasticache", "modify-cache-cluster"): (
        "--cache-cluster-id town-cache --num-cache-nodes 3 --apply-immediately",
        "--cache-cluster-id town-cache --cache-node-type big --snapshot-retention-limit 7",
    ),
    ("elasticache", "modify-replication-group"): (
        "--replication-group-id town-group --automatic-failover-enabled",
        "--replication-group-id town-group --cache-node-type big --apply-immediately",
    ),
    ("elbv2", "modify-listener"): (
        f"--listener-arn l --default-actions Type=forward,TargetGroupArn={_ELB}targetgroup/green",
        "--listener-arn l --certificates CertificateArn=c2",
    ),
    ("elbv2", "modify-rule"): (
        f"--rule-arn r --actions Type=forward,TargetGroupArn={_ELB}targetgroup/green",
    ),
    ("events", "disable-rule"): ("--name nightly",),
    ("events", "enable-rule"): ("--name weekly",),
    ("logs", "delete-retention-policy"): ("--log-group-name /kept",),
    ("logs", "put-retention-policy"): ("--log-group-name /town --retention-in-days 7",),
    ("rds", "create-db-snapshot"): (f"{_DB} --db-snapshot-identifier Before-1",),
    ("rds", "modify-db-instance"): (
        f"{_DB} --db-instance-class db.r6g.xlarge --apply-immediately",
        f"{_DB} --multi-az --backup-retention-period 14 --apply-immediately",
        f"{_DB} --allocated-storage 50 --apply-immediately",
    ),
    ("rds", "reboot-db-instance"): (_DB, f"{_DB} --force-failover"),
    ("secretsmanager", "put-secret-value"): ("--secret-id town/s --secret-string x",),
    ("secretsmanager", "update-secret"): ("--secret-id town/t --secret-string x",),
    ("secretsmanager", "update-secret-version-stage"): (
        "--secret-id town/old --version-stage AWSCURRENT --move-to-version-id id-1 "
        "--remove-from-version-id id-2",
    ),
    ("ssm", "delete-parameter"): ("--name /town/p", "--name /town/sealed"),
    ("ssm", "put-parameter"): (
        "--name /town/p --value v1 --overwrite",
        "--name /town/new --value v1 --type String",
        "--name /town/sealed --value v1 --overwrite",
    ),
}
