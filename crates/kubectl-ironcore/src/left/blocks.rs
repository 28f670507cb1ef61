// SPDX-License-Identifier: Apache-2.0

//! A block as a picture: so many cells, each an aligned part of it.

use address_space::Block as Bits;
use ironcore_api::address::Prefix as Block;
use serde::Serialize;

/// A picture has at most 2 to the power of so many cells.
const MOST: u8 = 8;

/// How much of a part is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Cell {
    /// Nothing.
    Free,
    /// Less than half.
    Some,
    /// Half or more.
    Most,
    /// All.
    Used,
}

/// The picture of `root`, of which `free` is free: aligned blocks in order, none of which overlaps another.
pub fn cells(root: Block, free: &[Bits]) -> Vec<Cell> {
    let bits = (root.family().bits() - root.length()).min(MOST);
    let mut cells = Vec::new();
    fill(root.into(), bits, free, &mut cells);
    cells
}

fn fill(part: Bits, bits: u8, free: &[Bits], cells: &mut Vec<Cell>) {
    if bits == 0 {
        cells.push(cell(part, free));
        return;
    }
    for half in part.halves() {
        let inside: Vec<Bits> = free
            .iter()
            .copied()
            .filter(|free| half.overlaps(*free))
            .collect();
        fill(half, bits - 1, &inside, cells);
    }
}

/// How much of `part` is used, where `free` are the free blocks that have an address in common with it.
fn cell(part: Bits, free: &[Bits]) -> Cell {
    let depth = |free: &Bits| i32::from(free.length()) - i32::from(part.length());
    let share: f64 = free
        .iter()
        .map(|free| (-f64::from(depth(free))).exp2())
        .sum();
    match share {
        share if share >= 1.0 => Cell::Free,
        share if share > 0.5 => Cell::Some,
        share if share > 0.0 => Cell::Most,
        _ => Cell::Used,
    }
}

#[cfg(test)]
mod tests {
    use address_space::Space;
    use ironcore_api::address::parse_prefix;

    use super::*;

    fn picture(root: &str, held: &[&str]) -> String {
        let block = |text: &str| parse_prefix(text).expect("a block");
        let mut space = Space::of(block(root));
        for held in held {
            space.hold(block(held));
        }
        let free = space.used().missing(block(root).into());
        let cells = cells(block(root), &free).into_iter();
        let letters = cells.map(|cell| match cell {
            Cell::Free => '.',
            Cell::Some => 'o',
            Cell::Most => 'O',
            Cell::Used => '#',
        });
        letters.collect()
    }

    #[test]
    fn each_cell_says_how_much_of_its_part_is_used() {
        for (root, held, expected) in [
            ("10.0.0.0/30", &[][..], "...."),
            ("10.0.0.0/30", &["10.0.0.1/32", "10.0.0.2/32"], ".##."),
            ("10.0.0.0/29", &["10.0.0.4/30"], "....####"),
            ("fd00::/126", &["fd00::/127"], "##.."),
        ] {
            assert_eq!(picture(root, held), expected, "{root} {held:?}");
        }
        let large = picture(
            "10.0.0.0/16",
            &["10.0.0.1/32", "10.0.1.0/25", "10.0.255.0/24"],
        );
        assert_eq!(large.len(), 256);
        assert!(large.starts_with("oO.") && large.ends_with(".#"), "{large}");
    }
}
