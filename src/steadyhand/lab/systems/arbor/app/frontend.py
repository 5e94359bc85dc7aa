"""A version in, the front end out: one page, which asks the back end by the paths beside it."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, PlainTextResponse

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Arbor: the energy plan that fits</title>
<style>body{font:16px/1.5 sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}</style>
</head>
<body>
<h1>The energy plan that fits</h1>
<form id="ask">
<label>Your customer number <input name="customer" required pattern="[A-Za-z0-9-]{1,40}"></label>
<button>Show my plans</button>
</form>
<ol id="plans" aria-live="polite"></ol>
<script>
document.getElementById("ask").addEventListener("submit", async (event) => {
  event.preventDefault();
  const list = document.getElementById("plans");
  const customer = new FormData(event.target).get("customer");
  const answer = await fetch(`/api/v1/customers/${customer}/recommendations`);
  const plans = answer.ok ? (await answer.json()).plans : [];
  list.replaceChildren(...plans.map((plan) => {
    const item = document.createElement("li");
    item.textContent = `${plan.supplier}, ${plan.name}: ${plan.explanation}`;
    return item;
  }));
  if (!plans.length) list.textContent = "No plans to show right now.";
});
</script>
</body>
</html>
"""


def create_frontend(version: str) -> FastAPI:
    app = FastAPI(title="Arbor, the page", version=version, docs_url=None, redoc_url=None)

    @app.get("/", response_class=HTMLResponse)
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE, headers={"Cache-Control": "no-cache"})

    @app.get("/health", response_class=PlainTextResponse)
    async def health() -> str:
        return "ok\n"

    return app
