"""Signed notes (C2SP signed-note): keys, signature lines, signing and opening. Pure but for the key's own maths.

A verifier key is `name+hash+base64(algorithm ‖ public key)`, a signer's `PRIVATE+KEY+name+hash+base64(algorithm ‖ seed)`.
Ed25519 signs the text itself; a witness's cosignature/v1 also signs the time at which it looked.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = 1
COSIGNATURE: Final = 4
_DASH: Final = "\u2014 "
_PRIVATE: Final = "PRIVATE+KEY+"
_MOST: Final = 100  # signature lines looked at
_SPACES: Final = re.compile(r"[\s+]")
_UNTIL: Final = re.compile(r"(.+) until (0|[1-9]\d{0,18})")


class NoteError(ValueError):
    """A note or key that is malformed, or a note that no trusted key signed; the message says which."""


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise NoteError("not base64") from None


def check_name(name: str) -> str:
    """The name of a key, which holds no space and no plus. Raises NoteError."""
    if not name or _SPACES.search(name):
        raise NoteError(f"a key's name holds no space and no plus: {name!r}")
    return name


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name; a log's former key may sign no more than `until` entries, None is without end."""

    name: str
    algorithm: int
    public: bytes
    until: int | None = field(default=None, compare=False)

    @classmethod
    def read(cls, text: str) -> "Verifier":
        """From `name+hash+base64`, which ` until SIZE` may follow. Raises NoteError."""
        text = text.strip()
        bounded = _UNTIL.fullmatch(text)
        name, _, rest = (bounded[1] if bounded else text).partition("+")
        marked, _, encoded = rest.partition("+")
        data = _base64(encoded)
        if len(data) != 33 or data[0] not in (ED25519, COSIGNATURE):
            raise NoteError("a verifier key of an unknown kind")
        key = cls(check_name(name), data[0], data[1:], int(bounded[2]) if bounded else None)
        if key.id.hex() != marked:
            raise NoteError("a verifier key whose hash is not its own")
        return key

    @property
    def id(self) -> bytes:
        """Its four bytes."""
        return key_id(self.name, self.algorithm, self.public)

    def __str__(self) -> str:
        encoded = b64encode(bytes([self.algorithm]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @property
    def line(self) -> str:
        """The key and how far it may speak, as `read` takes it."""
        return str(self) if self.until is None else f"{self} until {self.until}"

    def may_speak_of(self, size: int) -> bool:
        """May it sign a log of so many entries?"""
        return self.until is None or size <= self.until

    def verify(self, text: bytes, signature: bytes) -> bool:
        """Did this key sign the text?"""
        signed = text
        if self.algorithm == COSIGNATURE:
            signed, signature = cosigned(text, int.from_bytes(signature[:8], "big")), signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, signed)
        except InvalidSignature:
            return False
        return True


class Signer(Protocol):
    """Whatever can add a signature line: a key in a file, another algorithm, a device."""

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        ...

    def sign(self, text: bytes) -> bytes:
        """The signature over the text of a note, without the key's four bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Key:
    """A signer whose Ed25519 seed (32 bytes) is at hand."""

    name: str
    seed: bytes

    @classmethod
    def new(cls, name: str) -> "Key":
        """A fresh one. Raises NoteError for a name that cannot be."""
        return cls(check_name(name), Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def read(cls, text: str) -> "Key":
        """From `PRIVATE+KEY+name+hash+base64`. Raises NoteError, which never shows the key."""
        name, _, rest = text.strip().removeprefix(_PRIVATE).partition("+")
        marked, _, encoded = rest.partition("+")
        data = _base64(encoded)
        if not text.startswith(_PRIVATE) or len(data) != 33 or data[0] != ED25519:
            raise NoteError("not a private key of a log")
        key = cls(check_name(name), data[1:])
        if key.verifier.id.hex() != marked:
            raise NoteError("a private key whose hash is not its own")
        return key

    def secret(self) -> str:
        """The text for its file."""
        encoded = b64encode(bytes([ED25519]) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{encoded}\n"

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return Verifier(self.name, ED25519, public)

    def sign(self, text: bytes) -> bytes:
        """The Ed25519 signature over the text."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text)


@dataclass(frozen=True, slots=True)
class Witness:
    """A key that cosigns at a time, given as seconds since 1970."""

    key: Key
    at: int

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.key.name, COSIGNATURE, self.key.verifier.public)

    def sign(self, text: bytes) -> bytes:
        """The time in eight bytes and the signature over both."""
        return self.at.to_bytes(8, "big") + self.key.sign(cosigned(text, self.at))


def cosigned(text: bytes, at: int) -> bytes:
    """What a cosignature/v1 signs."""
    return b"cosignature/v1\ntime %d\n" % at + text


def line(signer: Signer, text: bytes) -> bytes:
    """One signature line of a note."""
    verifier = signer.verifier
    encoded = b64encode(verifier.id + signer.sign(text)).decode()
    return f"{_DASH}{verifier.name} {encoded}\n".encode()


def sign(text: bytes, signers: Iterable[Signer]) -> bytes:
    """A note: the text, which ends with a newline, an empty line, one line for each signer."""
    if not text.endswith(b"\n") or any(byte < 32 and byte != 10 for byte in text):
        raise NoteError("a note's text ends with a newline and has no other control characters")
    return text + b"\n" + b"".join(line(signer, text) for signer in signers)


def split(note: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    """The text of a note, and name, key's four bytes and signature of each line. Raises NoteError."""
    text, found, tail = note.rpartition(b"\n\n")
    if not found or not tail.endswith(b"\n"):
        raise NoteError("not a signed note")
    lines = tail[:-1].split(b"\n")
    if len(lines) > _MOST:
        raise NoteError("too many signatures")
    return text + b"\n", [_line(part) for part in lines]


def _line(raw: bytes) -> tuple[str, bytes, bytes]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise NoteError("a note that is not UTF-8") from None
    name, _, encoded = text.removeprefix(_DASH).partition(" ")
    data = _base64(encoded)
    if not text.startswith(_DASH) or len(data) < 5:
        raise NoteError("a malformed signature line")
    return check_name(name), data[:4], data[4:]


def open_note(note: bytes, trusted: Sequence[Verifier]) -> tuple[bytes, list[Verifier]]:
    """The text of a note and which of the trusted keys signed it.

    Raises NoteError where none did, or where a line of a trusted key does not verify.
    """
    text, lines = split(note)
    if any(byte < 32 and byte != 10 for byte in note):
        raise NoteError("a note holds no control characters")
    known = {(key.name, key.id): key for key in trusted}
    signed: list[Verifier] = []
    for name, marked, signature in lines:
        key = known.get((name, marked))
        if key is None or key in signed:
            continue
        if not key.verify(text, signature):
            raise NoteError(f"the signature of {name} does not fit the text")
        signed.append(key)
    if not signed:
        raise NoteError("no trusted key signed this")
    return text, signed
