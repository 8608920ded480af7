"""Which addresses a node may connect to: the partner's, exactly as introduced, and nothing else. Pure.

The rule, in docs/protocol/sync.md, section 7:
1. An address is `scheme://host` or `scheme://host:port` in its one canonical spelling, and nothing behind it.
2. A host name (at least one dot, the last label not a number) is reached by https only, and every address it resolves
   to must be public.
3. A literal public IP address is reached by https only.
4. A literal private or loopback address is reached only where an administrator of this node confirmed that this
   partner is inside the network; there http is allowed too. A name never leads inside.
5. Link-local, multicast, unspecified, reserved, IPv4-mapped, 6to4, Teredo and NAT64 addresses are never reached.
"""

from __future__ import annotations

import ipaddress
import re

import msgspec

from sinergi.kernel.errors import Refused

_URL = re.compile(r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?")
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PORTS = {"http": 80, "https": 443}
_TRANSLATED = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
_INSIDE = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotReachable(Refused):
    """This address may not be connected to; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, code="S-701", field="url")


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A partner's address taken apart. `literal` is set where the host is an IP address."""

    scheme: str
    host: str
    port: int
    literal: Address | None

    @property
    def is_inside(self) -> bool:
        """Whether it names a private or loopback address, for which an administrator must vouch."""
        return self.literal is not None and any(self.literal in network for network in _INSIDE)


def read(url: str) -> Place:
    """Take an address apart. Raises NotReachable for any but the canonical spelling (rule 1)."""
    found = _URL.fullmatch(url)
    if found is None or len(url) > 200:
        raise NotReachable("Alamat simpul harus berbentuk https://nama.instansi.go.id, tanpa tambahan apa pun.")
    host, port = found["host"], int(found["port"] or _PORTS[found["scheme"]])
    if port > 65535 or (found["port"] and port == _PORTS[found["scheme"]]):
        raise NotReachable("Nomor pintu pada alamat simpul tidak sah.")
    literal = _literal(host)
    if literal is None and (len(host) > 253 or not _NAME.fullmatch(host)):
        raise NotReachable("Nama pada alamat simpul tidak sah.")
    return Place(scheme=found["scheme"], host=host, port=port, literal=literal)


def check(place: Place, *, inside: bool, plain: bool = False) -> None:
    """Rules 2 to 5 as far as they can be judged before resolving a name. Raises NotReachable.

    `plain`: http will do outside too, as for a time authority, whose answers carry their own signature.
    """
    if place.literal is None or is_public(place.literal):
        if place.scheme != "https" and not plain:
            raise NotReachable("Alamat di luar jaringan sendiri harus memakai https.")
        return
    if not place.is_inside:
        raise NotReachable("Alamat ini bukan alamat sebuah simpul.")
    if not inside:
        raise NotReachable("Alamat jaringan dalam hanya dihubungi bila administrator menyatakannya.")


def is_public(address: Address) -> bool:
    """Whether an address is an ordinary public one (rule 5)."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped is not None or any(address in network for network in _TRANSLATED)
    ):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _literal(host: str) -> Address | None:
    bare = host[1:-1] if host.startswith("[") else host
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        if host.startswith("["):
            raise NotReachable("Alamat simpul memuat alamat IP yang tidak sah.") from None
        return None
    written = f"[{address.compressed}]" if address.version == 6 else address.compressed
    if written != host:
        raise NotReachable("Alamat IP harus ditulis dalam bentuk bakunya.")
    return address
