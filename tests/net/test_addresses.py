"""Which addresses are public, and what allow_private_networks opens."""

from ipaddress import ip_address

import pytest

from aggregator.net.addresses import networks, parse, special

PUBLIC = [
    "1.1.1.1",
    "93.184.216.34",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001:800::200e",
    "2001:200::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
    "2a00::5efe:101:101",
    "168.63.129.17",
]
SPECIAL = [
    ("0.0.0.0", "unspecified"),
    ("0.1.2.3", "unspecified"),
    ("10.1.2.3", "private"),
    ("100.64.0.1", "shared"),
    ("127.0.0.1", "loopback"),
    ("127.255.255.254", "loopback"),
    ("169.254.169.254", "link-local"),
    ("172.16.0.1", "private"),
    ("172.31.255.255", "private"),
    ("192.0.0.8", "reserved"),
    ("192.0.2.1", "reserved"),
    ("192.168.1.1", "private"),
    ("198.19.0.1", "reserved"),
    ("198.51.100.1", "reserved"),
    ("203.0.113.1", "reserved"),
    ("224.0.0.251", "multicast"),
    ("240.0.0.1", "reserved"),
    ("255.255.255.255", "reserved"),
    ("::", "unspecified"),
    ("::1", "loopback"),
    ("::127.0.0.1", "reserved"),
    ("fc00::1", "private"),
    ("fd12::1", "private"),
    ("fe80::1", "link-local"),
    ("fec0::1", "private"),
    ("ff02::1", "multicast"),
    ("2001::1", "reserved"),
    ("2001:db8::1", "reserved"),
    ("3fff::1", "reserved"),
    ("5f00::1", "reserved"),
    ("::ffff:127.0.0.1", "loopback"),
    ("::ffff:169.254.169.254", "link-local"),
    ("64:ff9b::7f00:1", "loopback"),
    ("64:ff9b::a00:1", "private"),
    ("64:ff9b:1::1", "reserved"),
    ("2002:7f00:1::", "loopback"),
    ("2002:c0a8:101::1", "private"),
    ("2001:0:a00:1::1", "reserved"),
    ("2a00::5efe:7f00:1", "loopback"),
    ("2a00:1450::200:5efe:a00:1", "private"),
    ("2a00::5efe:a9fe:a9fe", "link-local"),
    ("fe80::5efe:101:101", "link-local"),
    ("168.63.129.16", "cloud's internal"),
    ("::ffff:168.63.129.16", "cloud's internal"),
    ("161.26.0.6", "cloud's internal"),
    ("166.9.12.13", "cloud's internal"),
    ("100.100.100.200", "shared"),
    ("192.0.0.192", "reserved"),
    ("169.254.170.2", "link-local"),
    ("fd00:ec2::254", "private"),
    ("fd20:ce::254", "private"),
]


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are_open(text: str) -> None:
    assert special(ip_address(text)) is None


@pytest.mark.parametrize(("text", "word"), SPECIAL)
def test_special_addresses_are_told_apart(text: str, word: str) -> None:
    assert word in (special(ip_address(text)) or "")


@pytest.mark.parametrize(("text", "_word"), SPECIAL)
def test_true_opens_everything_and_false_nothing(text: str, _word: str) -> None:
    assert networks(True).objection(ip_address(text)) is None
    assert networks(False).objection(ip_address(text)) is not None


def test_a_range_opens_its_addresses_in_every_form() -> None:
    rules = networks(("10.0.0.0/8", "192.168.7.7", "fd00::/8"))
    for text in ("10.9.9.9", "::ffff:10.9.9.9", "64:ff9b::a09:909", "192.168.7.7", "fd00::1", "8.8.8.8"):
        assert rules.objection(ip_address(text)) is None
    for text in ("192.168.7.8", "127.0.0.1", "fe80::1", "::ffff:127.0.0.1"):
        assert rules.objection(ip_address(text)) is not None


def test_a_host_opens_all_its_addresses_and_no_others() -> None:
    rules = networks(("NAS.local", "10.0.0.0/8"))
    assert rules.for_host("nas.local").objection(ip_address("192.168.1.1")) is None
    assert rules.for_host("other.local").objection(ip_address("192.168.1.1")) is not None
    assert rules.for_host("other.local").objection(ip_address("10.0.0.1")) is None


def test_rules_of_hosts_that_are_not_named_are_equal() -> None:
    assert networks(("nas.local",)).for_host("example.org") == networks(False)
    assert networks(("nas.local",)).for_host("nas.local") == networks(True)


def test_a_zone_is_no_part_of_the_address() -> None:
    assert parse("fe80::1%eth0") == ip_address("fe80::1")


NAMES_OF_THIS_MACHINE = (
    "localhost a.localhost ip6-localhost ip6-loopback localhost.localdomain localhost6.localdomain6 localhost6".split()
)
NAMES_OF_NETWORKS = ("nas.local", "metadata.google.internal", "nas.home.arpa", "local")


def test_some_names_need_no_look_up() -> None:
    for host in (*NAMES_OF_THIS_MACHINE, *NAMES_OF_NETWORKS):
        assert networks(False).objection_to_name(host) is not None
        assert networks(True).objection_to_name(host) is None
        assert networks((host,)).for_host(host).objection_to_name(host) is None
    for host in ("example.org", "localhost.example.org", "local.example", "internal.example.org", "mylocalhost"):
        assert networks(False).objection_to_name(host) is None


def test_names_are_left_to_their_addresses_where_a_range_may_hold_them() -> None:
    for host in NAMES_OF_THIS_MACHINE:
        assert networks(("127.0.0.0/8",)).objection_to_name(host) is None
        assert networks(("10.0.0.0/8",)).objection_to_name(host) is not None
    for host in NAMES_OF_NETWORKS:
        assert networks(("10.0.0.0/8",)).objection_to_name(host) is None
