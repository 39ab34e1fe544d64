"""Says which IP addresses may be connected to.

Source of the tables: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890 and its updates). They
are kept here because the `ipaddress` module judges some of them differently from one Python release to the next. Beside
them stand public addresses that clouds use inside. The metadata services of clouds are at link-local (169.254.169.254),
shared (100.100.100.200), reserved (192.0.0.192) or private addresses (fd00:ec2::254).
"""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_V4 = [
    (IPv4Network(network), word)
    for network, word in (
        ("0.0.0.0/8", "an unspecified"),
        ("10.0.0.0/8", "a private"),
        ("100.64.0.0/10", "a shared (carrier NAT)"),
        ("127.0.0.0/8", "a loopback"),
        ("161.26.0.0/16", "a cloud's internal"),  # IBM Cloud: the services of its private network
        ("166.8.0.0/14", "a cloud's internal"),  # the same
        ("168.63.129.16/32", "a cloud's internal"),  # Azure: host agent and resolver
        ("169.254.0.0/16", "a link-local"),
        ("172.16.0.0/12", "a private"),
        ("192.0.0.0/24", "a reserved"),
        ("192.0.2.0/24", "a reserved"),
        ("192.88.99.0/24", "a reserved"),
        ("192.168.0.0/16", "a private"),
        ("198.18.0.0/15", "a reserved"),
        ("198.51.100.0/24", "a reserved"),
        ("203.0.113.0/24", "a reserved"),
        ("224.0.0.0/4", "a multicast"),
        ("240.0.0.0/4", "a reserved"),
    )
]
_REFUSED_V6 = [
    (IPv6Network(network), word)
    for network, word in (
        ("::/128", "an unspecified"),
        ("::1/128", "a loopback"),
        ("fc00::/7", "a private"),
        ("fe80::/10", "a link-local"),
        ("fec0::/10", "a private"),
        ("ff00::/8", "a multicast"),
        ("2001::/23", "a reserved"),
        ("2001:db8::/32", "a reserved"),
        ("3fff::/20", "a reserved"),
    )
]
_GLOBAL_V6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_ISATAP = 0x00005EFE  # the upper half of an interface's identifier (RFC 5214), but for the bit of universal identifiers
_UNIVERSAL = 0x02000000
# Names of this machine (RFC 6761, and what systems write into /etc/hosts), and of private networks (RFC 6762, RFC 8375,
# and ICANN's reservation of `internal`).
_LOOPBACK_NAMES = frozenset("localhost localdomain localdomain6 localhost6 ip6-localhost ip6-loopback".split())
_PRIVATE_NAMES = ("local", "internal", "home.arpa")
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


@dataclass(frozen=True, slots=True)
class Networks:
    """The private networks that may be asked: `everything`, or ranges, and `hosts` whose addresses are all good."""

    everything: bool = False
    ranges: frozenset[Network] = frozenset()
    hosts: frozenset[str] = frozenset()

    def for_host(self, host: str) -> "Networks":
        """What holds for addresses of `host`: a value without hosts, so equal for all hosts that are not named."""
        return Networks(everything=True) if self.everything or host in self.hosts else Networks(ranges=self.ranges)

    def objection(self, address: Address) -> str | None:
        """Why `address` must not be connected to ("a loopback"), or None."""
        if self.everything:
            return None
        forms = (address, _embedded(address))
        if any(form in network for form in forms if form for network in self.ranges if network.version == form.version):
            return None
        return special(address)

    def objection_to_name(self, host: str) -> str | None:
        """Why `host` must not even be looked up ("a name of this machine"), or None. Where some private range may be
        asked, names of private networks are judged by their addresses."""
        if self.everything or host in self.hosts:
            return None
        if host.rpartition(".")[2] in _LOOPBACK_NAMES:
            return "a name of this machine" if all(map(self.objection, _LOOPBACK)) else None
        is_private = any(host == name or host.endswith(f".{name}") for name in _PRIVATE_NAMES)
        return "a name of a private network" if is_private and not self.ranges else None


@lru_cache(maxsize=1024)
def networks(allowed: bool | tuple[str, ...]) -> Networks:
    """The value of the setting `allow_private_networks`: True, False, or hosts and CIDRs."""
    if isinstance(allowed, bool):
        return Networks(everything=allowed)
    ranges, hosts = set(), set()
    for item in allowed:
        try:
            ranges.add(ip_network(item, strict=False))
        except ValueError:
            hosts.add(item.lower().rstrip("."))
    return Networks(ranges=frozenset(ranges), hosts=frozenset(hosts))


@lru_cache(maxsize=4096)
def special(address: Address) -> str | None:
    """What kind of special address this is ("a loopback"); None for one of the public internet.

    An IPv6 address that stands for an IPv4 address (mapped, NAT64, 6to4) is judged by that one, and one of ISATAP also
    by that one.
    """
    if isinstance(address, IPv4Address):
        return next((word for network, word in _REFUSED_V4 if address in network), None)
    if (inner := _embedded(address)) is not None:
        return special(inner)
    if (word := next((word for network, word in _REFUSED_V6 if address in network), None)) is not None:
        return word
    return None if address in _GLOBAL_V6 else "a reserved"


def _embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that packets to this IPv6 address really reach, if there is one."""
    if isinstance(address, IPv4Address):
        return None
    last = IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _NAT64:
        return last
    if (int(address) >> 32) & 0xFFFFFFFF & ~_UNIVERSAL == _ISATAP and special(last):
        return last
    return address.ipv4_mapped or address.sixtofour


def parse(text: str) -> Address:
    """An address as `getaddrinfo` prints it, its zone ("%eth0") left out."""
    return ip_address(text.partition("%")[0])
