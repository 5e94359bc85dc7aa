"""`[policy]` of a steadyhand.toml: who may start, who may sign, how many, what is protected, when
nothing may change. Rules as data, and what they say of a case. Pure.

A plan carries the policy it was made under, so its digest covers that too.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fnmatch import fnmatchcase

from msgspec import field
from msgspec.structs import replace

from steadyhand.model.effect import Effect
from steadyhand.model.table import Table


class ApprovalsNeeded(Table, frozen=True):
    """How many people must sign, and whether the one who starts the run may be among them."""

    count: int
    starter_may: bool

    def stricter(self, other: "ApprovalsNeeded") -> "ApprovalsNeeded":
        """Give what satisfies both."""
        return ApprovalsNeeded(max(self.count, other.count), self.starter_may and other.starter_may)

    @property
    def words(self) -> str:
        if self.count == 0:
            return "runs by itself"
        who = "the starter may give it" if self.starter_may else "none from the starter"
        return f"{self.count} approval{'s' if self.count > 1 else ''}, {who}"


READ = ApprovalsNeeded(0, True)


class Freeze(Table, frozen=True):
    """A time in which nothing may be changed; both ends with a time zone."""

    starts: datetime
    ends: datetime
    reason: str = ""

    @property
    def words(self) -> str:
        why = f": {self.reason}" if self.reason else ""
        return f"nothing may be changed until {self.ends:%Y-%m-%d %H:%M %Z}{why}"


class Policy(Table, frozen=True):
    """Empty lists let everybody. `protected` are patterns (`*-prod`) for names of resources and
    words of commands: what touches one needs two approvals at least, none from the starter.
    `unattended` are patterns of whole commands: a change that is one of them, and touches nothing
    protected, needs no approval."""

    starters: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    claimed_names: bool = False  # a name given with --as counts, and is recorded as claimed
    change: ApprovalsNeeded = ApprovalsNeeded(1, True)
    destroy: ApprovalsNeeded = ApprovalsNeeded(2, False)
    protected: tuple[str, ...] = ()
    unattended: tuple[str, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    # From [people]: who an operating-system user is. Somebody else goes by the user's own name.
    users: Mapping[str, str] = field(default_factory=dict)
    break_glass: str = ""  # why the rules above do not hold for this one run; never in a file

    def person(self, user: str) -> str:
        return self.users.get(user, user)

    def attended(self) -> "Policy":
        """Give the same policy, by which no change is made without a person."""
        one = ApprovalsNeeded(1, True)
        change, destroy = self.change.stricter(one), self.destroy.stricter(one)
        return replace(self, change=change, destroy=destroy, unattended=())

    def approvals(
        self, effect: Effect, names: Iterable[str] = (), commands: Sequence[str] = ()
    ) -> ApprovalsNeeded:
        """State what an effect needs; `names` are the words of the command and its resource,
        `commands` all that change something, whole."""
        if effect is Effect.READ:
            return READ
        if self.break_glass:
            return ApprovalsNeeded(1, True)
        needed = self.change if effect is Effect.CHANGE else self.destroy
        if self.protects(names):
            return ApprovalsNeeded(max(2, needed.count), False)
        if effect is Effect.CHANGE and commands and all(map(self._unattended, commands)):
            return ApprovalsNeeded(0, True)
        return needed

    def _unattended(self, command: str) -> bool:
        return any(fnmatchcase(command, pattern) for pattern in self.unattended)

    def protects(self, names: Iterable[str]) -> bool:
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.protected)

    def may_start(self, person: str) -> str:
        """Say why somebody may not start a run; "" where they may."""
        return _listed(person, self.starters, "policy.starters")

    def may_approve(self, person: str, claimed: bool) -> str:
        """Say why somebody's signature does not count; "" where it does."""
        if claimed and not self.claimed_names:
            why = "policy.claimed_names is not set (or was not, when this was planned)"
            return f"a name given with --as does not count: {why}"
        return _listed(person, self.approvers, "policy.approvers")

    def frozen(self, now: datetime) -> Freeze | None:
        """Give the freeze that holds now, if one does."""
        if self.break_glass:
            return None
        return next((one for one in self.freezes if one.starts <= now < one.ends), None)


def _listed(person: str, names: tuple[str, ...], where: str) -> str:
    return "" if not names or person in names else f"{person} is not in {where}"
