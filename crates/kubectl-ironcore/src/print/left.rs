// SPDX-License-Identifier: Apache-2.0

//! `left` as text.

use ni_controller::plan::some_of;

use super::Page;
use super::paint::{faint, strong};
use super::table::{NONE, table};
use crate::left::{Cell, Fits, Left};

/// Cells in a line of a picture.
const CELLS: usize = 64;

/// A line for each parent; with `blocks` the picture of each.
pub fn left(all: &[Left], blocks: bool, page: Page) -> String {
    if all.is_empty() {
        return "No parent Prefixes or public pools found.\n".to_owned();
    }
    let rows = all.iter().map(|left| {
        let prefix = &left.prefix;
        let pool = if left.public_pool { " (public)" } else { "" };
        let fits: Vec<String> = left.fits.iter().map(fits).collect();
        vec![
            prefix.namespace.clone(),
            format!("{}{pool}", prefix.name),
            left.block.clone(),
            format!("{}%", left.used_percent),
            left.largest_free.clone().unwrap_or(NONE.to_owned()),
            left.children.to_string(),
            fits.join(", "),
            waiting(left),
        ]
    });
    let columns = [
        "NAMESPACE",
        "PREFIX",
        "BLOCK",
        "USED",
        "LARGEST FREE",
        "PARTS",
        "STILL FIT",
        "WAITING",
    ];
    let mut text = table(page, &columns, rows);
    if blocks {
        for left in all {
            text.push_str(&picture(left, page));
        }
        text.push_str(&faint(
            "\n· free  ░ less than half used  ▒ half or more  █ used\n",
        ));
    }
    text
}

/// Of more than a million, how many digits.
fn fits(of: &Fits) -> String {
    let Fits { length, count } = *of;
    if count > 1_000_000 {
        format!(">10^{} /{length}", count.ilog10())
    } else {
        format!("{count} /{length}")
    }
}

fn waiting(left: &Left) -> String {
    let names = left.waiting.iter();
    let names: Vec<String> = names
        .map(|waiting| format!("{} ({})", waiting.prefix.name, waiting.asks))
        .collect();
    some_of(names.iter().map(String::as_str)).unwrap_or_default()
}

fn picture(left: &Left, page: Page) -> String {
    let cells = page
        .width
        .map_or(CELLS, |width| width.saturating_sub(2).clamp(8, CELLS));
    // A power of two, so that each line is an aligned block.
    let cells = 1 << cells.ilog2();
    let mut text = format!("\n{} {}\n", strong(&left.prefix), left.block);
    for line in left.cells.chunks(cells) {
        text.push_str("  ");
        text.extend(line.iter().map(|cell| match cell {
            Cell::Free => '·',
            Cell::Some => '░',
            Cell::Most => '▒',
            Cell::Used => '█',
        }));
        text.push('\n');
    }
    text
}
