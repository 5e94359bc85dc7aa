"""What a sentence says of a value: where it comes from, what it is, or only its name."""

import pytest

from steadyhand.lint.writing.explained import explained, mentioned, refers_back

YES = [
    ("<task-arn>", "The task's ARN is in the output of the command above."),
    ("<task-arn>", "Copy the task's ARN out of the list."),
    ("<lock-id>", "The refusal names who holds the lock, and the lock's id, in its output."),
    ("<lock-id>", "Note the lock id."),
    ("<node>", "The alert says in its label `instance` which node it is."),
    ("<node>", "# Which node is it?"),
    ("<pid>", 'The pid is the first column of "Who blocks whom?".'),
    ("<endpoint>", "The endpoint is shown on the page of the cluster."),
    ("<cache-endpoint>", "- **Cache endpoint**: `cache.internal`"),
    ("<cache-endpoint>", "| Cache endpoint | cache.internal |"),
    ("<shard>", "Pick the shard with the longest queue."),
    ("<ticket>", "Ask the caller for the ticket."),
    ("<bucket>", "The bucket (for example `ferry-tickets`) holds the copies."),
    ("<version>", "Use the version from the release notes."),
    ("<task-id>", "Find the task id in the console."),
    ("<restoreTime>", "The restore time\nis the minute before the damage."),
]  # fmt: skip
NO = [
    ("<endpoint>", "# Call the cache warm-up endpoint"),
    ("<endpoint>", "The endpoint is slow when the cache is empty."),
    ("<lock-id>", "# If state lock issue"),
    ("<lock-id>", "A lock is held while somebody applies."),
    ("<snapshot-id>", "# 1. Restore RDS from snapshot"),
    ("<task-id>", "# Test connection from ECS task"),
    ("<task-id>", "Tasks that fail are restarted."),
    ("<green-target-group-arn>", "# 4. Switch ALB target group"),
    ("<cert-arn>", "Certificates managed by ACM auto-renew. Monitor via:"),
    ("<node>", "If the node is the only one, wait."),
    ("<node>", "Drain the node, then look at the console."),
    ("<pod>", "# Get pod logs"),
    ("<pod>", "Watch the pod for errors in the logs."),
    ("<pod>", "Look for errors in the logs.\n\nRestart the pod."),
    ("<cache-endpoint>", "The endpoint is in the inventory."),
    ("<id>", "The id is in the list above."),
]


@pytest.mark.parametrize(("spelling", "text"), YES)
def test_it_is_explained(spelling: str, text: str) -> None:
    assert explained(spelling, [text])


@pytest.mark.parametrize(("spelling", "text"), NO)
def test_it_is_only_named(spelling: str, text: str) -> None:
    assert not explained(spelling, [text])


@pytest.mark.parametrize(
    ("spelling", "text", "expected"),
    [
        ("<node>", "`kubectl get nodes` prints it; it stands for `<node>` here.", True),
        ("<node>", "Put the name in for <node>.", True),
        ("<node>", "Put it in for `node`.", True),
        ("<node>", "a node of the cluster", False),
        ("<node>", "`kubectl get node-pools` lists the pools", False),
        ("<last-known-good>", "Go back to the last-known-good version.", False),
        ("TASK_ID", "Find TASK_ID with the first command.", True),
        ("TASK", "THE TASK RUNS", False),
        ("{pod}", "Put the name in for {pod}.", True),
    ],
)
def test_a_placeholder_is_mentioned_by_its_spelling(
    spelling: str, text: str, expected: bool
) -> None:
    assert mentioned(spelling, text) is expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Back to the number noted above", True),
        ("Put it back; it is the second of the list above", True),
        ("The id from the previous command", True),
        ("with the name from the alert", True),
        ("from your values-prod.yaml", True),
        ("Restart it", False),
        ("Test connection from ECS task", False),
        ("see step 3 for the rest", False),
    ],
)
def test_a_comment_may_take_what_was_shown(label: str, expected: bool) -> None:
    assert refers_back(label) is expected
