"""The language model's provider refuses: too many requests."""

from steadyhand.lab.faults.provider.switches import switching

LLM_RATE_LIMITED = switching(
    "llm-rate-limited",
    (
        "The provider of the language model answers 429 to every request.",
        "The log tells of a rate limit, or of status 429; what needs the model is answered without "
        "it or with an error; the provider's status page says that all is well.",
    ),
    lambda _: {"status": 429},
)
