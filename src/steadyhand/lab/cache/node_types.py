"""A node type in, the bytes it may hold out: on AWS, and in the lab by a scale.

A laptop has no 13 GiB for a cache, so a group's nodes hold a fixed share of what AWS would give
them. Going to a type of twice the memory gives twice the memory.
"""

# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html
MAXMEMORY = {
    "cache.t2.micro": 581_959_680,
    "cache.t2.small": 1_665_138_688,
    "cache.t2.medium": 3_461_349_376,
    "cache.t3.micro": 536_870_912,
    "cache.t3.small": 1_471_026_299,
    "cache.t3.medium": 3_317_862_236,
    "cache.t4g.micro": 536_870_912,
    "cache.t4g.small": 1_471_026_299,
    "cache.t4g.medium": 3_317_862_236,
    "cache.m4.large": 6_892_593_152,
    "cache.m4.xlarge": 15_328_501_760,
    "cache.m4.2xlarge": 31_889_126_359,
    "cache.m4.4xlarge": 65_257_290_629,
    "cache.m4.10xlarge": 166_047_614_239,
    "cache.m5.large": 6_854_542_746,
    "cache.m5.xlarge": 13_891_921_715,
    "cache.m5.2xlarge": 27_966_669_210,
    "cache.m5.4xlarge": 56_116_178_125,
    "cache.m5.12xlarge": 168_715_971_994,
    "cache.m5.24xlarge": 337_500_562_842,
    "cache.m6g.large": 6_854_542_746,
    "cache.m6g.xlarge": 13_891_921_715,
    "cache.m6g.2xlarge": 27_966_669_210,
    "cache.m6g.4xlarge": 56_116_178_125,
    "cache.m6g.8xlarge": 111_325_552_312,
    "cache.m6g.12xlarge": 168_715_971_994,
    "cache.m6g.16xlarge": 225_000_375_228,
    "cache.m7g.large": 6_854_542_746,
    "cache.m7g.xlarge": 13_891_921_715,
    "cache.m7g.2xlarge": 27_966_669_210,
    "cache.m7g.4xlarge": 56_116_178_125,
    "cache.m7g.8xlarge": 111_325_552_312,
    "cache.m7g.12xlarge": 168_715_971_994,
    "cache.m7g.16xlarge": 225_000_375_228,
    "cache.r4.large": 13_201_781_556,
    "cache.r4.xlarge": 26_898_228_839,
    "cache.r4.2xlarge": 54_197_537_997,
    "cache.r4.4xlarge": 108_858_546_586,
    "cache.r4.8xlarge": 218_255_432_090,
    "cache.r4.16xlarge": 437_021_573_120,
    "cache.r5.large": 14_037_181_030,
    "cache.r5.xlarge": 28_261_849_702,
    "cache.r5.2xlarge": 56_711_183_565,
    "cache.r5.4xlarge": 113_609_865_216,
    "cache.r5.12xlarge": 341_206_346_547,
    "cache.r5.24xlarge": 682_485_973_811,
    "cache.r6g.large": 14_037_181_030,
    "cache.r6g.xlarge": 28_261_849_702,
    "cache.r6g.2xlarge": 56_711_183_565,
    "cache.r6g.4xlarge": 113_609_865_216,
    "cache.r6g.8xlarge": 225_000_375_228,
    "cache.r6g.12xlarge": 341_206_346_547,
    "cache.r6g.16xlarge": 450_000_750_456,
    "cache.r7g.large": 14_037_181_030,
    "cache.r7g.xlarge": 28_261_849_702,
    "cache.r7g.2xlarge": 56_711_183_565,
    "cache.r7g.4xlarge": 113_609_865_216,
    "cache.r7g.8xlarge": 225_000_375_228,
    "cache.r7g.12xlarge": 341_206_346_547,
    "cache.r7g.16xlarge": 450_000_750_456,
}
SCALE = 1 / 64  # of a group that nobody gave a size
MOST = 512 * 2**20  # a node of the lab never holds more


def lab_memory(node_type: str, scale: float) -> int:
    """The bytes that a node of this type holds in the lab. Raises KeyError."""
    return min(MOST, max(2**20, round(MAXMEMORY[node_type] * scale)))


def scale_of(node_type: str, lab_bytes: int) -> float:
    """The scale by which a node of this type holds so many bytes."""
    return lab_bytes / MAXMEMORY[node_type]


def modifications(node_type: str) -> tuple[list[str], list[str]]:
    """Give the types one can scale up to and down to: those with more, and with less memory."""
    here = MAXMEMORY[node_type]
    others = sorted(MAXMEMORY, key=lambda name: (MAXMEMORY[name], name))
    up = [name for name in others if MAXMEMORY[name] > here]
    down = [name for name in others if MAXMEMORY[name] < here]
    return up, down


def vcpus(node_type: str) -> int:
    """How many processors a node has: a large one two, each size above it in proportion."""
    family, _, size = node_type.removeprefix("cache.").partition(".")
    if family == "t2" and size in ("micro", "small"):
        return 1
    if not size.endswith("xlarge"):
        return 2
    return 4 * int(size.removesuffix("xlarge") or 1)
