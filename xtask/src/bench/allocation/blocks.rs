// SPDX-License-Identifier: Apache-2.0

//! The benchmark's own arithmetic of addresses. It shares nothing with the allocator that it watches.

use std::collections::BTreeMap;
use std::net::IpAddr;

use anyhow::{Context, Result};

/// First and last address. IPv4 stands in IPv6's mapped range, so that both families are numbers of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) first: u128,
    pub(crate) last: u128,
}

impl Range {
    /// What a CIDR stands for.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let what = || format!("{text:?} is not a CIDR");
        let (address, length) = text.split_once('/').with_context(what)?;
        let length: u32 = length.parse().with_context(what)?;
        let (first, host) = match address.parse().with_context(what)? {
            IpAddr::V4(address) => (
                address.to_ipv6_mapped().to_bits(),
                32_u32.checked_sub(length),
            ),
            IpAddr::V6(address) => (address.to_bits(), 128_u32.checked_sub(length)),
        };
        let host = host.with_context(what)?;
        let size = 1_u128.checked_shl(host).unwrap_or(0).wrapping_sub(1);
        Ok(Self {
            first,
            last: first | size,
        })
    }

    fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    fn contains(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }
}

/// Ranges, each with its holder's name.
#[derive(Debug, Default)]
pub(crate) struct Held(BTreeMap<(u128, String), u128>);

impl Held {
    /// Adds one; answers whether another had an address of it. (Correct for the first overlap, which is one too many.)
    pub(crate) fn insert(&mut self, range: Range, name: &str) -> bool {
        let from = (range.first, String::new());
        let before = self.0.range(..&from).next_back();
        let after = self.0.range(&from..).next();
        let mut neighbours = before.into_iter().chain(after);
        let overlaps = neighbours.any(|((first, _), last)| {
            let other = Range {
                first: *first,
                last: *last,
            };
            other.overlaps(range)
        });
        self.0.insert((range.first, name.to_owned()), range.last);
        overlaps
    }

    /// Removes one.
    pub(crate) fn remove(&mut self, range: Range, name: &str) {
        self.0.remove(&(range.first, name.to_owned()));
    }

    /// All of them.
    pub(crate) fn set(&self) -> Set {
        let ranges = self.0.iter();
        Set::of(ranges.map(|((first, _), last)| Range {
            first: *first,
            last: *last,
        }))
    }
}

/// A set of addresses: sorted ranges that neither overlap nor touch.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Set(Vec<Range>);

impl Set {
    /// The addresses of all these.
    pub(crate) fn of(ranges: impl Iterator<Item = Range>) -> Self {
        let mut ranges: Vec<Range> = ranges.collect();
        ranges.sort_unstable();
        let mut set: Vec<Range> = Vec::new();
        for range in ranges {
            match set.last_mut() {
                Some(last) if range.first <= last.last.saturating_add(1) => {
                    last.last = last.last.max(range.last);
                }
                _ => set.push(range),
            }
        }
        Self(set)
    }

    /// How many ranges of this have an address that `other` does not have.
    pub(crate) fn beyond(&self, other: &Self) -> usize {
        let inside = |range: &Range| {
            let at = other.0.partition_point(|known| known.first <= range.first);
            at > 0 && other.0[at - 1].contains(*range)
        };
        self.0.iter().filter(|range| !inside(range)).count()
    }

    /// Whether all are in `range`.
    pub(crate) fn is_inside(&self, range: Range) -> bool {
        self.0.iter().all(|part| range.contains(*part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(text: &str) -> Range {
        Range::parse(text).expect("a CIDR")
    }

    fn set(texts: &[&str]) -> Set {
        Set::of(texts.iter().map(|text| range(text)))
    }

    #[test]
    fn cidrs_of_both_families_are_ranges() {
        let four = range("10.0.0.4/30");
        assert_eq!(four.last - four.first, 3);
        assert_eq!(range("::/0").last, u128::MAX);
        assert_eq!(
            range("2001:db8::/64").last & u128::from(u64::MAX),
            u128::from(u64::MAX)
        );
        assert!(range("10.0.0.0/8").contains(four));
        for wrong in ["10.0.0.0", "10.0.0.0/33", "2001:db8::/129", "x/1"] {
            assert!(Range::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_overlap_is_seen_from_either_side() {
        for (one, other) in [
            ("10.0.0.0/24", "10.0.0.7/32"),
            ("10.0.0.7/32", "10.0.0.0/24"),
            ("10.0.0.7/32", "10.0.0.7/32"),
        ] {
            let mut held = Held::default();
            assert!(!held.insert(range(one), "a"));
            assert!(held.insert(range(other), "b"), "{one} {other}");
            held.remove(range(one), "a");
            assert_eq!(held.set(), set(&[other]));
        }
        let mut held = Held::default();
        for (at, text) in ["10.0.0.0/32", "10.0.0.2/32", "10.0.0.1/32"]
            .iter()
            .enumerate()
        {
            assert!(!held.insert(range(text), &at.to_string()), "{text}");
        }
    }

    #[test]
    fn what_one_set_has_beyond_another_is_counted() {
        let dense = set(&["10.0.0.0/31", "10.0.0.2/31"]);
        assert_eq!(dense, set(&["10.0.0.0/30"]));
        assert_eq!(dense.beyond(&set(&["10.0.0.0/24"])), 0);
        assert_eq!(dense.beyond(&set(&["10.0.0.0/31"])), 1);
        let holes = set(&["10.0.0.0/32", "10.0.0.2/32"]);
        assert_eq!(holes.beyond(&dense), 0);
        assert_eq!(dense.beyond(&holes), 1);
        assert_eq!(holes.beyond(&Set::default()), 2);
        assert!(holes.is_inside(range("10.0.0.0/30")));
        assert!(!holes.is_inside(range("10.0.0.0/31")));
    }
}
