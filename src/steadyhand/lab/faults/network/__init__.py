"""Faults between the parts: names, target health, security groups, certificates."""

from steadyhand.lab.faults.network.certificate_expired import CERTIFICATE_EXPIRED
from steadyhand.lab.faults.network.dns_failure import DNS_FAILURE
from steadyhand.lab.faults.network.security_group_change import SECURITY_GROUP_CHANGE
from steadyhand.lab.faults.network.unhealthy_targets import UNHEALTHY_TARGETS

NETWORK = (UNHEALTHY_TARGETS, DNS_FAILURE, CERTIFICATE_EXPIRED, SECURITY_GROUP_CHANGE)
