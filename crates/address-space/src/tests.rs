// SPDX-License-Identifier: Apache-2.0

//! The space against a naive model: a set of addresses.

use std::collections::BTreeSet;

use ironcore_api::address::{Prefix, parse_prefix};
use proptest::prelude::*;

use super::*;

fn prefix(text: &str) -> Prefix {
    parse_prefix(text).expect("a prefix")
}

fn texts(cover: &Cover, like: Prefix) -> Vec<String> {
    let blocks = cover.iter();
    blocks
        .map(|block| block.prefix(like.family()).to_string())
        .collect()
}

/// The space 10.0.0.0/24 or `2001:db8::/120` by its 256 addresses: how many hold each.
struct Naive {
    root: Prefix,
    held: Vec<Prefix>,
}

impl Naive {
    fn new(v4: bool) -> Self {
        let root = prefix(if v4 { "10.0.0.0/24" } else { "2001:db8::/120" });
        Self {
            root,
            held: Vec::new(),
        }
    }

    /// The block of `depth` further bits in which the address `at` lies.
    fn block(&self, at: u8, depth: u8) -> Prefix {
        let first = Block::from(self.root).first();
        let shift = 128 - u32::from(self.root.family().bits());
        let block = Block::at(first | u128::from(at) << shift, self.root.family().bits());
        block
            .widened(self.root.length() + depth)
            .prefix(self.root.family())
    }

    fn addresses(&self, block: Prefix) -> BTreeSet<u8> {
        let (root, block) = (Block::from(self.root), Block::from(block));
        let shift = 128 - u32::from(self.root.family().bits());
        let offset =
            |bits: u128| u8::try_from((bits - root.first()) >> shift).expect("it lies inside");
        (offset(block.first())..=offset(block.last())).collect()
    }

    fn used(&self) -> BTreeSet<u8> {
        let held = self.held.iter();
        held.flat_map(|block| self.addresses(*block)).collect()
    }

    fn lowest(&self, depth: u8, avoid: &BTreeSet<u8>) -> Option<Prefix> {
        let used = self.used();
        let mut blocks = (0..=255).map(|at| self.block(at, depth));
        blocks.find(|block| {
            let addresses = self.addresses(*block);
            addresses.is_disjoint(&used) && addresses.is_disjoint(avoid)
        })
    }
}

#[derive(Clone, Debug)]
enum Op {
    Hold(u8, u8),
    Release(usize),
    Lowest(u8),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        (any::<u8>(), 1_u8..=8).prop_map(|(at, depth)| Op::Hold(at, depth)),
        (0_usize..100).prop_map(Op::Release),
        (1_u8..=8).prop_map(Op::Lowest),
        (5_u8..=8).prop_map(Op::Lowest),
    ]
}

