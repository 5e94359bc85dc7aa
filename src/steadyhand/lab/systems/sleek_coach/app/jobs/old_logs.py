"""Logs in S3 in, those past their retention gone.

A day's logs lie under a key with its date, `…/2026/11/21/…`; one without is judged by its age.
"""

import os
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from steadyhand.lab.systems.sleek_coach.app.jobs.figures import client
from steadyhand.lab.systems.sleek_coach.app.settings import aws

DAYS = 90
BATCH = 1000  # that S3 deletes at once
DATED = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/")


def run() -> dict[str, float]:
    bucket = os.environ["LOG_BUCKET"]
    s3 = client("s3", aws())
    oldest = datetime.now(UTC).date() - timedelta(days=DAYS)
    seen, doomed = 0, []
    for key, changed in _objects(s3, bucket):
        seen += 1
        if day_of(key, changed) < oldest:
            doomed.append({"Key": key})
    for start in range(0, len(doomed), BATCH):
        told = s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed[start : start + BATCH]})
        if told.get("Errors"):
            raise RuntimeError(f"S3 kept {len(told['Errors'])}: {told['Errors'][0]}")
    return {"seen": seen, "deleted": len(doomed)}


def _objects(s3: Any, bucket: str) -> Iterator[tuple[str, datetime]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", ()):
            yield one["Key"], one["LastModified"]


def day_of(key: str, changed: datetime) -> date:
    dated = DATED.search(key)
    if dated is not None:
        try:
            return date(*(int(number) for number in dated.groups()))
        except ValueError:
            pass
    return changed.date()
