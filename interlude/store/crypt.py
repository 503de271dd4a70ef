"""Seals free text before it reaches the database and opens it after: AES-256-GCM, rotating keys.

A sealed value is `key id (1 length byte + name) | nonce (12 bytes) | ciphertext and tag`. The place it
belongs to (`table/row id`) is associated data, so a value copied to another row does not open.
Source: NIST SP 800-38D for GCM and its 96-bit nonces.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from interlude.message import InterludeError


class SealBroken(InterludeError):
    """A sealed value does not open: an unknown key, another row's value, or damage."""


class Vault:
    """Seals with the newest key, opens with any: `Vault({"2026-11": b"32 bytes"}, newest="2026-11")`."""

    def __init__(self, keys: Mapping[str, bytes], newest: str) -> None:
        if newest not in keys:
            raise InterludeError(f"No encryption key named '{newest}'; add it to INTERLUDE_KEYS.")
        for name, key in keys.items():
            if len(key) != 32 or not 0 < len(name.encode()) < 256:
                raise InterludeError(
                    f"Encryption key '{name}' must be 32 bytes, base64-encoded; make a new one."
                )
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self._newest = newest

    @classmethod
    def parse(cls, text: str) -> Vault:
        """Keys written as `name:base64[,name:base64...]`, the newest first."""
        keys: dict[str, bytes] = {}
        for part in text.replace("\n", ",").split(","):
            if not part.strip():
                continue
            name, _, encoded = part.strip().partition(":")
            try:
                keys[name] = base64.b64decode(encoded, validate=True)
            except ValueError as error:
                raise InterludeError(
                    f"Encryption key '{name}' is not base64; write it as name:base64."
                ) from error
        if not keys:
            raise InterludeError("No encryption key is set; put name:base64 into INTERLUDE_KEYS.")
        return cls(keys, next(iter(keys)))

    @staticmethod
    def new_key(name: str) -> str:
        """A fresh random key in the written form `name:base64`."""
        return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"

    def seal(self, text: str, place: str) -> bytes:
        """The text sealed for one place; the same text never seals to the same bytes twice."""
        nonce = os.urandom(12)
        name = self._newest.encode()
        body = self._ciphers[self._newest].encrypt(
            nonce, text.encode("utf-8", "surrogatepass"), place.encode()
        )
        return bytes([len(name)]) + name + nonce + body

    def open(self, sealed: bytes, place: str) -> str:
        """The text sealed at this place. Raises SealBroken when it isn't from here or no key fits."""
        cut = 1 + sealed[0]
        name = sealed[1:cut].decode("utf-8", "replace")
        if name not in self._ciphers:
            raise SealBroken(f"A value at {place} needs the key '{name}'; add it to INTERLUDE_KEYS.")
        try:
            plain = self._ciphers[name].decrypt(sealed[cut : cut + 12], sealed[cut + 12 :], place.encode())
        except InvalidTag as error:
            raise SealBroken(f"The sealed value at {place} is damaged or belongs elsewhere.") from error
        return plain.decode("utf-8", "surrogatepass")

    def seal_json(self, value: Any, place: str) -> bytes:
        """Any JSON value, sealed."""
        return self.seal(json.dumps(value, ensure_ascii=False), place)

    def open_json(self, sealed: bytes, place: str) -> Any:
        """The JSON value sealed at this place."""
        return json.loads(self.open(sealed, place))
