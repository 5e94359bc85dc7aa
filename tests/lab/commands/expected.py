"""Which command lines are refused, and with what: the documents' own defects, and what a lab that
is a minute old cannot have. Every other line has to be answered.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """`says` is a pattern of the evidence. `always` is False where chance decides."""

    says: str
    why: str
    always: bool = True


_INTERACTIVE = Refusal('"interactive"', "`--interactive` is a required parameter")
_TOO_EARLY = Refusal(
    "InvalidParameterValue", "before the earliest time that can be restored: the lab is new"
)
_NETWORK = Refusal(
    "InvalidParameterException", "awsvpc needs a network configuration, which is not given"
)
_PASSWORD = Refusal(
    "InvalidParameterValue", "RDS takes no `/` in a password; base64 often has one", always=False
)
_ALTERNATION = Refusal("InvalidParameterException", "`A|B` unquoted is no filter pattern")

REFUSED: dict[tuple[str, int], Refusal] = {
    ("contractorlens", 68): _INTERACTIVE,
    ("contractorlens", 82): Refusal("22.*404", "the root of this host answers 404 to everybody"),
    ("contractorlens", 253): Refusal("InvalidParameterValue", "MaxRecords is at least 20"),
    ("contractorlens", 256): _INTERACTIVE,
    ("contractorlens", 353): _TOO_EARLY,
    ("contractorlens", 359): Refusal("DBSnapshotNotFound", "no step makes a snapshot so named"),
    ("contractorlens", 377): _INTERACTIVE,
    ("arbor-energy", 147): Refusal('"mean_time" does not', "mean_exec_time since PostgreSQL 13"),
    ("arbor-energy", 243): _NETWORK,
    ("arbor-energy", 258): Refusal("ServiceNotFoundException", "nothing makes this service"),
    ("arbor-energy", 382): Refusal("--container-definitions", "a required option is left out"),
    ("arbor-energy", 448): _TOO_EARLY,
    ("arbor-energy", 454): Refusal("DBInstanceNotFound", "the restore above was refused"),
    ("arbor-energy", 483): _PASSWORD,
    ("sleek-coach", 319): _NETWORK,
    ("sleek-coach", 343): _NETWORK,
    ("sleek-coach", 422): _PASSWORD,
    ("conflicto", 230): Refusal("cancelled", "Terraform asks for a yes, and nobody gives one"),
    ("conflicto", 353): Refusal("Unknown options", "the option's name is in the singular"),
    ("revenue-context", 147): _ALTERNATION,
    ("revenue-context", 296): Refusal("InvalidParameterValue", "two statistics in one word"),
    ("revenue-context", 345): _ALTERNATION,
}
