"""Metadata, topics, configuration: what the cluster is made of, and how it is changed."""

from typing import Any

from steadyhand.lab.kafka.answers.call import Call, State, Values
from steadyhand.lab.kafka.messages import Error
from steadyhand.lab.kafka.storage.topics import DEFAULTS, Refused, Topic, Wanted, check_name

NO_OPERATIONS = -(1 << 31)  # what is allowed is not told: there are no permissions here
# https://kafka.apache.org/protocol#The_Messages_DescribeConfigs
TOPIC, BROKER = 2, 4
FROM_TOPIC, FROM_DEFAULT = 1, 5


async def metadata(state: State, call: Call) -> Values:
    asked = call.values["topics"]
    everything = asked is None or (call.version == 0 and not asked)
    names = sorted(state.topics.all) if everything else [one["name"] for one in asked or ()]
    create = state.options.auto_create_topics and call.values.get("allow_auto_topic_creation", True)
    options = state.options
    return {
        "brokers": [{"node_id": options.node_id, "host": options.host, "port": options.port}],
        "cluster_id": state.cluster_id,
        "controller_id": options.node_id,
        "topics": [_topic(state, name, create) for name in names],
        "cluster_operations": NO_OPERATIONS,
    }


def _topic(state: State, name: str, create: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "operations": NO_OPERATIONS}
    try:
        check_name(name)
        if create and name not in state.topics.all:
            state.topics.create(Wanted(name))
    except Refused as refused:
        return {**told, "error": refused.error}
    topic = state.topics.all.get(name)
    if topic is None:
        return {**told, "error": Error.UNKNOWN_TOPIC_OR_PARTITION}
    node = state.options.node_id
    told["partitions"] = [
        {"index": n, "leader_id": node, "replicas": [node], "isr": [node]}
        for n in range(len(topic.logs))
    ]
    return told


async def create_topics(state: State, call: Call) -> Values:
    def create(one: Values) -> dict[str, Any]:
        configs = {config["name"]: config["value"] for config in one["configs"]}
        partitions, replication = one["partitions"], one["replication"]
        if one["assignments"]:
            partitions = len(one["assignments"])
            replication = max(len(assigned["brokers"]) for assigned in one["assignments"])
        wanted = Wanted(one["name"], partitions, replication, configs)
        try:
            state.topics.create(wanted, call.values.get("validate_only", False))
        except Refused as refused:
            return {"name": one["name"], "error": refused.error, "message": refused.message}
        return {"name": one["name"]}

    return {"topics": [create(one) for one in call.values["topics"]]}


async def delete_topics(state: State, call: Call) -> Values:
    def delete(name: str) -> Error:
        if name not in state.topics.all:
            return Error.UNKNOWN_TOPIC_OR_PARTITION
        state.topics.delete(name)
        state.offsets.forget_topic(name)
        return Error.NONE

    return {"topics": [{"name": one, "error": delete(one)} for one in call.values["topics"]]}


async def create_partitions(state: State, call: Call) -> Values:
    def grow(one: Values) -> dict[str, Any]:
        try:
            state.topics.grow(one["name"], one["count"], call.values["validate_only"])
        except Refused as refused:
            return {"name": one["name"], "error": refused.error, "message": refused.message}
        return {"name": one["name"]}

    return {"results": [grow(one) for one in call.values["topics"]]}


async def describe_configs(state: State, call: Call) -> Values:
    return {"results": [_configs(state, one) for one in call.values["resources"]]}


def _configs(state: State, asked: Values) -> dict[str, Any]:
    told: dict[str, Any] = {"type": asked["type"], "name": asked["name"]}
    topic = state.topics.all.get(asked["name"])
    if asked["type"] == TOPIC and topic is None:
        return {**told, "error": Error.UNKNOWN_TOPIC_OR_PARTITION, "message": ""}
    if asked["type"] == TOPIC and topic is not None:
        every = _topic_configs(topic)
    elif asked["type"] == BROKER:
        every = _broker_configs(state)
    else:
        return {**told, "error": Error.INVALID_REQUEST, "message": "Unsupported resource type"}
    keys = asked["keys"]
    return {**told, "configs": [one for one in every if keys is None or one["name"] in keys]}


def _topic_configs(topic: Topic) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "value": topic.configs.get(name, default),
            "is_default": name not in topic.configs,
            "source": FROM_TOPIC if name in topic.configs else FROM_DEFAULT,
        }
        for name, default in DEFAULTS.items()
    ]


def _broker_configs(state: State) -> list[dict[str, Any]]:
    options = state.options
    values = {
        "auto.create.topics.enable": str(options.auto_create_topics).lower(),
        "group.min.session.timeout.ms": str(int(options.min_session * 1000)),
        "num.partitions": str(options.partitions),
        "log.retention.bytes": DEFAULTS["retention.bytes"],
        "log.retention.ms": DEFAULTS["retention.ms"],
        "log.segment.bytes": DEFAULTS["segment.bytes"],
    }
    return [
        {"name": name, "value": value, "read_only": True, "source": FROM_DEFAULT}
        for name, value in values.items()
    ]
