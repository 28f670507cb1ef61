// SPDX-License-Identifier: Apache-2.0

//! Parsing of addresses and prefixes.
//!
//! The text in a spec is stored as the user wrote it, and compared as an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::words;

/// A family of IP addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "types", derive(schemars::JsonSchema))]
pub enum IpFamily {
    /// IP version 4.
    IPv4,
    /// IP version 6.
    IPv6,
}

impl IpFamily {
    /// The family of `address`.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Self::IPv4,
            IpAddr::V6(_) => Self::IPv6,
        }
    }

    /// The number of bits of an address of this family.
    pub fn bits(self) -> u8 {
        match self {
            Self::IPv4 => 32,
            Self::IPv6 => 128,
        }
    }

    /// The family of this name in the API.
    pub fn named(word: &str) -> Option<Self> {
        [Self::IPv4, Self::IPv6]
            .into_iter()
            .find(|family| family.as_str() == word)
    }

    /// The name as the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IPv4 => "IPv4",
            Self::IPv6 => "IPv6",
        }
    }
}

impl std::fmt::Display for IpFamily {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an interface cannot have the address; `None` if it can.
pub fn unusable(address: IpAddr) -> Option<&'static str> {
    match address {
        _ if address.is_unspecified() => Some("the unspecified address"),
        _ if address.is_loopback() => Some("a loopback address"),
        _ if address.is_multicast() => Some("a multicast address"),
        IpAddr::V4(Ipv4Addr::BROADCAST) => Some("the broadcast address"),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

/// Why a text is not an address or a prefix, in the words of Kubernetes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not the text of an IPv4 or IPv6 address.
    #[error("{}", words::IP)]
    NoAddress,
    /// An IPv4 address with zeros before a number (`10.0.0.01`), which some programs read as octal.
    #[error("{}", words::IP_ZEROS)]
    LeadingZeros,
    /// An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`): write the IPv4 address.
    #[error("{}", words::IP_MAPPED)]
    MappedIpv4,
    /// Not the text of a prefix: address, slash, length.
    #[error("{}", words::CIDR)]
    NoPrefix,
    /// A prefix with zeros before a number of its IPv4 address, or before its length.
    #[error("{}", words::CIDR_ZEROS)]
    PrefixLeadingZeros,
    /// A prefix whose address is an IPv4-mapped IPv6 address.
    #[error("{}", words::CIDR_MAPPED)]
    MappedPrefix,
    /// Bits beyond the prefix length are set. The prefix without them is this.
    #[error("{}", words::CIDR_BITS)]
    HostBits(Prefix),
}

/// Parses an address as the Kubernetes API does (CEL's `isIP`): no zone, no IPv4-mapped IPv6, no leading zeros.
pub fn parse_ip(text: &str) -> Result<IpAddr, AddressError> {
    match text.parse::<IpAddr>() {
        Ok(address) if is_mapped(address) => Err(AddressError::MappedIpv4),
        Ok(address) => Ok(address),
        Err(_) => Err(match without_zeros(text) {
            Some(_) => AddressError::LeadingZeros,
            None => AddressError::NoAddress,
        }),
    }
}

fn is_mapped(address: IpAddr) -> bool {
    matches!(address, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some())
}

/// The IPv4 address that the text is but for zeros before its numbers.
fn without_zeros(text: &str) -> Option<Ipv4Addr> {
    let mut numbers = text.split('.').map(|digits| {
        let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.trim_start_matches('0');
        is_number
            .then(|| {
                if number.is_empty() {
                    Ok(0)
                } else {
                    number.parse::<u8>()
                }
            })?
            .ok()
    });
    let mut octets = [0; 4];
    for octet in &mut octets {
        *octet = numbers.next()??;
    }
    numbers.next().is_none().then(|| octets.into())
}

/// A network prefix without host bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

impl Prefix {
    /// The prefix of `length` bits that contains `address`.
    pub fn containing(address: IpAddr, length: u8) -> Self {
        let address = match address {
            IpAddr::V4(v4) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(length.min(32)))
                    .unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask))
            }
            IpAddr::V6(v6) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(length.min(128)))
                    .unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask))
            }
        };
        Self {
            address,
            length: length.min(IpFamily::of(address).bits()),
        }
    }

    /// The first address.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// The number of leading bits that all addresses of the prefix share.
    pub fn length(self) -> u8 {
        self.length
    }

    /// The family of its addresses.
    pub fn family(self) -> IpFamily {
        IpFamily::of(self.address)
    }

    /// The last address.
    pub fn last(self) -> IpAddr {
        match self.address {
            IpAddr::V4(first) => {
                let rest = u32::MAX.checked_shr(u32::from(self.length)).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(first.to_bits() | rest))
            }
            IpAddr::V6(first) => {
                let rest = u128::MAX.checked_shr(u32::from(self.length)).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(first.to_bits() | rest))
            }
        }
    }

    /// Whether all addresses of `other` are in this prefix.
    pub fn contains(self, other: Self) -> bool {
        self.family() == other.family()
            && self.length <= other.length
            && Self::containing(other.address, self.length) == self
    }

    /// The prefix that contains only this address.
    pub fn single(address: IpAddr) -> Self {
        Self::containing(address, 128)
    }

    /// Whether it holds exactly one address.
    pub fn is_single_address(self) -> bool {
        self.length == self.family().bits()
    }
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

