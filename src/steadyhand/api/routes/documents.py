"""Documents and their procedures."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from steadyhand.api.access import Caller, need
from steadyhand.api.routes.given import Here, Key, Reader, System
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import DocumentShown, ProcedureShown
from steadyhand.app.problem import Problem
from steadyhand.app.runbooks import documents
from steadyhand.app.watching.desk import Desk
from steadyhand.model import canonical

router = APIRouter(prefix="/api/v1", tags=["documents"], responses=refusals(400))


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request, _who: Annotated[Caller, Depends(need("read"))]) -> dict[str, Any]:
    """The OpenAPI document of this API."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/documents")
def listed(here: Here, _who: Reader) -> list[DocumentShown]:
    """List the documents that are served."""
    return [_document(desk) for desk in here.desks]


@router.get("/documents/{system}", responses=refusals(404))
def outline(here: Here, _who: Reader, system: Key) -> dict[str, Any]:
    """Show one document as it was compiled: docs/schema has the shape."""
    return documents.compiled_json(find(here.desks, system).loaded)


@router.get("/procedures")
def procedures(here: Here, _who: Reader, system: System = "") -> list[ProcedureShown]:
    """List the procedures of one document, or of all."""
    return [
        ProcedureShown(
            desk.system, one.id, one.title, one.severity, str(one.span), len(one.steps),
            tuple(one.symptoms),
        )
        for desk in here.desks
        if system in {"", desk.system}
        for one in desk.loaded.runbook.procedures
    ]  # fmt: skip


@router.get("/documents/{system}/procedures/{procedure}", responses=refusals(404))
def procedure(here: Here, _who: Reader, system: Key, procedure: Key) -> dict[str, Any]:
    """Show one procedure with its steps."""
    for one in find(here.desks, system).loaded.runbook.procedures:
        if one.id == procedure:
            shown: dict[str, Any] = canonical.plain(one)
            return shown
    raise Problem(f"there is no procedure {procedure} in {system}")


def find(desks: Any, system: str) -> Desk:
    """Find a served document by its system. Raises Problem."""
    for desk in desks:
        if desk.system == system:
            found: Desk = desk
            return found
    raise Problem(f"there is no system {system} here")


def _document(desk: Desk) -> DocumentShown:
    runbook = desk.loaded.runbook
    unbound = sum(bool(one.unbound) for one in desk.watched.values())
    return DocumentShown(
        desk.system, runbook.path, getattr(runbook, "title", "") or desk.system, desk.target.name,
        len(runbook.procedures), len(desk.watched), unbound, len(desk.loaded.findings),
    )  # fmt: skip
