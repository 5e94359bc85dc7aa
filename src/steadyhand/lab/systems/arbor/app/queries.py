"""The SQL of each release line. A line is what was released, and stays as it was released."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Queries:
    tariffs: str
    tariff: str
    household: str  # a customer's present tariff and preferences
    households: str  # those that have uploaded something
    readings: str
    add_customer: str
    add_reading: str
    set_preferences: str
    keep: str  # what was recommended last


_TARIFF = (
    "select t.id, s.name as supplier, s.rating::float, t.name, t.kind, t.rate_cents::float as rate,"
    " coalesce(t.night_rate_cents, t.rate_cents)::float as night_rate, t.monthly_fee::float,"
    " t.renewable_percent, t.contract_months, t.exit_fee::float"
    " from tariffs t join suppliers s on s.id = t.supplier_id where t.withdrawn_at is null"
)

RELEASE_1_2 = Queries(
    tariffs=f"{_TARIFF} order by t.id",
    tariff=f"{_TARIFF} and t.id = %(id)s",
    household=(
        "select c.id, c.tariff_id, p.cost_weight::float, p.renewable_weight::float,"
        " p.flexibility_weight::float, p.max_contract_months"
        " from customers c left join preferences p on p.customer_id = c.id"
        " where c.id = %(customer)s"
    ),
    households=(
        "select id from customers c where exists"
        " (select 1 from usage_readings r where r.customer_id = c.id) order by id limit %(limit)s"
    ),
    readings=(
        "select to_char(month, 'YYYY-MM') as month, kwh::float, night_kwh::float"
        " from usage_readings where customer_id = %(customer)s order by month desc limit 24"
    ),
    add_customer=(
        "insert into customers (id) values (%(customer)s)"
        " on conflict (id) do update set seen_at = now() returning id"
    ),
    add_reading=(
        "insert into usage_readings (customer_id, month, kwh, night_kwh)"
        " values (%(customer)s, (%(month)s || '-01')::date, %(kwh)s, %(night_kwh)s)"
        " on conflict (customer_id, month)"
        " do update set kwh = excluded.kwh, night_kwh = excluded.night_kwh"
    ),
    set_preferences=(
        "insert into preferences (customer_id, cost_weight, renewable_weight, flexibility_weight,"
        " max_contract_months) values (%(customer)s, %(cost_weight)s, %(renewable_weight)s,"
        " %(flexibility_weight)s, %(max_contract_months)s)"
        " on conflict (customer_id) do update set cost_weight = excluded.cost_weight,"
        " renewable_weight = excluded.renewable_weight,"
        " flexibility_weight = excluded.flexibility_weight,"
        " max_contract_months = excluded.max_contract_months"
    ),
    keep=(
        "insert into recommendations (customer_id, plans) values (%(customer)s, %(plans)s)"
        " on conflict (customer_id) do update set plans = excluded.plans, made_at = now()"
    ),
)

# 1.3 tells how much carbon a tariff stands for. Its migration adds the column.
_TARIFF_1_3 = _TARIFF.replace("t.renewable_percent,", "t.renewable_percent, t.carbon_g_per_kwh,")
RELEASE_1_3 = replace(
    RELEASE_1_2,
    tariffs=f"{_TARIFF_1_3} order by t.id",
    tariff=f"{_TARIFF_1_3} and t.id = %(id)s",
    # What it recommended on would have been kept beside the plans.
    household=RELEASE_1_2.household.replace("c.tariff_id,", "c.tariff_id, c.carbon_weight,"),
    add_customer=RELEASE_1_2.add_customer.replace("returning id", "returning id, carbon_weight"),
)

RELEASES = {"1.2": RELEASE_1_2, "1.3": RELEASE_1_3}


def line_of(version: str) -> str:
    """The release line of an image's tag: "1.2" of "1.2.7"."""
    return version.rpartition(".")[0]
