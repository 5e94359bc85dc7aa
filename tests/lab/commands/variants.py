"""Command lines that stand in no document, and what AWS or the real tool says to each: the command,
its exit code, a pattern of what it prints. Addresses of the pages stand above what they say.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    command: str
    code: int
    says: str


CLUSTER = "--cluster conflicto-prod-cluster"
SERVICE = "--service conflicto-prod-svc"
STATISTICS = (
    "aws cloudwatch get-metric-statistics --namespace AWS/ECS --metric-name CPUUtilization "
    "--start-time $(date -u -d '10 minutes ago' +%FT%TZ) --end-time $(date -u +%FT%TZ)"
)

VARIANTS = tuple(
    Variant(*row)
    for row in (
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
        ("aws ecs describe-services --cluster nope --services a", 255, "ClusterNotFoundException"),
        (f"aws ecs describe-services {CLUSTER} --services nope", 0, '"reason": "MISSING"'),
        (
            f"aws ecs update-service {CLUSTER} {SERVICE} --desired-count -1",
            255,
            "InvalidParameterException",
        ),
        (
            f"aws ecs update-service {CLUSTER} {SERVICE} --task-definition conflicto-prod:999",
            255,
            "ClientException.*TaskDefinition not found",
        ),
        (f"aws ecs list-tasks {CLUSTER} --service-name nope", 255, "ServiceNotFoundException"),
        (f"aws ecs stop-task {CLUSTER} --task {32 * 'a'}", 255, "InvalidParameterException"),
        (
            f"aws ecs execute-command {CLUSTER} --task $TASK --container nope --interactive "
            "--command ls",
            255,
            "InvalidParameterException",
        ),
        # The plugin's exit code says nothing of the command's.
        (
            f"aws ecs execute-command {CLUSTER} --task $TASK --interactive "
            "--command 'echo within $ENVIRONMENT; exit 3'",
            0,
            "within prod",
        ),
        (
            "aws rds describe-db-instances --db-instance-identifier nope",
            255,
            "DBInstanceNotFound",
        ),
        (
            "aws rds create-db-snapshot --db-instance-identifier conflicto-prod "
            "--db-snapshot-identifier 1abc",
            255,
            "InvalidParameterValue",
        ),
        (
            "aws rds describe-db-snapshots --max-records 101",
            255,
            "InvalidParameterValue",
        ),
        # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RebootDBInstance.html
        (
            "aws rds reboot-db-instance --db-instance-identifier conflicto-prod --force-failover",
            255,
            "InvalidParameterCombination",
        ),
        (
            "aws logs filter-log-events --log-group-name /nope --filter-pattern x",
            255,
            "ResourceNotFoundException",
        ),
        (
            "aws logs filter-log-events --log-group-name /ecs/conflicto-backend-prod "
            "--filter-pattern '{ $.a = }'",
            255,
            "InvalidParameterException",
        ),
        ("aws logs tail /nope", 255, "ResourceNotFoundException|does not exist"),
        (f"{STATISTICS} --period 7 --statistics Average", 255, "InvalidParameterValue"),
        (f"{STATISTICS} --period 60", 255, "InvalidParameterCombination|MissingParameter"),
        (
            "aws secretsmanager get-secret-value --secret-id nope",
            255,
            "ResourceNotFoundException",
        ),
        ("aws ssm get-parameter --name /nope", 255, "ParameterNotFound"),
        ("aws s3 ls s3://nope-nope/", 255, "NoSuchBucket"),
        ("aws ecs list-tasks --colour", 255, "required|Unknown options"),
        ("aws sts get-caller-identity --query Account --output text", 0, "^123456789012$"),
        # https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-EXIT-STATUS
        ('psql "$PROD_DATABASE_URL" -c "SELECT nope"', 1, 'column "nope" does not exist'),
        ("psql -h db.nope.example -U a -d a -c 'SELECT 1'", 2, "could not translate host name"),
        ('psql "${PROD_DATABASE_URL%/*}/nope" -c "SELECT 1"', 2, 'database "nope" does not'),
        ('psql -At "$PROD_DATABASE_URL" <<< "SELECT 6 * 7"', 0, "^42$"),
        ("psql -c 'SELECT 1'", 2, "No such file or directory"),
        ("pg_isready -h nope.example", 2, "no response"),
        ("nslookup nope.example", 1, "NXDOMAIN"),
        ("curl -sf https://conflicto.app/nope", 22, "^$"),
        ("curl -s -o /dev/null -w '%{http_code}' http://conflicto.app/", 0, "^(30[18]|404|200)$"),
        ("gh workflow run nope.yml", 1, "could not find any workflows named nope.yml"),
        ("gh run view 1", 1, "404"),
        ("git push upstream", 128, "does not appear to be a git repository"),
        ("git log --format=%s -n 1", 0, "^What is in production$"),
        ("docker build nope", 1, "not found"),
        ("cd backend && poetry run nope", 1, "Command not found: nope"),
        ("terraform -chdir=iac/environments/prod state list", 0, "aws_db_instance.main"),
        (
            "terraform -chdir=iac/environments/prod plan -var-file=nope.tfvars",
            1,
            "nope.tfvars does not",
        ),
        (
            "echo yes | terraform -chdir=iac/environments/prod force-unlock 1",
            1,
            "Failed to unlock",
        ),
        ("redis-cli -h 127.0.0.1 -p 1 ping", 1, "Could not connect to Redis"),
        ("watch -n 1 'nslookup conflicto.app'", 0, "Name:\tconflicto.app"),
    )
)
