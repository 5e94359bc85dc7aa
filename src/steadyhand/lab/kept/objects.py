"""S3's buckets with their settings, and every version of every object with its content, as shelves.

Parts of an upload that is not complete are not kept.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey
from moto.s3.utils import _VersionedKeyStore

from steadyhand.lab.cloud.resources import Backends
from steadyhand.lab.kept.ledger import Row, Shelf
from steadyhand.lab.kept.plain import made

BUCKETS, OBJECTS = "bucket", "object"
# What has its own rows, or lives as long as a process.
OF_BUCKET = ("keys", "multiparts")
OF_OBJECT = ("_value_buffer", "lock", "multipart", "_max_buffer_size")
MARKER = "marks"  # which version a delete marker stands on


def storage(moto: Backends) -> list[Shelf]:
    return [
        Shelf(BUCKETS, "s3", partial(_bucket_rows, moto), partial(_put_bucket, moto)),
        Shelf(OBJECTS, "s3", partial(_rows, moto), partial(_put, moto)),
    ]


def _tags(moto: Backends, arn: str) -> dict[str, str]:
    return dict(moto.s3.tagger.get_tag_dict_for_resource(arn))


def _tag(moto: Backends, arn: str, tags: dict[str, str]) -> None:
    if tags:
        moto.s3.tagger.tags[arn] = tags


def _bucket_rows(moto: Backends, under: str) -> Iterator[Row]:
    for name, bucket in list(moto.s3.buckets.items()):
        if name.startswith(under.partition("/")[0]):
            known = {key: one for key, one in vars(bucket).items() if key not in OF_BUCKET}
            yield Row(name, {"settings": known, "tags": _tags(moto, bucket.arn)})


def _put_bucket(moto: Backends, row: Row) -> None:
    settings = row.content["settings"]
    plain: Any = moto.s3.create_bucket(row.key, settings["region_name"])
    vars(plain).update(settings)
    _tag(moto, plain.arn, row.content["tags"])


def _rows(moto: Backends, under: str) -> Iterator[Row]:
    bucket, slash, key = under.partition("/")
    for name, one in list(moto.s3.buckets.items()):
        if not (name == bucket if slash else name.startswith(bucket)):
            continue
        for path in list(one.keys):
            if path.startswith(key):
                yield from _versions(moto, one, path)


def _versions(moto: Backends, bucket: FakeBucket, path: str) -> Iterator[Row]:
    versions = list(bucket.keys.getlist(path, []))
    for number, one in enumerate(versions):
        # A bucket's name has no slash, and a number comes last: both ends are plain.
        name = f"{bucket.name}/{path}\n{number:06}"
        if isinstance(one, FakeDeleteMarker):
            marked = next((n for n, other in enumerate(versions) if other is one.key), -1)
            known = {key: value for key, value in vars(one).items() if key != "key"}
            yield Row(name, {"settings": known, MARKER: marked})
            continue
        _ = one.etag  # moto works it out when it is first asked for
        known = {key: value for key, value in vars(one).items() if key not in OF_OBJECT}
        content = {"settings": known, "tags": _tags(moto, one.arn)}
        yield Row(name, content, partial(_value, one))


def _value(one: Any) -> bytes:
    return bytes(one.value)


def _put(moto: Backends, row: Row) -> None:
    bucket, _, path = row.key.rpartition("\n")[0].partition("/")
    keys: _VersionedKeyStore = moto.s3.buckets[bucket].keys
    settings = row.content["settings"]
    if MARKER in row.content:
        versions, marked = keys.getlist(path, []), row.content[MARKER]
        of = versions[marked] if 0 <= marked < len(versions) else None
        keys[path] = made(FakeDeleteMarker, {**settings, "key": of})
        return
    assert row.body is not None
    one: Any = FakeKey(settings["name"], b"", settings["account_id"], settings["region_name"])
    vars(one).update(settings)
    one.value = row.body()
    keys[path] = one
    _tag(moto, one.arn, row.content["tags"])
