"""# mutable-image-tag

## What it does

Finds an image that is pushed or put into service under the tag `latest`, or under no tag, which
means the same. Where it is only pulled or run on one machine, that is a note, and a bare name such
as `busybox` is a tool. A tag that the shell or a person fills in is not reported.

## Why it is bad

Which code runs can no longer be told, two machines may run two of them, and a rollback to the
revision before starts the same image again.

## Bad

```bash
docker push registry.example.org/shop/web:latest
kubectl set image deployment/web web=registry.example.org/shop/web
```

## Good

```bash
TAG=$(git rev-parse --short=12 HEAD)
docker push "registry.example.org/shop/web:$TAG"
kubectl set image deployment/web web="registry.example.org/shop/web:$TAG"
```

## How to fix

Tag the image with the commit or the version, or name it by its digest (`@sha256:…`).

## Source

https://kubernetes.io/docs/concepts/containers/images/#image-names
"""

from collections.abc import Iterator

from msgspec.structs import replace

from steadyhand.lint.changes.calls import calls
from steadyhand.lint.changes.images import images
from steadyhand.lint.changes.said import rehearses
from steadyhand.lint.rule import Rule
from steadyhand.lint.subject import Subject
from steadyhand.model.document.finding import Confidence, Finding, Severity

_SEVERITY = {True: Severity.WARNING, False: Severity.NOTE}  # by whether others run it


def check(subject: Subject) -> Iterator[Finding]:
    """Report each image of a procedure once, where it ships first."""
    seen: set[tuple[str, str]] = set()
    for call in calls(subject):
        if rehearses(call.procedure):
            continue
        for image in images(call):
            key = (call.procedure.id, image.bare)
            if not image.mutable or key in seen:
                continue
            seen.add(key)
            found = RULE.finding(
                call.step.span,
                f"`{call.short}` {image.says}: tomorrow that is another image",
                "tag it with the commit or the version, or name it by its digest",
                mark=subject.mark(call.step.span, image.certain),
            )
            yield replace(found, severity=_SEVERITY[image.ships])


RULE = Rule("mutable-image-tag", Severity.WARNING, Confidence.HIGH, check)
