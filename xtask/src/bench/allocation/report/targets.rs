// SPDX-License-Identifier: Apache-2.0

//! What was to be reached, and whether it was.

use super::{Report, Row};
use crate::bench::allocation::case::Which;
use crate::bench::allocation::pure::Pure;
use crate::bench::harness::targets::{self, Target};

/// A line per target.
pub(crate) fn targets(report: &Report) -> String {
    let cases = report.cases.iter().flat_map(of_case);
    let all = cases.chain(of_growth(&report.cases));
    targets::lines(all.chain(of_pure(&report.pure)))
}

fn of_case(row: &Row) -> Vec<Target> {
    let which = Which::named(&row.case);
    let name = &row.case;
    let requests = row.requests_per_grant;
    let mut targets = vec![
        Target::at_most(
            &format!("{name}: {requests:.3} requests a grant"),
            requests,
            most_requests(which),
        ),
        Target::new(
            format!(
                "{name}: {} overlaps and {} leaks, none",
                row.overlaps, row.leaks
            ),
            (row.overlaps, row.leaks) == (0, 0),
        ),
    ];
    if !which.is_some_and(Which::is_full) {
        let what = format!("{name}: ratio {:.2}", row.ratio);
        targets.push(Target::at_most(&what, row.ratio, 1.15));
    }
    if !which.is_some_and(Which::is_of_machines) {
        let cpu = row.cpu_ms_per_grant;
        let what = format!("{name}: {cpu:.3} ms of CPU a grant");
        targets.push(Target::at_most(&what, cpu, 0.5));
    }
    if let (Some(latency), Some(writes)) = (&row.latency_ms, &row.two_writes_ms) {
        let what = format!(
            "{name}: one more has its address with p99 {:.1} ms, at most 5 times {:.1} ms of two writes",
            latency.p99, writes.p99
        );
        targets.push(Target::new(what, latency.p99 <= 5.0 * writes.p99));
    }
    targets.extend(most_bytes(which).map(|most| {
        let more = row.etcd_bytes_more();
        let what = format!("{name}: {more:.0} bytes a grant that etcd receives beyond the floor's");
        Target::at_most(&what, more, most)
    }));
    targets
}

fn most_requests(which: Option<Which>) -> f64 {
    match which {
        // An interface takes its own create and status, and the create of its prefix, besides.
        Some(Which::Machines) => 5.2,
        // And for its second block the creates of the virtual IP and of the prefix that holds the address, the status of the
        // one, and its own status once more: 11 for both.
        Some(Which::MachinesPublic) => 5.6,
        _ => 2.1,
    }
}

fn most_bytes(which: Option<Which>) -> Option<f64> {
    match which {
        Some(Which::Dense | Which::Ipv6) => Some(512.0),
        Some(Which::HolesFull) => Some(4096.0),
        _ => None,
    }
}

/// What a grant costs must not grow with how many there are by more than the floor's writes do.
fn of_growth(rows: &[Row]) -> Option<Target> {
    let find = |which: Which| rows.iter().find(|row| row.case == which.name());
    let (few, many) = (find(Which::Dense)?, find(Which::DenseFull)?);
    let ours = few.grants_per_s / many.grants_per_s;
    let floor = few.floor_per_s / many.floor_per_s;
    let what = format!(
        "a grant takes {ours:.2} times as long at {} as at {}, at most the floor's {floor:.2} and a twentieth",
        many.grants, few.grants
    );
    Some(Target::new(what, ours <= floor * 1.05))
}

fn of_pure(rows: &[Pure]) -> Vec<Target> {
    let mut targets: Vec<Target> = rows.iter().flat_map(of_one).collect();
    if let [few, many] = rows {
        let times = (many.ns_per_grant / few.ns_per_grant).max(many.ns_per_free / few.ns_per_free);
        let what = format!(
            "{} free blocks: grant and free take {times:.1} times as long as with {}",
            many.blocks, few.blocks
        );
        targets.push(Target::at_most(&what, times, 4.0));
    }
    targets
}

fn of_one(row: &Pure) -> [Target; 2] {
    let blocks = row.blocks;
    let (slower, bytes) = (
        row.ns_per_grant.max(row.ns_per_free),
        row.bytes_per_fragment,
    );
    let time = format!("{blocks} free blocks: {slower:.0} ns a grant and a free");
    let space = format!("{blocks} free blocks: {bytes:.1} bytes each");
    [
        Target::at_most(&time, slower, 5000.0),
        Target::at_most(&space, bytes, 64.0),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::row::tests::row;
    use super::*;

    fn report(cases: Vec<Row>) -> Report {
        let pure = |blocks, ns| Pure {
            blocks,
            ns_per_grant: ns,
            ns_per_free: ns,
            bytes_per_fragment: 60.0,
        };
        Report {
            cases,
            pure: vec![pure(1000, 500.0), pure(1_000_000, 1500.0)],
        }
    }

    #[test]
    fn each_target_can_be_missed() {
        let good = report(vec![row(Which::Dense, 11_000, 10_000)]);
        assert!(!targets(&good).contains("MISSED"), "{}", targets(&good));
        let spoil: [fn(&mut Report); 10] = [
            |report| report.cases[0].requests_per_grant = 2.11,
            |report| report.cases[0].ratio = 1.16,
            |report| report.cases[0].overlaps = 1,
            |report| report.cases[0].leaks = 1,
            |report| report.cases[0].cpu_ms_per_grant = 0.51,
            |report| report.cases[0].etcd_bytes_per_grant = 2113.0,
            |report| report.pure[0].ns_per_free = 5001.0,
            |report| report.pure[0].bytes_per_fragment = 65.0,
            |report| report.pure[1].ns_per_grant = 2001.0,
            |report| report.cases.push(row(Which::DenseFull, 80_000, 65_000)),
        ];
        for (at, spoil) in spoil.into_iter().enumerate() {
            let mut bad = good.clone();
            spoil(&mut bad);
            let targets = targets(&bad);
            assert_eq!(targets.matches("MISSED").count(), 1, "{at}: {targets}");
        }
    }
}
