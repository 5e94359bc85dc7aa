"""# rollback-to-same-image

## What it does

Finds a rollback to an older revision in a document that deploys by pushing `latest` and starting
the service anew. There every revision names the same tag.

## Why it is bad

The older revision pulls `latest`, and that is the bad image still. The rollback looks as if it had
worked, and nothing changes.

## Bad

```bash
# Deploy
docker push registry.example.org/shop/web:latest
kubectl rollout restart deployment/web

# Roll back
kubectl rollout undo deployment/web
```

## Good

```bash
# Deploy
docker push "registry.example.org/shop/web:$VERSION"
kubectl set image deployment/web web="registry.example.org/shop/web:$VERSION"

# Roll back
kubectl rollout undo deployment/web
```

## How to fix

Give each release a tag or a digest of its own, and let each revision name its own.

## Source

https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

from collections.abc import Iterator

from steadyhand.lint.changes.calls import Call, calls
from steadyhand.lint.changes.images import images
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity


def check(subject: Subject) -> Iterator[Finding]:
    """Report each way back that names what was started anew from a pushed `latest`."""
    every = calls(subject)
    if any(_pins(call) for call in every):
        return
    started = _started_from_latest(every)
    for call in every:
        target = _rolled_back(call)
        if target and target in started:
            yield RULE.finding(
                call.step.span,
                f"the older revision of `{target}` starts `latest` too, the image that was pushed "
                f"in line {started[target]}",
                "give each release a tag of its own; then a revision names one image",
                mark=subject.mark(call.step.span, call.last_verb),
            )


def _pins(call: Call) -> bool:
    """Tell whether a command gives a service an image of its own."""
    return call.operation == ("ecs", "register-task-definition") or (
        call.name in {"kubectl", "oc"} and call.words[:2] == ("set", "image")
    )


def _started_from_latest(every: tuple[Call, ...]) -> dict[str, int]:
    """Name what is started anew behind a push of `latest`, with the line of the push."""
    pushed: dict[str, int] = {}  # by procedure
    started: dict[str, int] = {}
    for call in every:
        if call.last_verb == "push" and any(image.mutable for image in images(call)):
            pushed[call.procedure.id] = call.step.span.line
        target = _restarted(call)
        if target and call.procedure.id in pushed:
            started.setdefault(target, pushed[call.procedure.id])
    return started


def _restarted(call: Call) -> str:
    if call.has("--force-new-deployment") and not call.has("--task-definition"):
        return call.get("--service") or ""
    return _target(call, "restart")


def _rolled_back(call: Call) -> str:
    if call.operation == ("ecs", "update-service") and call.has("--task-definition"):
        return call.get("--service") or ""
    return _target(call, "undo")


def _target(call: Call, verb: str) -> str:
    rolls = call.name in {"kubectl", "oc"} and call.words[:2] == ("rollout", verb)
    return call.words[-1].rpartition("/")[2] if rolls and len(call.words) > 2 else ""


RULE = Rule("rollback-to-same-image", Severity.WARNING, Confidence.MEDIUM, check)
