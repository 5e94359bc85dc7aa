"""An instance class in; its memory, its share of the machine and PostgreSQL's settings out.

An instance class is made small by three stated numbers, so that five of them fit on a laptop while
their limits keep the proportions they have on RDS. Nothing here is measured.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# The lab's scale. Connections cost a process each, so the limit is an eighth of AWS's (never below
# LEAST_CONNECTIONS); shared buffers are touched for real, so they are a 64th of AWS's.
CONNECTION_SCALE = 8
LEAST_CONNECTIONS = 20
MEMORY_SCALE = 64
# A vCPU of the class is a quarter of one of this machine's cores: CPUUtilization is measured
# against it (and cut off at 100), but a process is not held back.
CORES_PER_VCPU = 0.25
# A GiB of allocated storage is this much real disk.
MIB_PER_GIB = 8

GIB = 1024**3
MIB = 1024**2


@dataclass(frozen=True)
class InstanceClass:
    name: str
    vcpus: int
    memory_gib: float

    @property
    def memory(self) -> int:
        return int(self.memory_gib * GIB)


_SIZES = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32, "12xlarge": 48}
_SIZES |= {"16xlarge": 64, "24xlarge": 96}
_BURSTABLE = {"micro": (2, 1.0), "small": (2, 2.0), "medium": (2, 4.0), "large": (2, 8.0)}
_BURSTABLE |= {"xlarge": (4, 16.0), "2xlarge": (8, 32.0)}


def _classes() -> dict[str, InstanceClass]:
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html
    rows = {
        f"db.{family}.{size}": numbers
        for family in ("t3", "t4g")
        for size, numbers in _BURSTABLE.items()
    }
    for family, per_vcpu in (("m5", 4), ("m6g", 4), ("m6i", 4), ("m7g", 4), ("m7i", 4)):
        rows |= {f"db.{family}.{size}": (n, float(n * per_vcpu)) for size, n in _SIZES.items()}
    for family in ("r5", "r6g", "r6i", "r7g", "r7i"):
        rows |= {f"db.{family}.{size}": (n, float(n * 8)) for size, n in _SIZES.items()}
    missing = [f"db.{f}.24xlarge" for f in ("m6g", "r6g", "m7g", "r7g")]  # Graviton ends at 16
    return {
        name: InstanceClass(name, *numbers) for name, numbers in rows.items() if name not in missing
    }


CLASSES: Mapping[str, InstanceClass] = _classes()


def default_connections(size: InstanceClass) -> int:
    # LEAST({DBInstanceClassMemory/9531392}, 5000):
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html#RDS_Limits.MaxConnections
    return max(LEAST_CONNECTIONS, min(size.memory // 9531392, 5000) // CONNECTION_SCALE)


def memory_settings(size: InstanceClass) -> dict[str, str]:
    """RDS's own formulas for PostgreSQL, of which what costs memory is scaled down."""
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html
    buffers = size.memory // 4 // MEMORY_SCALE
    return {
        "max_connections": str(default_connections(size)),
        "shared_buffers": f"{min(max(buffers // MIB, 8), 64)}MB",
        # {DBInstanceClassMemory/16384} of 8 kB: the planner's belief, which costs nothing.
        "effective_cache_size": f"{size.memory // 2 // MIB}MB",
        "maintenance_work_mem": f"{max(size.memory // 63 // MEMORY_SCALE // MIB, 1)}MB",
        "autovacuum_max_workers": "1",
    }


def quota(allocated_gib: int) -> int:
    """How many real bytes an instance's data may take."""
    return allocated_gib * MIB_PER_GIB * MIB


def as_allocated(real: int) -> int:
    """Real bytes as they count against the allocated storage."""
    return real * (1024 // MIB_PER_GIB)
