"""Deliver notices: the only place that does. At least once; the id of a notice is its dedup key."""

from steadyhand.respond.notices.channel import Channels, Delivered, Failed
from steadyhand.respond.notices.deliver import CHANNELS, deliver

__all__ = ["CHANNELS", "Channels", "Delivered", "Failed", "deliver"]
