"""The SQL of each release line. A line is what was released, and stays as it was released."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Queries:
    items: str
    locality: str
    add_estimate: str
    estimate: str
    lines: str
    estimates: str


RELEASE_3_2 = Queries(
    items=(
        "select a.name as assembly, a.measure, i.description, i.unit, i.kind, ai.quantity, i.price "
        "from assemblies a join assembly_items ai on ai.assembly_id = a.id "
        "join items i on i.sku = ai.sku where a.room_type = %(room_type)s order by a.id, i.sku"
    ),
    locality=(
        "select region, material_factor, labor_factor, tax_rate from localities "
        "where starts_with(%(zip_code)s, zip_prefix) order by length(zip_prefix) desc limit 1"
    ),
    add_estimate=(
        "with made as (insert into estimates (owner, room_type, length, width, height, zip_code, "
        "region, subtotal, markup, tax, total, enrichment) values (%(owner)s, %(room_type)s, "
        "%(length)s, %(width)s, %(height)s, %(zip_code)s, %(region)s, %(subtotal)s, %(markup)s, "
        "%(tax)s, %(total)s, %(enrichment)s) returning id), "
        "written as (insert into estimate_lines "
        "(estimate_id, position, assembly, description, unit, quantity, unit_price, amount) "
        "select made.id, line.* from made, jsonb_to_recordset(%(lines)s) as line (position int, "
        "assembly text, description text, unit text, quantity numeric, unit_price numeric, "
        "amount numeric)) select id from made"
    ),
    estimate=(
        "select id, owner, room_type, length, width, height, zip_code, region, subtotal, markup, "
        "tax, total, enrichment, created_at from estimates where id = %(id)s"
    ),
    lines=(
        "select assembly, description, unit, quantity, unit_price, amount from estimate_lines "
        "where estimate_id = %(id)s order by position"
    ),
    estimates=(
        "select id, room_type, zip_code, total, created_at from estimates "
        "where zip_code = %(zip_code)s and owner = '' order by created_at desc limit %(limit)s"
    ),
)

# 3.3 files each estimate under the project it belongs to. Its migration adds the column.
RELEASE_3_3 = replace(
    RELEASE_3_2,
    add_estimate=RELEASE_3_2.add_estimate.replace("(owner, ", "(project_id, owner, ").replace(
        "(%(owner)s, ", "(0, %(owner)s, "
    ),
    estimate=RELEASE_3_2.estimate.replace("owner, ", "owner, project_id, "),
    estimates=RELEASE_3_2.estimates.replace("room_type, ", "room_type, project_id, "),
)

RELEASES = {"3.2": RELEASE_3_2, "3.3": RELEASE_3_3}