proptest! {
    /// What is held by hand may overlap; what is chosen never does, lies inside, and is the lowest.
    #[test]
    fn a_space_is_what_a_set_of_addresses_is(v4: bool, ops in prop::collection::vec(op(), 0..120)) {
        let mut naive = Naive::new(v4);
        let mut space = Space::of(naive.root);
        for op in ops {
            match op {
                Op::Hold(at, depth) => {
                    let block = naive.block(at, depth);
                    naive.held.push(block);
                    space.hold(block);
                }
                Op::Release(which) if !naive.held.is_empty() => {
                    let block = naive.held.remove(which % naive.held.len());
                    space.release(block);
                }
                Op::Release(_) => {}
                Op::Lowest(depth) => {
                    let length = naive.root.length() + depth;
                    let expected = naive.lowest(depth, &BTreeSet::new());
                    prop_assert_eq!(space.room().is_some_and(|room| room <= length), expected.is_some());
                    let block = space.draft().take_lowest(length);
                    prop_assert_eq!(block, expected);
                    if let Some(block) = block {
                        prop_assert!(space.is_free(block));
                        naive.held.push(block);
                        space.hold(block);
                    }
                }
            }
            let used = naive.used();
            let covered: BTreeSet<u8> = space.used().iter()
                .flat_map(|block| naive.addresses(block.prefix(naive.root.family()))).collect();
            prop_assert_eq!(&covered, &used);
            prop_assert_eq!(space.is_empty(), naive.held.is_empty());
            let percent = used.len() * 100 / 256;
            prop_assert_eq!(usize::from(space.draft().used_percent()), percent);
        }
        // The root may become known last, or be another one for a time.
        let mut late = Space::default();
        naive.held.iter().for_each(|block| late.hold(*block));
        prop_assert_eq!((late.room(), late.used().len()), (None, 0));
        late.set_root(naive.block(0, 1));
        late.set_root(naive.root);
        prop_assert_eq!(&late, &space);
        for block in std::mem::take(&mut naive.held) {
            space.release(block);
        }
        prop_assert_eq!(space, Space::of(naive.root));
    }

    /// A draft chooses what the space would choose one after the other, and passes over what is kept or rests.
    #[test]
    fn a_draft_is_as_holding_one_after_the_other(
        v4: bool,
        held in prop::collection::vec((any::<u8>(), 2_u8..=8), 0..40),
        kept in prop::collection::vec((any::<u8>(), 3_u8..=8), 0..4),
        resting in prop::collection::vec((any::<u8>(), 2_u8..=8), 0..8),
        asked in prop::collection::vec((any::<bool>(), any::<u8>(), 1_u8..=8), 0..60),
    ) {
        let mut naive = Naive::new(v4);
        let mut space = Space::of(naive.root);
        for (at, depth) in held {
            naive.held.push(naive.block(at, depth));
            space.hold(naive.block(at, depth));
        }
        let mut draft = space.draft();
        let (mut never, mut rather_not) = (BTreeSet::new(), BTreeSet::new());
        for (at, depth) in kept {
            draft.keep(naive.block(at, depth));
            never.extend(naive.addresses(naive.block(at, depth)));
        }
        for (at, depth) in resting {
            draft.rest(naive.block(at, depth));
            rather_not.extend(naive.addresses(naive.block(at, depth)));
        }
        rather_not.extend(&never);
        for (named, at, depth) in asked {
            let length = naive.root.length() + depth;
            if named {
                let block = naive.block(at, depth);
                let free = naive.addresses(block).is_disjoint(&naive.used());
                prop_assert_eq!(draft.take(block), free);
                naive.held.extend(free.then_some(block));
            } else {
                let expected = naive.lowest(depth, &rather_not).or_else(|| naive.lowest(depth, &never));
                prop_assert_eq!(draft.take_lowest(length), expected);
                naive.held.extend(expected);
            }
        }
        let largest = (1..=8).find_map(|depth| naive.lowest(depth, &BTreeSet::new()));
        prop_assert_eq!(draft.largest_free(), largest);
        let room = (1..=8).find_map(|depth| naive.lowest(depth, &never));
        prop_assert_eq!(draft.room(), room.map(Prefix::length));
        prop_assert_eq!(usize::from(draft.used_percent()), naive.used().len() * 100 / 256);
        let covered: BTreeSet<u8> = draft.used().iter()
            .flat_map(|block| naive.addresses(block.prefix(naive.root.family()))).collect();
        prop_assert_eq!(covered, naive.used());
    }

    /// Any two covers of the same addresses are the same list, and no list is shorter: no two blocks could be one.
    #[test]
    fn a_cover_is_the_smallest_list(blocks in prop::collection::vec((any::<u8>(), 0_u8..=8), 0..60)) {
        let naive = Naive::new(true);
        let blocks: Vec<Block> = blocks.into_iter().map(|(at, depth)| naive.block(at, depth).into()).collect();
        let cover: Cover = blocks.iter().copied().collect();
        let singles = |blocks: &mut dyn Iterator<Item = Block>| -> BTreeSet<u8> {
            blocks.flat_map(|block| naive.addresses(block.prefix(naive.root.family()))).collect()
        };
        let covered = singles(&mut cover.iter());
        prop_assert_eq!(&covered, &singles(&mut blocks.iter().copied()));
        for block in &blocks {
            let missing: BTreeSet<u8> = singles(&mut cover.missing(naive.root.into()).into_iter());
            prop_assert!(cover.contains(*block) && cover.missing(*block).is_empty());
            prop_assert!(missing.is_disjoint(&covered) && missing.len() + covered.len() == 256);
        }
        let by_address: Cover = covered.iter().rev().map(|at| Block::from(naive.block(*at, 8))).collect();
        prop_assert_eq!(&by_address, &cover);
        let listed: Vec<Block> = cover.iter().collect();
        prop_assert!(listed.windows(2).all(|pair| pair[0].last() < pair[1].first()));
        prop_assert!(listed.windows(2).all(|pair| pair[0].length() != pair[1].length() || pair[0].buddy() != pair[1]));
    }
}

