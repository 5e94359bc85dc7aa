"""Faults of what others provide: language models above all, their keys and what they cost."""

from steadyhand.lab.faults.provider.llm_budget_spent import LLM_BUDGET_SPENT
from steadyhand.lab.faults.provider.llm_expired_key import LLM_EXPIRED_KEY
from steadyhand.lab.faults.provider.llm_outage import LLM_OUTAGE
from steadyhand.lab.faults.provider.llm_rate_limited import LLM_RATE_LIMITED
from steadyhand.lab.faults.provider.llm_timeout import LLM_TIMEOUT
from steadyhand.lab.faults.provider.provider_outage import PROVIDER_OUTAGE

PROVIDER = (
    LLM_TIMEOUT,
    LLM_RATE_LIMITED,
    LLM_EXPIRED_KEY,
    LLM_OUTAGE,
    LLM_BUDGET_SPENT,
    PROVIDER_OUTAGE,
)
