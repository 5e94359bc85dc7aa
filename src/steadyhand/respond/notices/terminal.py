"""A notice to whoever looks at the terminal."""

from steadyhand.model.incident.notice import Notice
from steadyhand.respond.notices.channel import Channels, Delivered, Failed


def send(notice: Notice, channels: Channels) -> Delivered | Failed:
    """Say it."""
    channels.say(notice)
    return Delivered()
