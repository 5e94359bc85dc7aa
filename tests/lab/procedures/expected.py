"""Where procedures stop, and why: the documents' own defects by their number in
tests/lint/defects.toml, and what a lab cannot have. Everything else has to complete.
"""

import re
from dataclasses import dataclass

LAB = 0  # in place of a defect's number: the stop is ours


@dataclass(frozen=True)
class Stop:
    """`says` is a pattern of the reason, or of what the step printed. Where chance decides,
    `always` is False, or it stops earlier, at `instead`."""

    line: int
    says: str
    defect: int
    why: str
    always: bool = True
    instead: "Stop | None" = None

    def fits(self, line: int, said: str) -> bool:
        return line == self.line and re.search(self.says, said) is not None


def stop_of(document: str, procedure: str, part: str, line: int, said: str) -> Stop | None:
    """Find the stop that is known and came; None where another came, or none is known."""
    known = STOPS.get((document, procedure, part))
    for stop in (known, known.instead if known else None):
        if stop is not None and stop.fits(line, said):
            return stop
    return None


_INTERACTIVE = "`execute-command` lacks `--interactive`, which is required"
_NETWORK = "a task definition of mode awsvpc needs a network, and none is given"
_ALTERNATION = "`A|B` without quotes is no filter pattern"
_PASSWORD = "RDS takes no `/` in a password, and base64 often has one"

# (document, procedure, "" or "conditional") → where it stops
STOPS: dict[tuple[str, str, str], Stop] = {
    ("contractorlens", "investigation-steps", ""): Stop(68, '"interactive"', 9, _INTERACTIVE),
    ("contractorlens", "database-maintenance", ""): Stop(
        253, "Invalid value 5 for MaxRecords", 11, "`--max-records` is at least 20"
    ),
    ("contractorlens", "database-optimization", ""): Stop(377, '"interactive"', 9, _INTERACTIVE),
    ("contractorlens", "database-recovery", ""): Stop(
        353, "is not within the restorable times", LAB, "the lab is younger than an hour"
    ),
    ("arbor-energy", "issue-slow-recommendation-generation", ""): Stop(
        147, '"mean_time" does not exist', 5, "the column is `mean_exec_time` since PostgreSQL 13"
    ),
    ("arbor-energy", "blue-green-deployment-manual", ""): Stop(
        243, "Network Configuration must be provided", 15, _NETWORK
    ),
    ("arbor-energy", "blue-green-deployment-manual", "conditional"): Stop(
        258, "ServiceNotFoundException", 15, "the service to delete could not be made before"
    ),
    ("arbor-energy", "vertical-scaling-task-resources", ""): Stop(
        382, "part of the command is left out", 8, "a comment stands for required options"
    ),
    ("arbor-energy", "point-in-time-recovery", ""): Stop(
        448, "is not within the restorable times", 59, "the time to restore is a date in the past"
    ),
    ("arbor-energy", "point-in-time-recovery", "conditional"): Stop(
        454, "DBInstanceNotFound", 59, "the restore before it was refused"
    ),
    ("arbor-energy", "rotate-database-credentials", ""): Stop(
        488,
        "is FAILED, 0 of",
        26,
        "the new secret lacks address and name of the database, so no new task comes up",
        instead=Stop(483, "InvalidParameterValue", 25, _PASSWORD),
    ),
    ("sleek-coach", "manual-deployment", ""): Stop(
        319, "Network Configuration must be provided", 14, _NETWORK
    ),
    ("sleek-coach", "rollback-procedure", "conditional"): Stop(
        343, "Network Configuration must be provided", 14, _NETWORK
    ),
    ("sleek-coach", "rotate-database-password", ""): Stop(
        422, "InvalidParameterValue", 25, _PASSWORD, always=False
    ),
    ("conflicto", "terraform-infrastructure-failure", "conditional"): Stop(
        230, "cancelled", 32, "Terraform asks for a yes, and nobody gives one"
    ),
    ("conflicto", "emergency-backup-recovery", ""): Stop(
        353, "Unknown options", 7, "the option's name is in the singular"
    ),
    ("revenue-context", "resolution-steps-2", ""): Stop(
        147, "Invalid filter pattern", 20, _ALTERNATION
    ),
    ("revenue-context", "view-logs", ""): Stop(345, "Invalid filter pattern", 20, _ALTERNATION),
    ("revenue-context", "resolution", ""): Stop(
        296, "must be a value in the set", 12, "two statistics are joined to one word"
    ),
}
