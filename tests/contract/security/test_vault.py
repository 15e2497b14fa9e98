"""The vault: opens what it sealed, where it was sealed."""

import base64

import pytest

from moniqo.adapters.security.aes_gcm_vault import AesGcmVault
from moniqo.application.shared.vault import Vault
from moniqo.domain.shared.ciphertext import Ciphertext
from moniqo.domain.shared.errors import Unavailable

NEW, OLD = b"n" * 32, b"o" * 32
HERE = "UserWallet:1"


def vault(*keys: bytes) -> Vault:
    return AesGcmVault(keys=keys or (NEW,))


@pytest.mark.parametrize("plaintext", [b"", b"secret", bytes(range(256)) * 100])
def test_what_was_sealed_opens(plaintext: bytes) -> None:
    assert vault().open(vault().seal(plaintext, HERE), HERE) == plaintext


def test_nothing_of_the_plaintext_is_seen() -> None:
    sealed = vault().seal(b"hunter2", HERE)

    assert b"hunter2" not in base64.b64decode(sealed.value.partition(":")[2])
    assert sealed != vault().seal(b"hunter2", HERE)


def test_in_another_row_it_does_not_open() -> None:
    with pytest.raises(Unavailable):
        vault().open(vault().seal(b"secret", HERE), "UserWallet:2")


def test_old_keys_open_and_new_ones_seal() -> None:
    old = vault(OLD).seal(b"secret", HERE)

    assert vault(NEW, OLD).open(old, HERE) == b"secret"
    assert vault(NEW).open(vault(NEW, OLD).seal(b"x", HERE), HERE) == b"x"
    with pytest.raises(Unavailable):
        vault(NEW).open(old, HERE)


@pytest.mark.parametrize("place", [0, 13, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    name, _, text = vault().seal(b"secret", HERE).value.partition(":")
    raw = bytearray(base64.b64decode(text))
    raw[place] ^= 1

    with pytest.raises(Unavailable):
        vault().open(Ciphertext(f"{name}:{base64.b64encode(raw).decode()}"), HERE)


def test_what_was_never_sealed_does_not_open() -> None:
    name = vault().seal(b"", HERE).value.partition(":")[0]

    for text in ("", "secret", f"{name}:", f"{name}:***", f"{name}:AAAA", "x:AAAA"):
        with pytest.raises(Unavailable):
            vault().open(Ciphertext(text), HERE)
