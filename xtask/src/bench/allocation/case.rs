// SPDX-License-Identifier: Apache-2.0

//! What is granted in each case.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::bench::harness::random::pick;

/// A case's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
pub(crate) enum Which {
    /// 10,000 single addresses from a /16
    Dense,
    /// 10,000 /64 from a /32
    Ipv6,
    /// 10,000 single addresses that name themselves, with one of twenty left out at random
    Holes,
    /// 10,000 blocks of four lengths: after three quarters of them each further one follows the deletion of another
    Mixed,
    /// 2,000 machines with one interface, which has one ephemeral address
    Machines,
    /// 2,000 machines with one interface, which has one ephemeral address and an ephemeral virtual IP with a public one
    MachinesPublic,
    /// 65,000 single addresses from a /16
    DenseFull,
    /// 62,000 single addresses that name themselves, from a /16 with one of twenty left out at random
    HolesFull,
}

/// A case to measure.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Case {
    pub(crate) which: Which,
    /// How many children ask, or machines.
    pub(crate) count: u32,
    pub(crate) rounds: u32,
}

/// What a child asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// This very block.
    Block(String),
    /// Any block of so many bits.
    Length(u8),
}

/// One address of so many is left out in each group of this size.
const GROUP: u32 = 20;
const IPV4: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 0);
const PUBLIC: Ipv4Addr = Ipv4Addr::new(172, 16, 0, 0);
const IPV6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);

impl Which {
    /// All of them, in the order in which they are measured.
    pub(crate) const ALL: [Self; 8] = [
        Self::Dense,
        Self::Ipv6,
        Self::Holes,
        Self::Mixed,
        Self::Machines,
        Self::MachinesPublic,
        Self::DenseFull,
        Self::HolesFull,
    ];

    /// Whether machines ask, by their interfaces.
    pub(crate) fn is_of_machines(self) -> bool {
        matches!(self, Self::Machines | Self::MachinesPublic)
    }

    /// Whether it is measured only if that is asked for.
    pub(crate) fn is_full(self) -> bool {
        matches!(self, Self::DenseFull | Self::HolesFull)
    }

    /// As it is written.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// The case of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }
}

impl Case {
    /// With its own numbers.
    pub(crate) fn of(which: Which) -> Self {
        let (count, rounds) = match which {
            Which::Dense => (10_000, 3),
            Which::Ipv6 | Which::Holes | Which::Mixed => (10_000, 1),
            Which::Machines | Which::MachinesPublic => (2_000, 1),
            Which::DenseFull => (65_000, 1),
            Which::HolesFull => (62_000, 1),
        };
        Self {
            which,
            count,
            rounds,
        }
    }

    /// With another number of children or machines.
    pub(crate) fn with_count(self, count: u32) -> Self {
        Self { count, ..self }
    }

    /// How many blocks are granted once the first `count` children or machines have all that they ask for.
    pub(crate) fn grants_of(&self, count: u32) -> u32 {
        if self.has_public() { 2 * count } else { count }
    }

    /// How many blocks are granted in all.
    pub(crate) fn grants(&self) -> u32 {
        self.grants_of(self.count)
    }

    /// Its name.
    pub(crate) fn name(&self) -> String {
        self.which.name()
    }

    /// Whether machines ask, by their interfaces.
    pub(crate) fn is_of_machines(&self) -> bool {
        self.which.is_of_machines()
    }

    /// Whether each interface has a public address as well.
    pub(crate) fn has_public(&self) -> bool {
        self.which == Which::MachinesPublic
    }

