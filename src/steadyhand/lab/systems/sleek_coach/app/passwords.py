"""A password in, what is kept of it out; and whether another one is the same. Pure.

https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html says scrypt; the
cost is kept low, because a laptop holds the whole system.
"""

import hashlib
import hmac
import os

COST, BLOCK, PARALLEL = 2**12, 8, 1
# Compared with where there is no such member: the answer takes as long.
NOBODY = "scrypt$" + "00" * 16 + "$" + "00" * 32


def kept(password: str, salt: bytes = b"") -> str:
    salt = salt or os.urandom(16)
    return f"scrypt${salt.hex()}${_derived(password, salt).hex()}"


def fits(password: str, what_is_kept: str) -> bool:
    _, salt, derived = what_is_kept.split("$")
    return hmac.compare_digest(_derived(password, bytes.fromhex(salt)), bytes.fromhex(derived))


def _derived(password: str, salt: bytes) -> bytes:
    given = password.encode()
    return hashlib.scrypt(given, salt=salt, n=COST, r=BLOCK, p=PARALLEL, dklen=32)
