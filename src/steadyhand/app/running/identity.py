"""In which AWS account a target's credentials act: read from the target, compared with a plan's."""

from steadyhand.app.problem import Problem
from steadyhand.model.run.target import Target
from steadyhand.world.door import Call, Lost, Refused, World, ask

# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_READING = ("aws", "sts", "get-caller-identity", "--query", "Account", "--output", "text")


def account_of(world: World) -> str:
    """Read the account. Raises Problem (code 1) when it cannot be read."""
    try:
        answer = ask(world, Call(_READING))
    except (Refused, Lost) as error:
        raise Problem(f"the target's account cannot be read: {error}", 1) from None
    if answer.exit_code:
        said = answer.stderr.decode(errors="replace").strip()
        raise Problem(f"the target's account cannot be read: {said}", 1)
    return answer.text.strip()


def is_account(world: World, target: Target) -> None:
    """Raise Problem when the credentials act in another account than the target names."""
    found = account_of(world)
    if found != target.account:
        raise Problem(f"it was planned for account {target.account}; {target.name} is {found} now")
