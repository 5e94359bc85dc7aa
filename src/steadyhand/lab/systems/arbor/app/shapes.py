"""What users send, checked; what they get is described where it is made."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, BeforeValidator, Field

from steadyhand.lab.systems.arbor.app.planning import Preferences, Reading

CustomerId = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
PlanId = Annotated[int, Path(ge=1, le=2**31 - 1)]


def _counted(value: object) -> object:
    """A number is a number; pydantic would take true and "5" too. 5.0 is whole, as JSON has it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("a number is wanted")
    return value


Whole = Annotated[int, BeforeValidator(_counted)]
Decimal = Annotated[float, BeforeValidator(_counted)]
Weight = Annotated[float, Field(ge=0, le=10), BeforeValidator(_counted)]


class MonthOfUse(BaseModel):
    month: str = Field(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$")
    kwh: Decimal = Field(ge=0, le=100_000)
    night_kwh: Decimal = Field(default=0, ge=0, le=100_000, description="part of kwh")

    def reading(self) -> Reading:
        return Reading(self.month, self.kwh, self.night_kwh)


class Usage(BaseModel):
    readings: list[MonthOfUse] = Field(min_length=1, max_length=36)


class Wishes(BaseModel):
    cost_weight: Weight = 1.0
    renewable_weight: Weight = 0.5
    flexibility_weight: Weight = 0.5
    max_contract_months: Whole = Field(default=12, ge=0, le=60)

    def preferences(self) -> Preferences:
        return Preferences(**self.model_dump())


class Household(Usage):
    preferences: Wishes = Wishes()
