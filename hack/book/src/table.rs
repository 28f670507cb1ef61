// SPDX-License-Identifier: Apache-2.0

//! Tables in Markdown.

use std::fmt::Write;

/// A table with these columns; a `|` in a cell is written so that it does not end the cell.
pub(crate) fn table<const N: usize>(columns: [&str; N], rows: &[[String; N]]) -> String {
    let mut text = String::new();
    line(&mut text, columns);
    line(&mut text, ["---"; N]);
    for row in rows {
        line(&mut text, row.each_ref().map(String::as_str));
    }
    text
}

fn line<const N: usize>(text: &mut String, cells: [&str; N]) {
    text.push('|');
    for cell in cells {
        let cell = cell.replace('|', r"\|");
        let _ = if cell.is_empty() {
            write!(text, " |")
        } else {
            write!(text, " {cell} |")
        };
    }
    text.push('\n');
}

/// As code.
pub(crate) fn code(text: &str) -> String {
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_in_their_cell() {
        let rows = [[code("a || b"), String::new()]];
        let expected = "| Rule | Note |\n| --- | --- |\n| `a \\|\\| b` | |\n";
        assert_eq!(table(["Rule", "Note"], &rows), expected);
    }
}
