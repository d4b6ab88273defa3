"""Which addresses are an outlet's, and which IP addresses are public."""

import pytest

from crawler.guard import Boundary, authority, is_loopback, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::",
        "2002:a00:1::", "::7f00:1", "2001:db8::1", "not an address", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_of_the_public_internet_is_refused(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "103.28.53.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"])
def test_a_public_address_is_let_through(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "admitted"),
    [
        ("https://kabar.example/a/", True),
        ("http://kabar.example/a/", True),
        ("https://www.kabar.example/a/", True),
        ("https://KABAR.example/a/", True),
        ("https://kabar.example:443/a/", True),
        ("https://kabar.example:8443/a/", False),
        ("https://lain.example/a/", False),
        ("https://kabar.example.lain.example/", False),
        ("https://kabar.example@lain.example/", False),
        ("ftp://kabar.example/a/", False),
        ("file:///etc/hostname", False),
        ("//kabar.example/", False),
        ("https://kabar.example:99999/", False),
        ("https://[kabar.example/", False),
    ],
)
def test_only_the_outlets_own_scheme_host_and_port_are_admitted(url, admitted):
    assert Boundary(("https://kabar.example",)).admits(url) is admitted


def test_a_port_that_was_named_is_the_only_one():
    boundary = Boundary(("http://127.0.0.1:8081",))
    assert boundary.admits("http://127.0.0.1:8081/a")
    assert not boundary.admits("http://127.0.0.1:8082/a")
    assert not boundary.admits("http://127.0.0.1/a")


def test_the_declared_address_counts_beside_the_one_in_use():
    boundary = Boundary(("http://127.0.0.1:8081", "https://kabar.example"))
    assert boundary.admits("https://kabar.example/a/")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.id", "a.id:80"),
        ("https://a.id/x", "a.id:443"),
        ("http://[::1]:8/", "[::1]:8"),
        ("mailto:a@b", None),
        ("http://", None),
        ("http://a:b/", None),
    ],
)
def test_an_authority_is_host_and_port(url, expected):
    assert authority(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1:1", True), ("http://[::1]", True), ("http://localhost", True), ("https://a.id", False)],
)
def test_loopback_is_told_by_address_or_name(url, expected):
    assert is_loopback(url) is expected
