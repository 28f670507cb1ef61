// SPDX-License-Identifier: Apache-2.0

//! What was measured: as tables, as JSON, and against what was to be reached.

mod beside;
mod creates;
mod memory;
mod server;
mod timing;

use serde::Serialize;

pub(crate) use beside::{BesideRow, Waits};
pub(crate) use creates::{CreatesRow, Speed};
pub(crate) use memory::MemoryRow;
pub(crate) use server::{Measured, ServerRow};
pub(crate) use timing::TimingRow;

use crate::bench::harness::table;
use crate::bench::harness::targets;

/// All that was measured; what was not is empty.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) server: Vec<ServerRow>,
    pub(crate) beside: Vec<BesideRow>,
    pub(crate) timing: Vec<TimingRow>,
    pub(crate) memory: Vec<MemoryRow>,
    pub(crate) creates: Vec<CreatesRow>,
}

/// An object of the JSON.
#[derive(Serialize)]
#[serde(tag = "figure", rename_all = "lowercase")]
pub(crate) enum Figure<'a> {
    Server(&'a ServerRow),
    Beside(&'a BesideRow),
    Timing(&'a TimingRow),
    Memory(&'a MemoryRow),
    Creates(&'a CreatesRow),
}

impl Report {
    /// Tables and targets, for people.
    pub(crate) fn text(&self) -> String {
        let sections = [
            section("The server", &server::COLUMNS, &self.server),
            section(
                "Small reviews beside large ones",
                &beside::COLUMNS,
                &self.beside,
            ),
            section("An answer, in memory", &timing::COLUMNS, &self.timing),
            section("Memory", &memory::COLUMNS, &self.memory),
            section(
                "Creates, by an API server",
                &creates::COLUMNS,
                &self.creates,
            ),
            self.targets(),
        ];
        sections.map(|section| section + "\n").concat()
    }

    /// All rows in one array, for programs.
    pub(crate) fn figures(&self) -> Vec<Figure<'_>> {
        let server = self.server.iter().map(Figure::Server);
        let beside = self.beside.iter().map(Figure::Beside);
        let timing = self.timing.iter().map(Figure::Timing);
        let memory = self.memory.iter().map(Figure::Memory);
        let creates = self.creates.iter().map(Figure::Creates);
        let servers = server.chain(beside);
        servers.chain(timing).chain(memory).chain(creates).collect()
    }

    fn targets(&self) -> String {
        let server = server::targets(&self.server);
        let beside = beside::targets(&self.beside);
        let timing = timing::target(&self.timing);
        let memory = self.memory.iter().map(memory::target);
        let servers = server.into_iter().chain(beside);
        targets::lines(servers.chain(timing).chain(memory))
    }
}

fn section<R>(title: &str, columns: &[table::Column<R>], rows: &[R]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!("{title}:\n\n{}\n", table::table(columns, rows))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_json_is_an_array_of_objects_that_say_what_they_are() {
        let report = Report {
            server: vec![server::tests::row(100, 100)],
            beside: vec![
                beside::tests::row(300.0, 30.0),
                beside::tests::row(300.0, 500.0),
            ],
            timing: vec![timing::tests::row(20.0)],
            memory: vec![memory::tests::row(15.0)],
            creates: vec![creates::tests::row()],
        };
        let json: Value = serde_json::to_value(report.figures()).expect("JSON");
        let rows = json.as_array().expect("an array").iter();
        let figures: Vec<&str> = rows.filter_map(|row| row["figure"].as_str()).collect();
        assert_eq!(
            figures,
            ["server", "beside", "beside", "timing", "memory", "creates"]
        );
        assert_eq!(json[0]["transport"], "h2");
        assert_eq!(json[0]["webhook"]["p99_us"], 100.0);
        let text = report.text();
        assert_eq!(text.matches("reached").count(), 6, "{text}");
    }

    #[test]
    fn what_was_not_measured_is_not_shown() {
        assert_eq!(Report::default().text().trim(), "");
    }
}
