"""Rules about releasing, restoring and replacing what runs."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.deploy import (
    certificate_before_validation,
    created_twice,
    listener_without_targets,
    login_missing,
    mutable_image_tag,
    promote_what_is_no_replica,
    restore_without_network,
    rollback_to_same_image,
    task_without_network,
    title_says_otherwise,
    unmade_snapshot,
    unwaited_task,
)

RULES: tuple[Rule, ...] = (
    mutable_image_tag.RULE,
    rollback_to_same_image.RULE,
    login_missing.RULE,
    task_without_network.RULE,
    unwaited_task.RULE,
    listener_without_targets.RULE,
    certificate_before_validation.RULE,
    restore_without_network.RULE,
    unmade_snapshot.RULE,
    created_twice.RULE,
    promote_what_is_no_replica.RULE,
    title_says_otherwise.RULE,
)
