// SPDX-License-Identifier: Apache-2.0

//! The benchmark's own arithmetic of addresses. It shares nothing with the allocator that it watches.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use anyhow::{Context, Result};
use ironcore_api::address::parse_prefix;
use rangemap::RangeInclusiveSet;

/// First and last address. IPv4 stands in IPv6's mapped range, so that both families are numbers of one kind.
pub(crate) type Range = RangeInclusive<u128>;

/// A set of addresses: ranges that touch are one.
pub(crate) type Set = RangeInclusiveSet<u128>;

/// What a CIDR stands for.
pub(crate) fn range(text: &str) -> Result<Range> {
    let block = parse_prefix(text).with_context(|| format!("{text:?} is not a CIDR"))?;
    Ok(bits(block.address())..=bits(block.last()))
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Whether a range has no address beyond another.
pub(crate) fn is_inside(inner: &Range, outer: &Range) -> bool {
    outer.contains(inner.start()) && outer.contains(inner.end())
}

/// How many ranges of a set have an address that `other` does not have.
pub(crate) fn beyond(set: &Set, other: &Set) -> usize {
    let left = |range: &&Range| other.gaps(range).next().is_some();
    set.iter().filter(left).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Range {
        range(text).expect("a CIDR")
    }

    fn set(texts: &[&str]) -> Set {
        texts.iter().map(|text| of(text)).collect()
    }

    #[test]
    fn cidrs_of_both_families_are_ranges() {
        let four = of("10.0.0.4/30");
        assert_eq!(four.end() - four.start(), 3);
        assert_eq!(*of("::/0").end(), u128::MAX);
        let six = of("2001:db8::/64");
        assert_eq!(six.end() - six.start(), u128::from(u64::MAX));
        assert!(is_inside(&four, &of("10.0.0.0/8")));
        assert!(!is_inside(&of("10.0.0.0/8"), &four));
        for wrong in ["10.0.0.0/33", "2001:db8::/129", "x/1"] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_overlap_is_seen_from_either_side() {
        for (one, other) in [
            ("10.0.0.0/24", "10.0.0.7/32"),
            ("10.0.0.7/32", "10.0.0.0/24"),
            ("10.0.0.7/32", "10.0.0.7/32"),
        ] {
            assert!(set(&[one]).overlaps(&of(other)), "{one} {other}");
        }
        let neighbours = set(&["10.0.0.0/32", "10.0.0.2/32"]);
        assert!(!neighbours.overlaps(&of("10.0.0.1/32")));
    }

    #[test]
    fn what_one_set_has_beyond_another_is_counted() {
        let dense = set(&["10.0.0.0/31", "10.0.0.2/31"]);
        assert_eq!(dense, set(&["10.0.0.0/30"]));
        assert_eq!(beyond(&dense, &set(&["10.0.0.0/24"])), 0);
        assert_eq!(beyond(&dense, &set(&["10.0.0.0/31"])), 1);
        let holes = set(&["10.0.0.0/32", "10.0.0.2/32"]);
        assert_eq!(beyond(&holes, &dense), 0);
        assert_eq!(beyond(&dense, &holes), 1);
        assert_eq!(beyond(&holes, &Set::new()), 2);
    }
}
