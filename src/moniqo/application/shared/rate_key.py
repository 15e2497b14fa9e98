"""Under which name an address is counted, wherever calls are counted by address."""

from ipaddress import IPv6Address, IPv6Network, ip_address

_NETWORK_BITS = 64


def rate_key(address: str) -> str:
    """The IPv4 address; of an IPv6 one its /64, since whoever has one address there has them all.

    An IPv4 address mapped into IPv6 is the IPv4 address. What is no address counts as it stands.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((int(found), _NETWORK_BITS), strict=False))
