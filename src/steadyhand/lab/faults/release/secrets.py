"""A secret's source as a task definition names it in, its value out; and the way to change it.

`name` and `name:key` are of Secrets Manager, `/a/path` is of SSM. With the API's lock held.
"""

import json
from uuid import uuid4

from steadyhand.lab.cloud.resources import Backends


def read(moto: Backends, source: str) -> str:
    if source.startswith("/"):
        kept = moto.ssm.get_parameter(source)
        assert kept is not None
        return str(kept.decrypt(kept.value))
    name, _, key = source.partition(":")
    text = str(moto.secrets.get_secret_value(name, "", "")["SecretString"])
    return str(json.loads(text)[key]) if key else text


def write(moto: Backends, source: str, value: str) -> None:
    """Put a new value into its place; other keys of the same secret stay."""
    if source.startswith("/"):
        kept = moto.ssm.get_parameter(source)
        assert kept is not None
        moto.ssm.put_parameter(
            *(source, kept.description, value, kept.parameter_type, "", kept.keyid, True, []),
            *(kept.data_type, kept.tier, None),
        )
        return
    name, _, key = source.partition(":")
    if key:
        text = str(moto.secrets.get_secret_value(name, "", "")["SecretString"])
        value = json.dumps({**json.loads(text), key: value})
    moto.secrets.put_secret_value(name, value, "", str(uuid4()), ["AWSCURRENT"])
