"""An AWS CLI argv in, what the CLI or the service would refuse in it out; offline."""

from steadyhand.lint.aws.check import Call, Checked, check
from steadyhand.lint.aws.known.models import Models, installed
from steadyhand.lint.aws.problems import Kind, Problem

__all__ = ["Call", "Checked", "Kind", "Models", "Problem", "check", "installed"]