    /// `IPv4` or `IPv6`.
    pub(crate) fn family(&self) -> &'static str {
        if self.which == Which::Ipv6 {
            "IPv6"
        } else {
            "IPv4"
        }
    }

    /// The parent's block.
    pub(crate) fn parent(&self) -> String {
        match self.which {
            Which::Ipv6 => format!("{IPV6}/32"),
            Which::Mixed => format!("{IPV4}/8"),
            _ => format!("{IPV4}/16"),
        }
    }

    /// The block of the public pool.
    pub(crate) fn public() -> String {
        format!("{PUBLIC}/16")
    }

    /// The public address that the floor gives to the interface of machine number `number`: not the pool's first.
    pub(crate) fn public_address(number: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(PUBLIC.to_bits() + 1 + number)
    }

    /// What child number `number` asks for.
    pub(crate) fn asks(&self, number: u32) -> Asks {
        match self.which {
            Which::Holes | Which::HolesFull => Asks::Block(self.block(number)),
            _ => Asks::Length(self.length(number)),
        }
    }

    fn length(&self, number: u32) -> u8 {
        match self.which {
            Which::Ipv6 => 64,
            Which::Mixed => match pick(number.into(), 20) {
                0..12 => 32,
                12..16 => 30,
                16..19 => 28,
                _ => 24,
            },
            _ => 32,
        }
    }

    /// The block that the floor gives to child number `number`: no other's.
    pub(crate) fn block(&self, number: u32) -> String {
        let length = self.length(number);
        let four = |offset: u32| Ipv4Addr::from_bits(IPV4.to_bits() + offset);
        match self.which {
            Which::Ipv6 => {
                let bits = IPV6.to_bits() + (u128::from(number) << 64);
                format!("{}/{length}", Ipv6Addr::from_bits(bits))
            }
            // Each has as much as the largest takes.
            Which::Mixed => format!("{}/{length}", four(number * 256)),
            Which::Holes | Which::HolesFull => {
                let (group, place) = (number / (GROUP - 1), number % (GROUP - 1));
                let hole = pick(group.into(), GROUP);
                let offset = group * GROUP + place + u32::from(place >= hole);
                format!("{}/{length}", four(offset))
            }
            _ => format!("{}/{length}", four(number)),
        }
    }

    /// The children in parts: each begins when all of those before are Allocated.
    pub(crate) fn parts(&self) -> Vec<Range<u32>> {
        let first = match self.which {
            Which::Mixed => self.first_part(),
            _ => self.count,
        };
        let parts = [0..first, first..self.count].into_iter();
        parts.filter(|part| !part.is_empty()).collect()
    }

    fn first_part(&self) -> u32 {
        self.count - self.count / 4
    }

    /// Which child is deleted before number `number` is made: one of the first part, and each at most once.
    pub(crate) fn victim(&self, number: u32) -> Option<u32> {
        let after = number.checked_sub(self.first_part())?;
        (self.which == Which::Mixed).then(|| after * 3 + pick(after.into(), 3))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::blocks::{Set, beyond, is_inside, range};
    use super::*;

    #[test]
    fn the_floors_blocks_lie_in_the_parent_and_do_not_overlap() {
        for which in Which::ALL {
            let case = Case::of(which);
            let parent = range(&case.parent()).expect("a CIDR");
            let mut held = Set::new();
            for number in 0..case.count {
                let block = case.block(number);
                let range = range(&block).expect("a CIDR");
                assert!(is_inside(&range, &parent), "{block}");
                assert!(!held.overlaps(&range), "{block}");
                held.insert(range);
            }
        }
    }

    #[test]
    fn one_of_twenty_addresses_is_a_hole() {
        let case = Case::of(Which::Holes).with_count(1900);
        let of = |text: &str| range(text).expect("a CIDR");
        let all: Set = (0..1900).map(|number| of(&case.block(number))).collect();
        let whole: Set = [of("10.0.0.0/16")].into_iter().collect();
        assert_eq!(beyond(&whole, &all), 1);
        let last = of(&case.block(1899)).start() - of("10.0.0.0/32").start();
        assert!((1998..2000).contains(&last));
    }

    #[test]
    fn each_victim_is_of_the_first_part_and_deleted_once() {
        for count in [4, 5, 6, 7, 1000, 10_000] {
            let case = Case::of(Which::Mixed).with_count(count);
            let victims: Vec<u32> = (0..count).filter_map(|at| case.victim(at)).collect();
            assert_eq!(u32::try_from(victims.len()), Ok(count / 4));
            assert!(victims.iter().all(|victim| *victim < case.first_part()));
            assert_eq!(victims.iter().collect::<HashSet<_>>().len(), victims.len());
        }
        assert_eq!(Case::of(Which::Dense).victim(9_999), None);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for which in Which::ALL {
            assert_eq!(Which::named(&which.name()), Some(which));
        }
    }
}
