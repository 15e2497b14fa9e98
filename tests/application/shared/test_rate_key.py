"""Addresses are counted so that nobody gets a fresh count by changing a digit."""

import pytest

from moniqo.application.shared.rate_key import rate_key


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_an_address_is_counted_by_what_its_holder_cannot_change(address: str, key: str) -> None:
    assert rate_key(address) == key


def test_neighbours_beyond_the_network_are_counted_apart() -> None:
    assert rate_key("2001:db8:1:2::1") != rate_key("2001:db8:1:3::1")
