"""What routes are given by the request: the service, who asks, names that a database can hold."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from steadyhand.api.access import Caller, need
from steadyhand.app.serving.service import Service


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


Here = Annotated[Service, Depends(_service)]
Reader = Annotated[Caller, Depends(need("read"))]
Responder = Annotated[Caller, Depends(need("respond"))]
Approver = Annotated[Caller, Depends(need("approve"))]

# PostgreSQL takes no NUL in a text, and 2^63 in no column of positions.
NAME = r"^[^\x00-\x1f\x7f]{1,128}$"
Key = Annotated[str, Path(pattern=NAME)]
System = Annotated[str, Query(pattern=r"^[^\x00-\x1f\x7f]{0,128}$")]
Before = Annotated[str, Query(pattern=r"^[^\x00-\x1f\x7f]{0,128}$")]
Limit = Annotated[int, Query(ge=1, le=500)]
Position = Annotated[int, Query(ge=0, le=2**31 - 1)]
