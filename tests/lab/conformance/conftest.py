"""One lab with one system for the whole suite, and the names of what is in it."""

from collections.abc import Iterator

import pytest
from tests.lab.conformance.asking import Ground
from tests.lab.running_lab import RunningLab, start_lab

SYSTEM = "conflicto"


@pytest.fixture(scope="package")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    state = tmp_path_factory.mktemp("conformance")
    lab = start_lab(state, "--traffic", "2", system=SYSTEM)
    yield Ground(lab, names_of(lab))
    lab.stop()


def names_of(lab: RunningLab) -> dict[str, str]:
    """What cases may name: the running system's resources, and where things can be put."""
    system = lab.contract["system"]
    ecs, elb, ec2 = (lab.client(one) for one in ("ecs", "elbv2", "ec2"))
    (service,) = ecs.describe_services(cluster=system["cluster"], services=[system["service"]])[
        "services"
    ]
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    group = service["loadBalancers"][0]["targetGroupArn"]
    made = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="HTTP",
        Port=8088,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    subnets = ec2.describe_subnets()["Subnets"]
    task = ecs.list_tasks(cluster=system["cluster"])["taskArns"][0]
    family, _, revision = service["taskDefinition"].rpartition("/")[2].partition(":")
    return {
        "cluster": system["cluster"],
        "database": lab.client("rds").describe_db_instances()["DBInstances"][0][
            "DBInstanceIdentifier"
        ],
        "service": system["service"],
        "family": family,
        "revision": revision,
        "task": task,
        "image": ecs.describe_tasks(cluster=system["cluster"], tasks=[task])["tasks"][0][
            "containers"
        ][0]["image"],
        "container": service["loadBalancers"][0]["containerName"],
        "group": group,
        "balancer": balancer["LoadBalancerArn"],
        "balancer_name": balancer["LoadBalancerName"],
        "listener": made["Listeners"][0]["ListenerArn"],
        "subnet": subnets[0]["SubnetId"],
        "subnet_2": subnets[1]["SubnetId"],
        "vpc": subnets[0]["VpcId"],
    }
