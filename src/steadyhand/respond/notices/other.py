"""A notice by way of Apprise: a hundred channels more, each behind one URL, which is a secret.

It says yes or no, and not why not.
"""

import logging

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices.channel import Channels, Delivered, Failed, value_at


def send(notice: Notice, channels: Channels) -> Delivered | Failed:
    """Hand it to Apprise; imported here, because it takes its time."""
    reached = channels.reach(notice)
    if reached is None or not reached.apprise:
        return Failed("no Apprise URL is set", lasting=True)
    address = value_at(reached.apprise)
    try:
        import apprise
    except ImportError:
        said = "it needs the extra `notices`: pip install 'steadyhand[notices]'"
        return Failed(said, lasting=True)
    for chatty in ("apprise", "urllib3"):  # what they say for debugging holds the whole URL
        logging.getLogger(chatty).setLevel(logging.ERROR)
    way = apprise.Apprise()
    if not way.add(address):
        return Failed("Apprise does not know such a URL", lasting=True)
    link = channels.link(notice) if notice.kind == "page" else ""
    body = f"{notice.body}\n\nAcknowledge: {link}" if link else notice.body
    if way.notify(title=notice.title, body=body):
        return Delivered()
    return Failed("Apprise could not deliver it")
