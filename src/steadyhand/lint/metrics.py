"""Which dimensions the metrics of AWS come with: a table, and what it says of one request.

CloudWatch keeps each combination of dimensions as a metric of its own and finds nothing under any
other: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
Metrics that are not listed here are not judged.
"""

from collections.abc import Mapping

from msgspec import Struct

Names = frozenset[str]


class Sets(Struct, frozen=True):
    """The combinations some metrics come with; names in `others` lead to ones not listed."""

    metrics: Names
    sets: tuple[Names, ...]
    others: Names = frozenset()


def _sets(*combinations: str) -> tuple[Names, ...]:
    return tuple(frozenset(combination.split()) for combination in combinations)


def _names(text: str) -> Names:
    return frozenset(text.split())


KNOWN: Mapping[str, tuple[Sets, ...]] = {
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html
    "AWS/ECS": (
        Sets(
            _names("CPUUtilization MemoryUtilization"),
            _sets("ClusterName", "ClusterName ServiceName"),
        ),
        Sets(_names("CPUReservation MemoryReservation GPUReservation"), _sets("ClusterName")),
    ),
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
    "AWS/ApplicationELB": (
        Sets(
            _names(
                "ActiveConnectionCount NewConnectionCount RejectedConnectionCount ProcessedBytes "
                "HTTPCode_ELB_3XX_Count HTTPCode_ELB_4XX_Count HTTPCode_ELB_5XX_Count "
                "HTTPCode_ELB_500_Count HTTPCode_ELB_502_Count HTTPCode_ELB_503_Count "
                "HTTPCode_ELB_504_Count"
            ),
            _sets("LoadBalancer", "AvailabilityZone LoadBalancer"),
        ),
        Sets(
            _names(
                "RequestCount TargetResponseTime TargetConnectionErrorCount "
                "HTTPCode_Target_2XX_Count HTTPCode_Target_3XX_Count HTTPCode_Target_4XX_Count "
                "HTTPCode_Target_5XX_Count"
            ),
            _sets(
                "LoadBalancer",
                "AvailabilityZone LoadBalancer",
                "LoadBalancer TargetGroup",
                "AvailabilityZone LoadBalancer TargetGroup",
            ),
        ),
        Sets(
            _names("HealthyHostCount UnHealthyHostCount"),
            _sets("LoadBalancer TargetGroup", "AvailabilityZone LoadBalancer TargetGroup"),
        ),
    ),
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
    "AWS/NetworkELB": (
        Sets(
            _names("HealthyHostCount UnHealthyHostCount"),
            _sets("LoadBalancer TargetGroup", "AvailabilityZone LoadBalancer TargetGroup"),
        ),
    ),
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": (
        Sets(
            _names(
                "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed "
                "ApproximateNumberOfMessagesNotVisible ApproximateNumberOfMessagesVisible "
                "NumberOfEmptyReceives NumberOfMessagesDeleted NumberOfMessagesReceived "
                "NumberOfMessagesSent SentMessageSize"
            ),
            _sets("QueueName"),
        ),
    ),
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
    "AWS/S3": (Sets(_names("BucketSizeBytes NumberOfObjects"), _sets("BucketName StorageType")),),
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html
    "AWS/CloudFront": (
        Sets(
            _names(
                "Requests BytesDownloaded BytesUploaded 4xxErrorRate 5xxErrorRate TotalErrorRate "
                "CacheHitRate OriginLatency"
            ),
            _sets("DistributionId Region"),
        ),
    ),
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/dimensions.html
    "AWS/RDS": (
        Sets(
            _names(
                "CPUUtilization DatabaseConnections FreeableMemory FreeStorageSpace ReadIOPS "
                "WriteIOPS ReadLatency WriteLatency DiskQueueDepth SwapUsage ReplicaLag"
            ),
            _sets(
                "",
                "DBInstanceIdentifier",
                "DBClusterIdentifier",
                "DBClusterIdentifier Role",
                "DbClusterIdentifier EngineName",
                "DatabaseClass",
                "EngineName",
                "SourceRegion",
            ),
            _names("ProxyName DBShardGroupIdentifier DBShardGroupInstanceIdentifier"),
        ),
    ),
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
    "AWS/EC2": (
        Sets(
            _names(
                "CPUUtilization NetworkIn NetworkOut StatusCheckFailed StatusCheckFailed_Instance "
                "StatusCheckFailed_System CPUCreditBalance"
            ),
            _sets("", "InstanceId", "AutoScalingGroupName", "ImageId", "InstanceType"),
        ),
    ),
}


class NoSuchSet(Struct, frozen=True):
    """There is no metric with these dimensions; `nearest` is the set that misses the least.

    `sets` are those with any dimension.
    """

    sets: tuple[Names, ...]
    nearest: Names


def judge(namespace: str, metric: str, names: Names) -> NoSuchSet | None:
    """Say whether a metric exists with just these dimensions; None too where it is not known."""
    for known in KNOWN.get(namespace, ()):
        if metric in known.metrics and not names & known.others and names not in known.sets:
            nearest = min(known.sets, key=lambda found: (len(found ^ names), len(found)))
            return NoSuchSet(tuple(filter(None, known.sets)), nearest)
    return None
