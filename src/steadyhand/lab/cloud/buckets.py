"""The lab's S3 for the lab's own parts: whether a bucket is there, and an object put into it."""

from collections.abc import Callable

from steadyhand.lab.cloud.resources import Backends


class Buckets:
    """moto's buckets. The API's lock is held by whoever calls. `stored` is told of what is put."""

    def __init__(self, moto: Backends, stored: Callable[[str, str], None]) -> None:
        self._moto = moto
        self.stored = stored

    def exists(self, bucket: str) -> bool:
        return bucket in self._moto.s3.buckets

    def put(self, bucket: str, key: str, content: bytes) -> None:
        self._moto.s3.put_object(bucket, key, content)
        self.stored(bucket, key)

    def remove(self, bucket: str, key: str) -> None:
        self._moto.s3.delete_object(bucket, key)
        self.stored(bucket, key)

    def sizes(self, bucket: str, under: str) -> dict[str, int]:
        """The objects whose keys begin so, and their sizes."""
        keys = self._moto.s3.buckets[bucket].keys
        return {key: int(keys[key].size) for key in keys if key.startswith(under)}
