//! The table.

use super::Row;

type Column = (&'static str, fn(&Row) -> String);

const COLUMNS: [Column; 13] = [
    ("machines", |row| row.machines.to_string()),
    ("interfaces", |row| row.interfaces.to_string()),
    ("wall s", |row| format!("{:.2}", row.wall_s)),
    ("floor s", |row| format!("{:.2}", row.floor_s)),
    ("ratio", |row| format!("{:.2}", row.ratio)),
    ("requests/if", |row| {
        format!("{:.2}", row.requests_per_interface)
    }),
    ("events", |row| row.events.to_string()),
    ("CPU s", |row| format!("{:.2}", row.cpu_s)),
    ("CPU ms/if", |row| {
        format!("{:.3}", row.cpu_ms_per_interface())
    }),
    ("peak MiB", |row| format!("{:.1}", row.peak_rss_mib)),
    ("latency ms p50/p99/max", |row| {
        let latency = &row.latency_ms;
        format!(
            "{:.1} / {:.1} / {:.1}",
            latency.p50, latency.p99, latency.max
        )
    }),
    ("two writes ms p50/p99", |row| {
        format!(
            "{:.1} / {:.1}",
            row.two_writes_ms.p50, row.two_writes_ms.p99
        )
    }),
    ("idle req/min", |row| {
        format!("{:.1}", row.idle_requests_per_min)
    }),
];

/// The rows for people, in Markdown.
pub(crate) fn table(rows: &[Row]) -> String {
    let columns: Vec<Vec<String>> = COLUMNS
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
    column.iter().map(String::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    #[test]
    fn every_line_is_as_wide_as_the_first() {
        let table = table(&[row(500, 300), row(5000, 3000)]);
        let widths: Vec<usize> = table.lines().map(str::len).collect();
        assert_eq!(widths.len(), 4);
        assert!(widths.iter().all(|width| *width == widths[0]), "{table}");
        assert!(table.contains("|      500 |"), "{table}");
    }
}