#[test]
fn the_whole_of_either_family_is_a_space() {
    for (root, half, other_half, single) in [
        (
            "0.0.0.0/0",
            "0.0.0.0/1",
            "128.0.0.0/1",
            "255.255.255.255/32",
        ),
        (
            "::/0",
            "::/1",
            "8000::/1",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
        ),
    ] {
        let root = prefix(root);
        let mut space = Space::of(root);
        assert_eq!(space.largest_free(), Some(prefix(half)));
        assert_eq!(space.draft().largest_free(), Some(prefix(half)));
        assert_eq!((space.draft().used_percent(), space.used().len()), (0, 0));
        assert_eq!(space.fragments(), 1);
        space.hold(prefix(single));
        assert_eq!(space.used().len(), 1);
        // All lengths but that of the root.
        assert_eq!(space.fragments(), usize::from(root.family().bits()));
        assert_eq!(space.largest_free(), Some(prefix(half)));
        assert_eq!(
            (space.draft().used_percent(), texts(&space.used(), root)),
            (0, vec![single.to_owned()])
        );
        assert_eq!(space.draft().take_lowest(1), Some(prefix(half)));
        space.hold(prefix(half));
        assert_eq!((space.draft().used_percent(), space.room()), (50, Some(2)));
        space.hold(prefix(other_half));
        assert_eq!(
            (space.draft().used_percent(), space.largest_free()),
            (100, None)
        );
        assert_eq!(texts(&space.used(), root), [root.to_string()]);
    }
}

#[test]
fn what_is_as_large_as_the_root_keeps_nothing_from_being_freed() {
    let (root, part) = (prefix("10.0.0.0/24"), prefix("10.0.0.0/26"));
    let mut space = Space::of(root);
    space.hold(root);
    space.hold(part);
    assert!(!space.is_free(part));
    space.release(part);
    assert!(space.is_free(part));
}

#[test]
fn a_space_is_full_only_when_the_last_address_is_held() {
    let mut space = Space::of(prefix("2001:db8::/32"));
    // All but one of 2^96 addresses.
    let mut block = Block::from(space.root().unwrap());
    while block.length() < 128 {
        let [lower, upper] = block.halves();
        space.hold(lower.prefix(space.root().unwrap().family()));
        block = upper;
    }
    assert_eq!(space.draft().used_percent(), 99);
    let last = space.largest_free().unwrap();
    assert_eq!(
        last.to_string(),
        "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff/128"
    );
    space.hold(last);
    assert_eq!((space.draft().used_percent(), space.fragments()), (100, 0));
}

#[test]
fn what_does_not_lie_inside_or_is_as_large_counts_for_nothing() {
    let mut space = Space::of(prefix("10.0.0.0/24"));
    for other in [
        "10.0.0.0/24",
        "10.0.0.0/8",
        "10.0.1.0/25",
        "2001:db8::/64",
        "a00::/24",
        "a00::/32",
    ] {
        space.hold(prefix(other));
        assert!(space.used().is_empty(), "{other}");
        assert!(
            !space.is_free(prefix(other)) && !space.draft().take(prefix(other)),
            "{other}"
        );
        space.release(prefix(other));
    }
    let mut draft = space.draft();
    assert_eq!(
        [0, 24, 33, 128].map(|length| draft.take_lowest(length)),
        [None; 4]
    );
    let single = Space::of(prefix("10.0.0.1/32"));
    assert_eq!(
        (
            single.largest_free(),
            single.room(),
            single.draft().used_percent()
        ),
        (None, None, 0)
    );
}