/// Parses a prefix as the Kubernetes API does (CEL's `isCIDR`), and refuses host bits.
pub fn parse_prefix(text: &str) -> Result<Prefix, AddressError> {
    let (address, length) = text.split_once('/').ok_or(AddressError::NoPrefix)?;
    let (Some(address), Some(length)) = (address.parse().ok(), length_of(length)) else {
        return Err(prefix_error(address, length));
    };
    if length > IpFamily::of(address).bits() {
        return Err(AddressError::NoPrefix);
    }
    if is_mapped(address) {
        return Err(AddressError::MappedPrefix);
    }
    let prefix = Prefix::containing(address, length);
    if prefix.address == address {
        Ok(prefix)
    } else {
        Err(AddressError::HostBits(prefix))
    }
}

/// The length that the text says, in as few digits as it takes.
fn length_of(text: &str) -> Option<u8> {
    let canonical =
        text.bytes().all(|b| b.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    text.parse().ok().filter(|_| canonical)
}

/// What is wrong with a prefix of which one of both does not parse.
fn prefix_error(address: &str, length: &str) -> AddressError {
    let v4 = without_zeros(address).map(IpAddr::from);
    let known = v4.or_else(|| parse_ip(address).ok());
    // Of several zeros before the length of an IPv6 prefix, CEL can't take away more than one at a reasonable cost.
    let shorter = match v4 {
        Some(_) => length.trim_start_matches('0'),
        None => length.strip_prefix('0').unwrap_or(length),
    };
    let bits = if shorter.is_empty() && !length.is_empty() {
        Some(0)
    } else {
        length_of(shorter)
    };
    match (known, bits) {
        (Some(address), Some(bits)) if bits <= IpFamily::of(address).bits() => {
            AddressError::PrefixLeadingZeros
        }
        _ => AddressError::NoPrefix,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Verdict and text of each line of the table that the cluster tests send to a real API server.
    fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
        include_str!("../testdata/addresses.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let (verdict, text) = line.split_once('|').expect("verdict|text|");
                (verdict.trim(), text.strip_suffix('|').expect("a bar"))
            })
    }

    #[test]
    fn texts_are_what_the_table_says() {
        for (verdict, text) in table() {
            let its = match (parse_ip(text), parse_prefix(text)) {
                (Ok(_), Err(_)) => "ip",
                (Err(_), Ok(_)) => "prefix",
                (Err(_), Err(AddressError::HostBits(_))) => "host",
                (Err(_), Err(_)) => "no",
                (Ok(_), Ok(_)) => "both",
            };
            assert_eq!(its, verdict, "{text}");
        }
    }

    #[test]
    fn errors_say_what_is_wrong() {
        let said = |text: &str| {
            let prefix = parse_prefix(text).map(drop);
            let result = if text.contains('/') {
                prefix
            } else {
                parse_ip(text).map(drop)
            };
            result.unwrap_err().to_string()
        };
        for (text, expected) in [
            ("10.0.0", words::IP),
            ("10.0.0.256", words::IP),
            ("10.0.0.01", words::IP_ZEROS),
            ("000.0.0.0", words::IP_ZEROS),
            ("::10.0.0.01", words::IP),
            ("::ffff:10.0.0.1", words::IP_MAPPED),
            ("10.0.0.0/33", words::CIDR),
            ("10.0.0/8", words::CIDR),
            ("10.0.0.0/", words::CIDR),
            ("10.0.0.0/0033", words::CIDR),
            ("10.0.0.0/08", words::CIDR_ZEROS),
            ("10.0.0.0/000", words::CIDR_ZEROS),
            ("010.0.0.0/8", words::CIDR_ZEROS),
            ("2001:db8::/032", words::CIDR_ZEROS),
            ("::ffff:10.0.0.0/104", words::CIDR_MAPPED),
            ("::ffff:10.0.0.0/129", words::CIDR),
            ("10.1.2.3/16", words::CIDR_BITS),
            ("2001:db8::1/32", words::CIDR_BITS),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn spelling_does_not_matter() {
        for (one, other) in [("2001:DB8::1", "2001:db8:0::1"), ("::10.0.0.1", "::a00:1")] {
            assert_eq!(parse_ip(one), parse_ip(other));
        }
        assert_eq!(parse_prefix("FD00:0::/8"), parse_prefix("fd00::/8"));
    }

    proptest::proptest! {
        #[test]
        fn a_prefix_contains_what_it_was_made_from(bits: u128, v4: bool, length in 0u8..=128) {
            let address = if v4 {
                IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap()))
            } else {
                IpAddr::V6(Ipv6Addr::from_bits(bits))
            };
            let prefix = Prefix::containing(address, length);
            proptest::prop_assert_eq!(Prefix::containing(prefix.address(), length), prefix);
            proptest::prop_assert_eq!(prefix.family(), IpFamily::of(address));
            proptest::prop_assert!(prefix.address() <= address && address <= prefix.last());
            for end in [prefix.address(), prefix.last(), address] {
                proptest::prop_assert!(prefix.contains(Prefix::single(end)));
            }
            proptest::prop_assert_eq!(prefix.length() == 0 || !prefix.contains(Prefix::containing(address, prefix.length() - 1)), true);
            let mapped = matches!(prefix.address(), IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
            if !mapped {
                proptest::prop_assert_eq!(parse_prefix(&prefix.to_string()), Ok(prefix));
            }
        }
    }

    #[test]
    fn addresses_that_no_interface_can_have() {
        for (text, expected) in [
            ("0.0.0.0", Some("the unspecified address")),
            ("::", Some("the unspecified address")),
            ("127.0.0.1", Some("a loopback address")),
            ("127.255.0.1", Some("a loopback address")),
            ("::1", Some("a loopback address")),
            ("224.0.0.1", Some("a multicast address")),
            ("ff02::1", Some("a multicast address")),
            ("255.255.255.255", Some("the broadcast address")),
            ("10.0.0.255", None),
            ("169.254.0.1", None),
            ("0.0.0.1", None),
            ("fe80::1", None),
            ("2001:db8::1", None),
        ] {
            let address = text.parse().unwrap();
            assert_eq!(unusable(address), expected, "{text}");
        }
    }
}
