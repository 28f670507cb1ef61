// SPDX-License-Identifier: Apache-2.0

//! One aligned block.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ironcore_api::address::{IpFamily, Prefix};

/// An aligned block of addresses, without its family: the bits of its first address stand at the left of 128, whatever
/// the family. Blocks sort by their first address; of two that begin alike, the larger comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Block {
    first: u128,
    length: u8,
}

impl Block {
    /// The block of `length` bits that begins at `first`, whose further bits are 0.
    pub(crate) fn at(first: u128, length: u8) -> Self {
        debug_assert_eq!(first & below(length), 0, "{first:x}/{length}");
        Self { first, length }
    }

    /// The bits of the first address.
    pub(crate) fn first(self) -> u128 {
        self.first
    }

    /// The bits of the last address, and 1 in each bit that the family does not have.
    pub(crate) fn last(self) -> u128 {
        self.first | below(self.length)
    }

    /// How many bits all addresses share.
    pub fn length(self) -> u8 {
        self.length
    }

    /// Whether all addresses of `other` are in this block.
    pub fn contains(self, other: Self) -> bool {
        self.length <= other.length && other.first & !below(self.length) == self.first
    }

    /// Whether the two have an address in common: one then contains the other.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// The block of `length` bits, no longer than this one's, that contains this one.
    pub(crate) fn widened(self, length: u8) -> Self {
        Self::at(self.first & !below(length), length)
    }

    /// The two halves, in order. Of an address on its own there are none.
    pub fn halves(self) -> [Self; 2] {
        let length = self.length + 1;
        let upper = self.first | (1_u128 << (128 - u32::from(length)));
        [Self::at(self.first, length), Self::at(upper, length)]
    }

    /// The block that makes up the next larger one together with this one.
    pub(crate) fn buddy(self) -> Self {
        let bit = 1_u128 << (128 - u32::from(self.length));
        Self::at(self.first ^ bit, self.length)
    }

    /// The block as a prefix of `family`.
    pub fn prefix(self, family: IpFamily) -> Prefix {
        let address = match family {
            IpFamily::IPv4 => {
                let bits = u32::try_from(self.first >> 96).unwrap_or_default();
                IpAddr::V4(Ipv4Addr::from_bits(bits))
            }
            IpFamily::IPv6 => IpAddr::V6(Ipv6Addr::from_bits(self.first)),
        };
        Prefix::containing(address, self.length)
    }
}

impl From<Prefix> for Block {
    fn from(prefix: Prefix) -> Self {
        let first = match prefix.address() {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        Self::at(first, prefix.length())
    }
}

/// The bits beyond the first `length`.
fn below(length: u8) -> u128 {
    u128::MAX.checked_shr(u32::from(length)).unwrap_or(0)
}
