"""An operation's name and AWS's access level in, its effect, aspects and the reason out.

Knows verbs, not services. A verb that is not listed counts as the worst where AWS says that the
operation writes, or says nothing. https://docs.aws.amazon.com/service-authorization/
"""

import re
from collections.abc import Container, Iterator

from steadyhand.actions.aws.effects.levels import Level
from steadyhand.model.effect import Aspect, Aspects, Effect, in_order

READ, CHANGE, DESTROY = Effect.READ, Effect.CHANGE, Effect.DESTROY

# The verb an operation's name begins with, without `batch-` and the like.
VERBS: dict[str, Effect] = {
    **dict.fromkeys(
        "describe list get filter head lookup search query scan select view estimate check "
        "validate preview simulate help count is compare read calculate decode".split(),
        READ,
    ),
    **dict.fromkeys(
        "create put update modify register run tag untag start promote restore copy add enable "
        "attach associate set change complete continue resume request retry rotate apply import "
        "increase publish send upload allocate accept subscribe redrive export monitor assign "
        "configure submit post notify confirm respond activate initiate provision purchase move "
        "merge define record resend approve acknowledge renew claim replicate join extend "
        "archive unarchive undeprecate clone ingest signal index reorder lock unlock label open "
        "save begin commit share invite connect prepare initialize report sign issue install "
        "setup group reserve vote meter mark reload resync advertise populate convert reimport "
        "distribute unmonitor checkpoint deliver grant authorize modify opt write deploy upgrade "
        "launch build unsuspend provide redeem exchange synchronize sync refresh process "
        "regenerate channel link skip bundle compose allow insert checkout peer take insight "
        "reinvite amend re".split(),
        CHANGE,
    ),
    **dict.fromkeys(
        "delete stop terminate reboot purge deregister remove detach disassociate disable cancel "
        "failover reset revoke release abort rebuild reject suspend decrease unsubscribe switch "
        "switchover schedule flush restart deactivate replace pause disconnect rollback deprecate "
        "transfer deprovision dissociate unassign close redact expire logout override unlink "
        "unshare withdraw deauthorize clear rename unregister drain enter exit end disallow "
        "dispose invalidate forget swap deny evict retire shrink leave discard undeploy unpeer "
        "ungroup push return unlabel shutdown split migrate finalize rebalance resize backtrack "
        "decline dismiss recall toggle forgot user".split(),
        DESTROY,
    ),
}
# They run or send something whose effect the name does not say.
RUNS = frozenset("invoke execute converse transact".split())
# What they do is what AWS's level says.
BY_LEVEL = frozenset(
    "generate test detect retrieve translate recognize evaluate export infer discover poll "
    "receive verify download render predict analyze optimize rerank rescore chat synthesize "
    "suggest resolve classify contains forecast probe autocomplete geocode snap reverse "
    "introspect encrypt decrypt derive encapsulate decapsulate assume sample start stop cancel "
    "create request complete apply subscribe agentic".split()
)
# The verb that takes back what the first one did. Only said where the service has the operation.
OPPOSITES = {
    "create": "delete", "add": "remove", "attach": "detach", "associate": "disassociate",
    "enable": "disable", "disable": "enable", "register": "deregister", "allocate": "release",
    "detach": "attach", "disassociate": "associate", "authorize": "revoke", "revoke": "authorize",
    "assign": "unassign", "unassign": "assign", "suspend": "resume", "resume": "suspend",
    "pause": "resume", "activate": "deactivate", "deactivate": "activate", "tag": "untag",
    "subscribe": "unsubscribe", "archive": "unarchive", "unarchive": "archive", "lock": "unlock",
    "unlock": "lock", "monitor": "unmonitor", "unmonitor": "monitor", "share": "unshare",
    "grant": "revoke", "open": "close", "label": "unlabel",
}  # fmt: skip
_DISRUPTS = frozenset(
    "stop terminate reboot restart failover deregister detach disassociate disable suspend pause "
    "drain switchover switch swap deactivate rollback disconnect shutdown rebuild rebalance "
    "resize upgrade deploy migrate undeploy enter".split()
)
_DESTROYS = frozenset(
    "delete terminate purge release reset expire forget evict discard dispose redact undeploy "
    "flush clear backtrack".split()
)
_BUYS = frozenset("purchase renew redeem reserve".split())
_MAKES = frozenset(
    "create run start restore copy allocate provision request launch register".split()
)
# What AWS bills while it is there, or for each time it runs.
_BILLED = re.compile(
    r"(^|-)(instances?|db|clusters?|snapshots?|volumes?|nat-gateway|load-balancer|address|hosts?|"
    r"file-systems?|replication-group|cache|stream|brokers?|domain|workspaces?|nodegroup|fleets?|"
    r"spot|capacity|certificate-authority|vpn-connection|transit-gateway|hosted-zone|trail|task|"
    r"job|job-run|execution|service|notebook|training|endpoint|environment|crawler|build|"
    r"replication-instance|dashboard|export-task|canary|backup-job|restore-job)(-|$)"
)
_FREE = re.compile(
    r"(policy|group|profile|template|role|rule|parameter|alias|definition|association|tags?|"
    r"schedule|configuration|attribute|access|type|permission|authorization)s?$"
)


def verb_of(operation: str) -> tuple[str, str]:
    """Give the verb and what it is done to: `batch-delete-image` → delete, image. Pure."""
    verb, _, what = re.sub(r"^(batch|bulk|admin|global)-", "", operation).partition("-")
    return verb, what


def by_verb(operation: str, level: Level) -> tuple[Effect, str] | None:
    """Give an operation's effect and what it does; None where neither name nor AWS says it. Pure.

    What AWS counts as a write is never a read, and what it counts as a read destroys nothing.
    """
    verb, what = verb_of(operation)
    effect = VERBS.get(verb)
    if level.looks and (verb in BY_LEVEL or effect in {READ, None}) and verb not in RUNS:
        return READ, f"reads {what}".strip()
    if verb in RUNS:
        return (CHANGE if level.looks else DESTROY), f"runs something: {verb} {what}".strip()
    if effect is None and not (verb in BY_LEVEL and level.writes):
        return None
    if effect is None or (effect is READ and level.writes):
        return CHANGE, f"changes something, says AWS: {verb} {what}".strip()
    if effect is DESTROY and not level.looks:
        return DESTROY, f"ends or removes something: {verb} {what}".strip()
    if effect is READ:
        return READ, f"reads {what}".strip()
    rights = " (who may do what)" if level is Level.PERMISSIONS else ""
    return CHANGE, f"changes something{rights}: {verb} {what}".strip()


def aspects_by_verb(operation: str, effect: Effect, there: Container[str]) -> Aspects:
    """Give what an operation's name says beside its effect; `there`: its service's operations."""
    return () if effect is READ else in_order(_aspects(operation, there))


def _aspects(operation: str, there: Container[str]) -> Iterator[Aspect]:
    verb, what = verb_of(operation)
    back = OPPOSITES.get(verb)
    start = "batch-" if operation.startswith("batch-") else ""
    if back is not None and (f"{start}{back}-{what}" in there or f"{back}-{what}" in there):
        yield Aspect.REVERSIBLE
    if verb in _DISRUPTS:
        yield Aspect.DISRUPTIVE
    if verb in _DESTROYS:
        yield Aspect.DESTRUCTIVE
    if verb in _BUYS or (verb in _MAKES and _BILLED.search(what) and not _FREE.search(what)):
        yield Aspect.COSTS_MONEY
