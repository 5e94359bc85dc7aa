"""What users send, checked; what they get is described where it is made."""

from typing import Annotated

from fastapi import Path
from pydantic import BaseModel, Field, model_validator

from steadyhand.lab.systems.arbor.app.planning import Preferences, Reading

CustomerId = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
PlanId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Weight = Annotated[float, Field(ge=0, le=10)]


class MonthOfUse(BaseModel):
    month: str = Field(pattern="^20[0-9]{2}-(0[1-9]|1[0-2])$")
    kwh: float = Field(ge=0, le=100_000)
    night_kwh: float = Field(default=0, ge=0, le=100_000)

    @model_validator(mode="after")
    def night_is_part_of_all(self) -> "MonthOfUse":
        if self.night_kwh > self.kwh:
            raise ValueError("night_kwh is a part of kwh")
        return self

    def reading(self) -> Reading:
        return Reading(self.month, self.kwh, self.night_kwh)


class Usage(BaseModel):
    readings: list[MonthOfUse] = Field(min_length=1, max_length=36)


class Wishes(BaseModel):
    cost_weight: Weight = 1.0
    renewable_weight: Weight = 0.5
    flexibility_weight: Weight = 0.5
    max_contract_months: int = Field(default=12, ge=0, le=60)

    def preferences(self) -> Preferences:
        return Preferences(**self.model_dump())


class Household(Usage):
    preferences: Wishes = Wishes()
