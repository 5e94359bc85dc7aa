"""The SQL of each release line. A line is what was released, and stays as it was released."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Queries:
    add_check_in: str
    check_ins: str
    add_nutrition: str
    nutrition: str
    summary: str
    report: str


RELEASE_2_4 = Queries(
    add_check_in=(
        "insert into check_ins (member_id, weight_kg, energy, note) "
        "values (%(member_id)s, %(weight_kg)s, %(energy)s, %(note)s) returning id"
    ),
    check_ins=(
        "select id, weight_kg::float, energy, note, created_at from check_ins "
        "where member_id = %(member_id)s order by created_at desc limit %(limit)s"
    ),
    add_nutrition=(
        "insert into nutrition_entries (member_id, meal, calories, protein_g) "
        "values (%(member_id)s, %(meal)s, %(calories)s, %(protein_g)s) returning id"
    ),
    nutrition=(
        "select id, meal, calories, protein_g, created_at from nutrition_entries "
        "where member_id = %(member_id)s order by created_at desc limit %(limit)s"
    ),
    summary=(
        "select count(*) as check_ins, avg(weight_kg)::float as weight_kg, "
        "avg(energy)::float as energy from check_ins "
        "where member_id = %(member_id)s and created_at > now() - interval '7 days'"
    ),
    report=(
        "select created_at, weight_kg::float, energy from check_ins "
        "where member_id = %(member_id)s order by created_at desc limit 50"
    ),
)

# 2.5 keeps a member's mood with each check-in. Its migration adds the column.
RELEASE_2_5 = replace(
    RELEASE_2_4,
    add_check_in=(
        "insert into check_ins (member_id, weight_kg, energy, note, mood_score) "
        "values (%(member_id)s, %(weight_kg)s, %(energy)s, %(note)s, 5) returning id"
    ),
    check_ins=(
        "select id, weight_kg::float, energy, mood_score, note, created_at from check_ins "
        "where member_id = %(member_id)s order by created_at desc limit %(limit)s"
    ),
    summary=(
        "select count(*) as check_ins, avg(weight_kg)::float as weight_kg, "
        "avg(energy)::float as energy, avg(mood_score)::float as mood from check_ins "
        "where member_id = %(member_id)s and created_at > now() - interval '7 days'"
    ),
)

RELEASES = {"2.4": RELEASE_2_4, "2.5": RELEASE_2_5}
