// SPDX-License-Identifier: Apache-2.0

//! Tables in Markdown that people can read as they are.

/// A column: its title, and the cell of a row.
pub(crate) type Column<R> = (&'static str, fn(&R) -> String);

/// One line per row, every column as wide as its widest cell.
pub(crate) fn table<R>(columns: &[Column<R>], rows: &[R]) -> String {
    let columns: Vec<Vec<String>> = columns
        .iter()
        .map(|(title, cell)| {
            let cells = rows.iter().map(cell);
            std::iter::once((*title).to_owned()).chain(cells).collect()
        })
        .collect();
    let widths: Vec<usize> = columns.iter().map(|column| widest(column)).collect();
    let line = |at: usize| {
        let cells = columns.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(column, width)| format!("{:>width$}", column[at]))
            .collect();
        format!("| {} |", cells.join(" | "))
    };
    let rule: Vec<String> = widths
        .iter()
        .map(|width| format!("{}:", "-".repeat(width + 1)))
        .collect();
    let rule = format!("|{}|", rule.join("|"));
    let body = (1..=rows.len()).map(line);
    let lines: Vec<String> = [line(0), rule].into_iter().chain(body).collect();
    lines.join("\n")
}

fn widest(column: &[String]) -> usize {
    let width = |cell: &String| cell.chars().count();
    column.iter().map(width).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_as_wide_as_the_first() {
        let columns: [Column<(&str, u32)>; 2] = [
            ("name", |row| row.0.to_owned()),
            ("µs", |row| row.1.to_string()),
        ];
        let table = table(&columns, &[("a", 5), ("longer", 5000)]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines,
            [
                "|   name |   µs |",
                "|-------:|-----:|",
                "|      a |    5 |",
                "| longer | 5000 |",
            ]
        );
    }
}
