// SPDX-License-Identifier: Apache-2.0

//! Tables as kubectl prints them.

use comfy_table::{ContentArrangement, Table, presets};

use super::Page;

/// A cell of what does not exist.
pub(super) const NONE: &str = "-";

/// A table with these columns.
pub(super) fn table(
    page: Page,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(columns);
    table.add_rows(rows);
    if let Some(width) = page.width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(u16::try_from(width).unwrap_or(u16::MAX));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}
