"""A provider's switches in, a fault that sets some of them and puts them back out.

Only those that it set, and only while they stand as it set them: two faults of one provider at a
time do not clear each other.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any
from urllib.error import HTTPError

from steadyhand.lab.faults.fault import BadParameter, Fault, Scene, text
from steadyhand.lab.providers.account import Switches
from steadyhand.lab.providers.known import KINDS

LANGUAGE_MODELS = ("openai", "gemini", "anthropic")
PROVIDER = {"provider": f"one of {', '.join(KINDS)} (the system's language model)"}
_NAMES = [one.name for one in fields(Switches)]

Wanted = Mapping[str, Any]


def language_model(scene: Scene) -> str:
    """`provider`, or the one whose address the system's tasks are given. Raises BadParameter."""
    values = " ".join(
        value for family in scene.live.parts.families for value in family.environment.values()
    )
    used = [name for name in LANGUAGE_MODELS if f"{{provider.{name}}}" in values]
    provider = text(scene.given, "provider", used[0] if used else None)
    if provider not in KINDS:
        raise BadParameter(f"there is no provider {provider}; there are {', '.join(KINDS)}")
    return provider


def switch(scene: Scene, provider: str, wanted: Wanted) -> dict[str, Any]:
    """Set these, and leave the others as they stand. Raises BadParameter."""
    before = _standing(scene, provider)
    scene.kept["provider"], scene.kept["set"] = provider, dict(wanted)
    scene.kept["before"] = {name: before[name] for name in wanted}
    try:
        scene.lab.outside.control("PUT", f"/_control/{provider}", {**before, **wanted})
    except HTTPError as refused:
        with refused:
            raise BadParameter(json.load(refused)["error"]) from None
    return {"provider": provider, **wanted}


def back(scene: Scene) -> None:
    provider, before = scene.kept["provider"], scene.kept["before"]
    standing = _standing(scene, provider)
    ours = {n: before[n] for n, value in scene.kept["set"].items() if standing[n] == value}
    scene.lab.outside.control("PUT", f"/_control/{provider}", {**standing, **ours})


def _standing(scene: Scene, provider: str) -> dict[str, Any]:
    told = scene.lab.outside.control("GET", f"/_control/{provider}")
    return {name: told[name] for name in _NAMES}


def switching(
    name: str,
    words: tuple[str, str],
    wanted: Callable[[Mapping[str, Any]], Wanted],
    provider: Callable[[Scene], str] = language_model,
    **parameters: str,
) -> Fault:
    """Make a fault of its name, its summary and notice, and what it switches, by its parameters."""

    def inject(scene: Scene) -> dict[str, Any]:
        return switch(scene, provider(scene), wanted(scene.given))

    return Fault(name, *words, inject, back, {**parameters, **PROVIDER})
