// SPDX-License-Identifier: Apache-2.0

//! How many instructions an event takes. Unlike its time, that does not depend on the machine's caches, nor on what else it does, so it
//! shows whether an event does more work among more objects.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use super::happenings::Happening;
use super::report::Events;
use super::setup::Setup;
use crate::bench::harness::controller::Program;
use crate::bench::harness::output;
use crate::bench::harness::stats::{float, rounded};
use crate::bench::harness::table::{Column, table};
use crate::bench::harness::targets::{self, Target};

/// What ten microseconds are worth, at one instruction a cycle and 3 GHz.
const TEN_MICROSECONDS: f64 = 30_000.0;

/// What was counted among so many objects.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    objects: u64,
    /// The mean of an event's instructions, with all that follows from it, requests included.
    event_instructions: Events,
}

/// Counts in worlds of these sizes, one after the other.
pub(super) async fn count(
    program: &Program,
    dir: &Path,
    sizes: &[u64],
    events: u64,
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for objects in sizes {
        eprintln!("{objects} objects");
        rows.push(of_world(program, dir, *objects, events).await?);
    }
    Ok(rows)
}

async fn of_world(program: &Program, dir: &Path, objects: u64, events: u64) -> Result<Row> {
    let out = dir.join(format!("instructions-{objects}"));
    let mut setup = Setup::start(objects, dir, |kubeconfig| {
        program.start_under(Callgrind::tool(&out)?, kubeconfig, dir)
    })?;
    setup.controller.running.ready().await?;
    setup.controller.settle().await?;
    setup.check_rest().await?;
    let mut callgrind = Callgrind::begin(setup.controller.running.pid(), out)?;
    let mut event_instructions = Events::new();
    for happening in Happening::ALL {
        if !happening.can_happen(setup.objects) {
            continue;
        }
        eprintln!("{events} times {}", happening.name());
        callgrind.zero()?;
        for count in 0..events {
            setup.event(happening, count).await?;
        }
        let each = callgrind.instructions()? / float(events.max(1));
        event_instructions.insert(happening.name(), rounded(each));
    }
    setup.stop().await;
    Ok(Row {
        objects,
        event_instructions,
    })
}

/// A process under valgrind's callgrind.
struct Callgrind {
    pid: u32,
    /// Where it writes; the files are numbered.
    out: PathBuf,
    written: u32,
}

impl Callgrind {
    /// What runs a program that is not counted yet.
    fn tool(out: &Path) -> Result<Command> {
        let known = Command::new("valgrind").arg("--version").output();
        known.context("cannot run valgrind: --instructions needs it")?;
        let mut tool = Command::new("valgrind");
        tool.args(["--tool=callgrind", "--instr-atstart=no"])
            .arg(format!("--callgrind-out-file={}", out.display()));
        Ok(tool)
    }

    /// Begins to count.
    fn begin(pid: u32, out: PathBuf) -> Result<Self> {
        let this = Self {
            pid,
            out,
            written: 0,
        };
        this.control("instrumentation on")?;
        Ok(this)
    }

    /// Counts from nothing.
    fn zero(&self) -> Result<()> {
        self.control("zero")
    }

    /// What was counted since.
    fn instructions(&mut self) -> Result<f64> {
        self.control("dump")?;
        self.written += 1;
        let file = format!("{}.{}", self.out.display(), self.written);
        let dump = std::fs::read_to_string(&file);
        let dump = dump.with_context(|| format!("cannot read {file}"))?;
        total(&dump).with_context(|| format!("{file} has no total"))
    }

    fn control(&self, command: &str) -> Result<()> {
        let pid = format!("--pid={}", self.pid);
        let done = Command::new("vgdb").args([&pid, command]).output();
        let done = done.context("cannot run vgdb, a part of valgrind")?;
        let errors = String::from_utf8_lossy(&done.stderr);
        ensure!(
            done.status.success(),
            "valgrind refuses {command}: {errors}"
        );
        Ok(())
    }
}

/// The instructions of all of a dump.
fn total(dump: &str) -> Option<f64> {
    let total = dump
        .lines()
        .find_map(|line| line.strip_prefix("totals: "))?;
    total.split(' ').next()?.parse().ok()
}

const COLUMNS: [Column<Row>; 9] = [
    ("objects", |row| row.objects.to_string()),
    ("heartbeat", |row| event(row, Happening::Heartbeat)),
    ("machine label", |row| event(row, Happening::MachineLabel)),
    ("network label", |row| event(row, Happening::NetworkLabel)),
    ("template ip", |row| event(row, Happening::TemplateIp)),
    ("contested address", |row| {
        event(row, Happening::ContestedAddress)
    }),
    ("contested name", |row| event(row, Happening::ContestedName)),
    ("status echo", |row| {
        event(row, Happening::InterfaceStatusEcho)
    }),
    ("create, delete", |row| event(row, Happening::CreateDelete)),
];

fn event(row: &Row, happening: Happening) -> String {
    let counted = row.event_instructions.get(happening.name());
    counted.map_or_else(|| "-".to_owned(), |counted| format!("{counted:.0}"))
}

/// A line per event of the largest world.
fn targets(rows: &[Row]) -> String {
    let [first, .., last] = rows else {
        return String::new();
    };
    let of_events = last
        .event_instructions
        .iter()
        .filter_map(|(name, counted)| {
            let least = first.event_instructions.get(name)?;
            let most = (2.0 * least).min(least + TEN_MICROSECONDS);
            let objects = last.objects;
            let what = format!("{objects} objects: instructions for {name} {counted:.0}");
            Some(Target::at_most(&what, *counted, most.round()))
        });
    targets::lines(of_events)
}

/// Shows the figures, and writes them to a file if one is asked for.
pub(super) fn publish(rows: &[Row], json: Option<&Path>) -> Result<()> {
    println!("{}\n\n{}", table(&COLUMNS, rows), targets(rows));
    output::json(json, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_says_its_total() {
        let dump = "version: 1\nevents: Ir\nfn=(1) main\n7 12\ntotals: 35239628\n";
        assert_eq!(total(dump), Some(35_239_628.0));
        assert_eq!(total("totals: 12 3 4\n"), Some(12.0));
        assert_eq!(total("version: 1\n"), None);
    }

    #[test]
    fn events_may_take_twice_as_many_and_what_ten_microseconds_are_worth_more() {
        let row = |objects, counted| Row {
            objects,
            event_instructions: Events::from([("heartbeat", counted)]),
        };
        let said = |first, last| targets(&[row(1000, first), row(1_000_000, last)]);
        for (first, most) in [(1_000.0, 2_000.0), (1_000_000.0, 1_030_000.0)] {
            assert!(said(first, most).starts_with("reached"), "{most}");
            assert!(said(first, most + 1.0).starts_with("MISSED"), "{most}");
        }
        assert_eq!(targets(&[row(1000, 1.0)]), "");
    }
}
