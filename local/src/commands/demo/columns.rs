// SPDX-License-Identifier: Apache-2.0

//! What `kubectl get` shows: the API server's own columns.

use anyhow::{Context, Result};
use kube::Client;
use serde_json::Value;

/// The server's table of the objects at `path`, as aligned text.
pub(super) async fn show(client: &Client, path: &str) -> Result<String> {
    let request = http::Request::get(path)
        .header("accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
        .body(Vec::new())?;
    let table: Value = client
        .request(request)
        .await
        .with_context(|| format!("reading {path}"))?;
    let columns: Vec<usize> = list(&table, "columnDefinitions")
        .iter()
        .enumerate()
        .filter(|(_, column)| column["priority"] == 0)
        .map(|(at, _)| at)
        .collect();
    let header = columns.iter().map(|at| {
        table["columnDefinitions"][at]["name"]
            .to_string()
            .to_uppercase()
    });
    let mut rows = vec![
        header
            .map(|name| name.trim_matches('"').to_owned())
            .collect::<Vec<_>>(),
    ];
    rows.extend(
        list(&table, "rows")
            .iter()
            .map(|row| columns.iter().map(|at| cell(&row["cells"][at])).collect()),
    );
    Ok(align(&rows))
}

fn list<'a>(table: &'a Value, field: &str) -> &'a [Value] {
    table[field].as_array().map_or(&[], Vec::as_slice)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Columns as wide as their widest cell, three spaces apart.
fn align(rows: &[Vec<String>]) -> String {
    let width = |at: usize| {
        rows.iter()
            .filter_map(|row| row.get(at))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("   ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_stand_below_each_other() {
        let rows = [["NAME", "AGE"], ["machine", "1s"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(align(&rows), "NAME      AGE\nmachine   1s");
    }
}
