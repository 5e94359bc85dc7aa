"""What a document has people do again and again: each schedule a duty, or a reason why none."""

import pytest

from steadyhand.compile import compile_runbook, parse
from steadyhand.model.duty.derive import Around, Derived, derive, targets, unknown
from steadyhand.model.duty.events import Definition, DutyKind, Targets
from steadyhand.model.recurrence import Recurrence
from steadyhand.model.settings.duties import DutySetting
from steadyhand.model.settings.whole import BadSettings, read_settings

DOCUMENT = """\
# Shop

**Owner**: Ada

### Daily Look

**Each morning**:
- [ ] Look at the errors
- [ ] Look at the orders

### Weekly Upkeep

**Maintenance Window**: Saturdays 3:00 AM - 5:00 AM Europe/Berlin
- [ ] Patch the hosts

### Restore Testing

**Monthly Process** (during maintenance window):
1. Make a copy of the shop
2. Count its orders

### Access

- Rotate the tokens quarterly
- Review the users monthly

## Scheduled Tasks

| Task | Schedule | Purpose |
|------|----------|---------|
| Backup | Daily 3AM UTC | A copy |
| Sweep | on full moon | Old carts |

### Bring It Back

```bash
aws rds restore-db-instance-from-db-snapshot --db-instance-identifier shop-db-restored \\
  --db-snapshot-identifier <snapshot>
```

## Targets

| Metric | Target | Actual |
|--------|--------|--------|
| RPO | < 1 hour | ~5 min |
| RTO | < 4 hours | ~30 min |
"""


def found(document: str = DOCUMENT, **duties: DutySetting) -> dict[str, Derived]:
    runbook, _ = compile_runbook(parse("shop.md", document))
    around = Around("shop", duties, {"ada": ("terminal",)})
    return {one.name: one for one in derive(runbook, around)}


def duty(name: str, document: str = DOCUMENT, **duties: DutySetting) -> Definition:
    one = found(document, **duties)[name]
    definition = one.definition
    assert definition is not None, one.reason
    return definition


def test_boxes_under_a_schedule_are_what_is_signed() -> None:
    daily = duty("Daily Look")
    assert daily.items == ("Look at the errors", "Look at the orders")
    assert (daily.kind, daily.recurrence) == (DutyKind.CHECKLIST, Recurrence("@daily"))
    assert daily.grace_seconds == 43200.0  # half a day: no hour is said
    assert (daily.owner, daily.channels) == ("Ada", ("terminal",))


def test_a_window_gives_its_time_and_its_length() -> None:
    weekly = duty("Weekly Upkeep")
    assert weekly.recurrence == Recurrence("0 3 * * 6", "Europe/Berlin")
    assert weekly.grace_seconds == 7200.0
    window = found()["Maintenance Window"]
    assert window.definition is None
    assert "gives Weekly Upkeep, Restore Testing" in window.reason


def test_what_is_monthly_in_the_window_is_in_the_first_one() -> None:
    testing = duty("Restore Testing")
    assert testing.recurrence == Recurrence("0 3 * * 6#1", "Europe/Berlin")
    assert testing.kind is DutyKind.RESTORE_TEST
    assert testing.procedure == "bring-it-back"  # the only one that restores
    assert testing.items == ("Make a copy of the shop", "Count its orders")


def test_a_sentence_is_what_is_signed_where_there_is_nothing_else() -> None:
    rotate = duty("Rotate the tokens quarterly")
    assert rotate.items == ("Rotate the tokens quarterly",)
    assert rotate.recurrence == Recurrence("0 0 1 */3 *")


def test_a_programs_task_is_nobodys_until_it_is_said_who_reports_it() -> None:
    assert 'unbound; who reports it is set with [duties."Backup"]' in found()["Backup"].reason
    backup = duty("Backup", backup=DutySetting(reported=True))
    assert (backup.kind, backup.grace_seconds) == (DutyKind.TASK, 3600.0)
    assert backup.items == ("Backup",)


def test_what_says_no_time_is_listed_with_the_way_to_set_one() -> None:
    assert "when is not said" in found()["Sweep"].reason
    set_ = DutySetting(cron="0 5 * * 1", owner="Ben", items=("Sweep",))
    assert duty("Sweep", sweep=set_).recurrence == Recurrence("0 5 * * 1")


def test_a_zone_that_nobody_knows_is_a_reason() -> None:
    document = DOCUMENT.replace("Daily 3AM UTC", "Daily 3AM PST")
    one = found(document, backup=DutySetting(reported=True))["Backup"]
    assert one.definition is None
    assert "no time zone “PST” is known" in one.reason


def test_settings_say_that_a_duty_is_nobodys_here() -> None:
    named = {"daily look": DutySetting(nobody="the bot does it")}
    one = found(DOCUMENT, **named)["Daily Look"]
    assert (one.definition, one.reason) == (None, "steadyhand.toml: the bot does it")


def test_who_restores_and_tests_it_never_is_offered_a_test() -> None:
    document = "# Shop\n\n### Bring It Back\n" + DOCUMENT.partition("### Bring It Back\n")[2]
    test = duty("Restore test: Bring It Back", document)
    assert test.recurrence.never
    assert test.procedure == "bring-it-back"
    yearly = DutySetting(cron="@yearly")
    again = duty("Restore test: Bring It Back", document, **{"restore test: bring it back": yearly})
    assert not again.recurrence.never


def test_targets_and_misspelt_settings() -> None:
    runbook, _ = compile_runbook(parse("shop.md", DOCUMENT))
    assert targets(runbook) == Targets(3600.0, 14400.0, "< 1 hour", "< 4 hours")
    by_thing = "\n| Part | RPO | RTO |\n|--|--|--|\n| cache | 9 hours | 9 hours |\n"
    each, _ = compile_runbook(parse("shop.md", DOCUMENT + by_thing))
    assert len(each.facts.objectives) == 4
    assert targets(each) == targets(runbook)
    assert unknown(tuple(found().values()), {"Daly Look": DutySetting()}) == ("Daly Look",)


def test_a_mistake_in_the_settings_names_its_key() -> None:
    wrong = {"duties": {"Daily Look": {"cron": "61 * * * *", "grace_seconds": 0}}}
    with pytest.raises(BadSettings) as raised:
        read_settings(wrong, "steadyhand.toml")
    lines = str(raised.value).splitlines()
    assert 'duties."Daily Look".cron: “61 * * * *” is no cron line' in lines[0]
    assert 'duties."Daily Look".grace_seconds: must be more than 0' in lines[1]


def test_a_document_that_says_nothing_gives_nothing() -> None:
    assert found("# Empty\n") == {}
