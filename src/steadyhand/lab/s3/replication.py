"""Objects that were stored, in; after a while their copies in the bucket that a rule names, out.

New versions only, and no deletions, as rules have it that say nothing else; what is a copy itself
is not copied again. Called with the API's lock held.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from moto.s3.models import FakeKey

from steadyhand.lab.account import ACCOUNT
from steadyhand.lab.durations import Durations
from steadyhand.lab.systems.parts import Bucket

SECONDS = 15.0  # most objects are there sooner than S3's promise of 15 minutes
PENDING, COMPLETED, FAILED, REPLICA = "PENDING", "COMPLETED", "FAILED", "REPLICA"
STATUS = "replication_status"  # of moto's object; mending.py shows it


@dataclass
class Replication:
    """`kept` is told what was stored here."""

    s3: Any
    durations: Durations
    kept: Callable[[str, str], None]
    _due: dict[tuple[str, str], float] = field(default_factory=dict)

    def declare(self, bucket: Bucket) -> None:
        """Have a bucket's versions copied to its other bucket, also what lies in it already."""
        for name in (bucket.name, bucket.copies_to):
            self.s3.put_bucket_versioning(name, "Enabled")
        rule = {
            "ID": "cross-region",
            "Priority": "1",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": f"arn:aws:s3:::{bucket.copies_to}"},
        }
        role = f"arn:aws:iam::{ACCOUNT}:role/s3-replication"
        self.s3.put_bucket_replication(bucket.name, {"Role": role, "Rule": [rule]})
        self.stored(bucket.name, "")

    def stored(self, bucket: str, key: str) -> None:
        """An object may have a new version; without a key, any of the bucket's may."""
        found = self.s3.buckets.get(bucket)
        if found is None or next(_places(found, key), None) is None:
            return
        for name in [key] if key else list(found.keys):
            newest: Any = found.keys.get(name)
            if not isinstance(newest, FakeKey) or _status(newest):
                continue
            setattr(newest, STATUS, PENDING)
            self._due[bucket, name] = time.monotonic() + self.durations.shortened(SECONDS, 0.5)

    def tick(self) -> None:
        """Copy what has waited long enough."""
        now = time.monotonic()
        for place in [one for one, due in self._due.items() if due <= now]:
            del self._due[place]
            self._copy(*place)

    def _copy(self, bucket: str, key: str) -> None:
        found = self.s3.buckets.get(bucket)
        one: Any = None if found is None else found.keys.get(key)
        if not isinstance(one, FakeKey) or _status(one) != PENDING:
            return
        setattr(one, STATUS, COMPLETED)
        for to in _places(found, key):
            there = self.s3.buckets.get(to)
            if there is None or not there.is_versioned:
                setattr(one, STATUS, FAILED)
                continue
            made = self.s3.put_object(to, key, one.value, storage=one.storage_class)
            made.set_metadata(dict(one.metadata))
            made._version_id = one._version_id  # a copy is the same version
            setattr(made, STATUS, REPLICA)
            self.kept(to, key)
        self.kept(bucket, key)


def _status(one: Any) -> str:
    return str(getattr(one, STATUS, ""))


def _places(bucket: Any, key: str) -> Iterator[str]:
    """The buckets that the rules of a bucket have a key copied to."""
    given: Mapping[str, Any] = getattr(bucket, "replication", None) or {}
    for rule in given.get("Rule", ()):
        prefix = (rule.get("Filter") or {}).get("Prefix") or rule.get("Prefix") or ""
        if rule.get("Status") == "Enabled" and key.startswith(prefix):
            yield str(rule["Destination"]["Bucket"]).rpartition(":")[2]
