"""Is the service well? For whoever asks; the reasons and the figures for those who may read."""

from fastapi import APIRouter, Response

from steadyhand.api.routes.given import Here, Reader
from steadyhand.api.routes.refusals import refusals
from steadyhand.api.shapes import Health, HealthTold

router = APIRouter(tags=["health"])


@router.get("/healthz", responses={503: {"model": Health, "description": "It is not well."}})
def healthz(here: Here, response: Response) -> Health:
    """Say whether the audit is clean, and not long ago: 200, else 503. Open to anybody."""
    reasons = here.vigil.found()
    response.status_code = 503 if reasons else 200
    return Health(not reasons, len(reasons))


@router.get("/api/v1/health", responses=refusals())
def told(here: Here, _who: Reader) -> HealthTold:
    """Say what the audit found, when it was made, and when the last heartbeat was taken."""
    vigil = here.vigil
    troubles, reasons = tuple(here.control.troubles()), vigil.found()
    return HealthTold(not reasons, reasons, vigil.checked, vigil.sent, troubles)


@router.get(
    "/metrics",
    response_class=Response,
    responses={**refusals(), 200: {"content": {"text/plain": {}}, "description": "Figures."}},
)
def metrics(here: Here, _who: Reader) -> Response:
    """Give the service's figures in Prometheus's text format."""
    from steadyhand.api.metrics import text

    return Response(text(here), media_type="text/plain; version=0.0.4; charset=utf-8")
