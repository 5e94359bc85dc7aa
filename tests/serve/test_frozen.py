"""A process that is stopped keeps its lease. Whoever stands by says so, and beats no more."""

import signal

from tests.serve.place import Place, until


def test_whoever_stands_by_sees_that_the_one_that_watches_hangs(place: Place) -> None:
    settings = f"""
[serve]
heartbeat_url = "{place.receiver.address}/beat"
heartbeat_seconds = 0.5
grace_seconds = 0.5
"""
    place.write("shop", ["High CPU"], settings)
    first = place.serve()
    until(lambda: place.receiver.beats, what=place.said())
    place.serve()  # it stands by
    first.send_signal(signal.SIGSTOP)
    until(lambda: "shop is watched by a process that hangs" in place.said(), 60, place.said())
    held = len(place.receiver.beats)
    first.kill()  # and the other one watches
    until(lambda: "the audit is clean again" in place.said(), 60, place.said())
    until(lambda: len(place.receiver.beats) > held, 30, place.said())
