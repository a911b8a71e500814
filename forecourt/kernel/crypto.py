"""Encryption of personal values, and blind indexes to find them again.

A sealed value is `version (1 byte) | nonce (12) | AES-256-GCM ciphertext and tag`; its context (what it is and whose)
is authenticated, so that a value copied to another row does not open. A blind index is `version (1) | HMAC-SHA-256 cut
to 15 bytes`: equal values have equal indexes, and without the key nobody can tell which. Keys are kept in
FORECOURT_HOME/secrets/keys.json or in the environment's FORECOURT_KEYS (the same JSON):
{"current": 1, "keys": {"1": "<64 hex>"}}.
"""

import hmac
import json
import os
import secrets
from functools import cache
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from forecourt.kernel.home import home

INDEX_BYTES: Final = 16
_NONCE_BYTES: Final = 12


class Keyring:
    """The keys by version. New values are sealed under `current`; old ones open under the version they name."""

    def __init__(self, current: int, keys: dict[int, bytes]) -> None:
        if current not in keys:
            raise ValueError(f"current: key version {current} is not among the keys; add it or name another")
        if any(not 1 <= version <= 255 or len(key) != 32 for version, key in keys.items()):
            raise ValueError("keys: a version is a number from 1 to 255 and a key is 64 hexadecimal digits")
        self.current = current
        self.versions = tuple(sorted(keys, key=lambda version: (version != current, -version)))
        self._seals = {version: AESGCM(_derived(key, b"seal")) for version, key in keys.items()}
        self._indexes = {version: _derived(key, b"index") for version, key in keys.items()}

    def seal(self, text: str, context: str) -> bytes:
        """Encrypt text for one context."""
        nonce = os.urandom(_NONCE_BYTES)
        return bytes([self.current]) + nonce + self._seals[self.current].encrypt(nonce, text.encode(), context.encode())

    def open(self, sealed: bytes, context: str) -> str:
        """Decrypt; ValueError when the key is gone, or the value was altered or belongs to another context."""
        sealed = bytes(sealed)
        seal = self._seals.get(sealed[0])
        if seal is None:
            raise ValueError(
                f"key version {sealed[0]} is not in the keyring; restore secrets/keys.json from its backup"
            )
        try:
            return seal.decrypt(sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], context.encode()).decode()
        except InvalidTag:
            raise ValueError("the sealed value was altered or belongs to another record") from None

    def blind_index(self, kind: str, value: str, version: int | None = None) -> bytes:
        """The index of a value under one key version, the current one unless named."""
        version = version or self.current
        digest = hmac.digest(self._indexes[version], f"{kind}\0{value}".encode(), "sha256")
        return bytes([version]) + digest[: INDEX_BYTES - 1]

    def blind_indexes(self, kind: str, value: str) -> list[bytes]:
        """The indexes a value may be stored under, the current version first. Search with all of them."""
        return [self.blind_index(kind, value, version) for version in self.versions]

    def fingerprint(self, body: bytes) -> bytes:
        """A keyed digest of a message, to tell whether two are the same without being able to guess either.

        Made with the oldest key, which stays in the ring, so that fingerprints outlive a rotation.
        """
        return hmac.digest(self._indexes[min(self.versions)], body, sha256)[:16]


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"forecourt " + purpose).derive(key)


@cache
def keyring() -> Keyring:
    """The keyring of this installation, made on first use when there is none."""
    text = os.environ.get("FORECOURT_KEYS") or _stored_keys()
    document = json.loads(text)
    return Keyring(int(document["current"]), {int(v): bytes.fromhex(key) for v, key in document["keys"].items()})


def add_key() -> int:
    """Add a key version to the stored keyring and make it current; returns the version."""
    path = home() / "secrets" / "keys.json"
    document = json.loads(_stored_keys())
    version = max(int(known) for known in document["keys"]) + 1
    document["keys"][str(version)] = secrets.token_hex(32)
    document["current"] = version
    _write_private(path, json.dumps(document))
    keyring.cache_clear()
    return version


def secret(name: str) -> str:
    """A random secret of this installation kept under that name, made on first use (the web framework's key, for one)."""
    from_environment = os.environ.get(f"FORECOURT_{name.upper()}")
    if from_environment:
        return from_environment
    path = home() / "secrets" / name
    if not path.exists():
        _write_private(path, secrets.token_urlsafe(48), only_new=True)
    return path.read_text()


def _stored_keys() -> str:
    path = home() / "secrets" / "keys.json"
    if not path.exists():
        _write_private(path, json.dumps({"current": 1, "keys": {"1": secrets.token_hex(32)}}), only_new=True)
    return path.read_text()


def _write_private(path: os.PathLike[str], text: str, *, only_new: bool = False) -> None:
    """Write a file only its owner can read, whole or not at all; with `only_new` the first writer wins."""
    place = os.fspath(path)
    os.makedirs(os.path.dirname(place), mode=0o700, exist_ok=True)
    draft = f"{place}.{secrets.token_hex(4)}"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    if only_new:
        try:
            os.link(draft, place)
        except FileExistsError:
            pass
        finally:
            os.unlink(draft)
    else:
        os.replace(draft, place)
