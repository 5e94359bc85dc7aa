"""Progress photos: where to upload one, whether it has arrived, where to load it, and its end.

The photo itself never passes through here: devices speak to S3, with links that are signed here.
"""

from typing import Any
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Response

from steadyhand.lab.systems.sleek_coach.app.guard import Member, members_only
from steadyhand.lab.systems.sleek_coach.app.routes.shapes import (
    Limit,
    NewPhoto,
    Number,
    Photo,
    PhotoToLoad,
    PhotoToUpload,
    Upload,
)
from steadyhand.lab.systems.sleek_coach.app.stores.bucket import Bucket, StorageFailed
from steadyhand.lab.systems.sleek_coach.app.stores.database import Database

UPLOAD_SECONDS, LOAD_SECONDS = 600, 300
COLUMNS = "id, key, status, content_type, size, taken_on, created_at"
ADD = f"""insert into photos (member_id, key, content_type, size, taken_on)
    values (%(member)s, %(key)s, %(content_type)s, %(size)s, %(taken_on)s) returning {COLUMNS}"""
ALL = f"""select {COLUMNS} from photos where member_id = %(member)s
    order by created_at desc, id desc limit %(limit)s"""
ONE = f"select {COLUMNS} from photos where member_id = %(member)s and id = %(id)s"
ARRIVED = f"update photos set status = 'ready' where id = %(id)s returning {COLUMNS}"
REMOVE = "delete from photos where id = %(id)s returning id"


def add_photos(app: FastAPI, database: Database, bucket: Bucket) -> None:
    def mine(number: int, member: int) -> dict[str, Any]:
        found = database.row(ONE, member=member, id=number)
        if found is None:
            raise HTTPException(404, "no such photo")
        return found

    @app.post("/api/v1/photos", status_code=201, responses=members_only(400))
    def add(given: NewPhoto, member: Member) -> PhotoToUpload:
        key = f"members/{member}/{uuid4().hex}"
        made = database.rows(ADD, member=member, key=key, **given.model_dump())[0]
        # Signed with the link, so that nothing else can be uploaded by it.
        headers = {"Content-Type": given.content_type, "Content-Length": str(given.size)}
        url = bucket.link("PUT", key, UPLOAD_SECONDS, headers)
        upload = Upload(url=url, headers=headers, expires_in=UPLOAD_SECONDS)
        return PhotoToUpload(**made, upload=upload)

    @app.get("/api/v1/photos", responses=members_only())
    def all_of_them(member: Member, limit: Limit = 20) -> list[Photo]:
        return [Photo(**row) for row in database.rows(ALL, member=member, limit=limit)]

    @app.post("/api/v1/photos/{number}/arrived", responses=members_only(404, 409, 502))
    def arrived(number: Number, member: Member) -> Photo:
        photo = mine(number, member)
        stored = _asked(lambda: bucket.look(photo["key"]))
        if stored is None:
            raise HTTPException(409, "nothing was uploaded yet")
        if (stored.size, stored.content_type) != (photo["size"], photo["content_type"]):
            raise HTTPException(409, "something else was uploaded")
        return Photo(**database.rows(ARRIVED, id=number)[0])

    @app.get("/api/v1/photos/{number}", responses=members_only(404, 409, 502))
    def load(number: Number, member: Member) -> PhotoToLoad:
        photo = mine(number, member)
        if photo["status"] != "ready":
            raise HTTPException(409, "nothing was uploaded yet")
        # A link says nothing of whether it will be refused: that is found out here.
        if _asked(lambda: bucket.look(photo["key"])) is None:
            raise HTTPException(404, "no such photo")
        url = bucket.link("GET", photo["key"], LOAD_SECONDS, {})
        return PhotoToLoad(**photo, url=url, expires_in=LOAD_SECONDS)

    @app.delete("/api/v1/photos/{number}", status_code=204, responses=members_only(404, 502))
    def remove(number: Number, member: Member) -> Response:
        photo = mine(number, member)
        _asked(lambda: bucket.remove(photo["key"]))
        database.rows(REMOVE, id=number)
        return Response(status_code=204)


def _asked(question: Any) -> Any:
    try:
        return question()
    except StorageFailed:
        raise HTTPException(502, "the storage of photos failed") from None
