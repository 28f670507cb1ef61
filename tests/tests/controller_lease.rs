// SPDX-License-Identifier: Apache-2.0

//! Several replicas: one writes, and another takes over when it ends, is killed, is stopped or can't renew its Lease.

use std::ops::Range;
use std::time::{Duration, Instant};

use futures::{StreamExt, stream};
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use rustix::process::Signal;

use crate::support::controller::Controller;
use crate::support::plane::{Asked, Turn};
use crate::support::space::{MACHINE, NIC, Space};
use crate::support::text::{entries, ip, makes};
use crate::support::user::powerful;
use crate::support::wait::eventually;

/// Short, where a test waits for the Lease to expire.
const SHORT: [&str; 3] = [
    "--lease-duration=4s",
    "--lease-renew-deadline=3s",
    "--lease-retry-period=500ms",
];

/// Two replicas under names of their own.
struct Pair {
    turn: Turn,
    space: Space,
    /// As the audit log names them.
    names: [String; 2],
}

impl Pair {
    async fn new() -> Self {
        let turn = Turn::take().await;
        let space = turn.space().await;
        let names = ["first", "second"].map(|name| format!("{name}-of-{}", space.name));
        Self { turn, space, names }
    }

    /// Starts both; the first leads.
    async fn start(&self, flags: &[&str]) -> (Controller, Controller) {
        let first = self.replica(0, flags).await;
        until_leading(&first).await;
        (first, self.replica(1, flags).await)
    }

    /// Starts one; returns when it is ready, whether it leads or not.
    async fn replica(&self, number: usize, flags: &[&str]) -> Controller {
        let namespace = format!("--lease-namespace={}", self.space.name);
        let mut all = vec!["--leader-elect", &namespace];
        all.extend(flags);
        let kubeconfig = powerful(self.turn.kubeconfig(), &self.names[number]);
        Controller::start(&kubeconfig, &all).await
    }

    /// What this one has asked for.
    fn asked_by(&self, number: usize) -> Vec<Asked> {
        let mut asked = self.turn.requests(&self.space);
        asked.retain(|asked| asked.user() == self.names[number]);
        asked
    }

    /// When the API server had what this one has written, Leases aside.
    fn writes_by(&self, number: usize) -> Vec<Timestamp> {
        let asked = self.asked_by(number);
        let writes = asked.iter().filter(|asked| {
            !asked.what().starts_with("get ") && !asked.what().contains(" leases ")
        });
        writes.map(Asked::time).collect()
    }

    /// When it had what this one has written to the Lease, as far as it was taken.
    fn leases_by(&self, number: usize) -> Vec<Timestamp> {
        let asked = self.asked_by(number);
        let taken = ["create leases 201", "patch leases 200"];
        let leases = asked.iter().filter(|asked| taken.contains(&&*asked.what()));
        leases.map(Asked::time).collect()
    }

    /// From the last that the first wrote to the Lease until the second took it, and until the second wrote an object.
    fn gaps(&self) -> [SignedDuration; 2] {
        let (first, second) = (self.leases_by(0), self.leases_by(1));
        let (Some(last), Some(taken)) = (first.last(), second.first()) else {
            panic!("{first:?}, {second:?}");
        };
        let written = self.writes_by(1);
        let written = written.first().expect("a write of the second");
        [taken, written].map(|time| time.duration_since(*last))
    }

    /// Fails if both have written at a time: the second before it took the Lease, the first after that.
    fn check_turns(&self) {
        let taken = self.leases_by(1)[0];
        let late = self.writes_by(0).into_iter().filter(|at| *at > taken);
        assert_eq!(late.count(), 0, "of the first, since the second leads");
        let early = self.writes_by(1).into_iter().filter(|at| *at < taken);
        assert_eq!(early.count(), 0, "of the second, before it leads");
    }

    /// Fails unless each machine's interface was made once, by whomever.
    async fn check_made_once(&self, machines: u8) {
        let asked = [self.asked_by(0), self.asked_by(1)].into_iter().flatten();
        let made = asked.filter(|asked| asked.what() == "create networkinterfaces 201");
        let mut made: Vec<String> = made.map(|asked| asked.target()).collect();
        made.sort();
        let mut expected: Vec<String> = (0..machines).map(|m| format!("m{m}-e")).collect();
        expected.sort();
        assert_eq!(made, expected);
        assert_eq!(self.space.list(NIC).await.len(), usize::from(machines));
    }

    /// Waits until the first is in the midst of its work.
    async fn until_at_work(&self) {
        eventually("the first is at work", || async {
            let writes = self.writes_by(0).len();
            if writes > 20 { Ok(()) } else { Err(writes) }
        })
        .await;
    }
}

async fn until_leading(controller: &Controller) {
    until(controller, 1).await;
}

/// Waits until it says of itself that it leads (1) or stands by (0).
async fn until(controller: &Controller, leads: u64) {
    eventually("the replica's role", || async {
        if controller.metric("ni_leader ").await == leads {
            Ok(())
        } else {
            Err(controller.log())
        }
    })
    .await;
}

/// Waits until it has logged this.
async fn until_said(controller: &Controller, said: &str) {
    eventually(said, || async {
        let log = controller.log();
        if log.contains(said) { Ok(()) } else { Err(log) }
    })
    .await;
}

/// Stores machines of these numbers, of one interface each.
async fn store(space: &Space, machines: Range<u8>) {
    let one = |machine| async move {
        let entry = makes("e", &ip(&format!("10.0.0.{machine}")));
        space.machine(&format!("m{machine}"), &[entry]).await
    };
    let all = stream::iter(machines).map(one).buffer_unordered(16);
    all.for_each(|_| async {}).await;
}

async fn until_done(space: &Space, machines: u8) {
    for machine in 0..machines {
        let name = format!("m{machine}-e");
        space.until(NIC, &name, "status.state = Available").await;
    }
}

#[tokio::test]
async fn of_two_replicas_one_writes_and_the_other_is_ready_and_knows_all() {
    let pair = Pair::new().await;
    let (first, second) = pair.start(&[]).await;
    store(&pair.space, 0..50).await;
    until_done(&pair.space, 50).await;
    eventually("the second knows them", || async {
        let known = second
            .metric("ni_world_objects{kind=\"NetworkInterface\"}")
            .await;
        if known >= 50 { Ok(()) } else { Err(known) }
    })
    .await;
    assert_eq!(second.metric("ni_leader ").await, 0);
    assert_eq!(first.metric("ni_leader ").await, 1);
    let writes = pair.writes_by(0).len();
    assert_eq!(
        writes, 101,
        "a create and a status each, and the network's finalizer"
    );
    assert_eq!(pair.writes_by(1), []);
    assert_eq!(pair.leases_by(1), []);
    assert_eq!(second.metric("ni_changes_total").await, 0);
    pair.check_made_once(50).await;
}

#[tokio::test]
async fn on_sigterm_the_lease_is_given_up_and_the_other_takes_over_at_once() {
    let pair = Pair::new().await;
    // By the times that are shipped: 15 s until the lease would expire, 2 s between renewals.
    let (first, second) = pair.start(&[]).await;
    store(&pair.space, 0..100).await;
    pair.until_at_work().await;
    first.signal(Signal::TERM);
    // Most of them come when the first starts nothing new any more.
    store(&pair.space, 100..150).await;
    let (status, log) = first.ended().await;
    assert_eq!(status.code(), Some(0), "{status}");
    assert!(log.contains("released the Lease"), "{log}");
    until_leading(&second).await;
    until_done(&pair.space, 150).await;
    for gap in pair.gaps() {
        assert!(gap < SignedDuration::from_secs(2), "{:?}", pair.gaps());
    }
    pair.check_turns();
    pair.check_made_once(150).await;
}

#[tokio::test]
async fn after_sigkill_the_other_takes_over_when_the_lease_has_expired_and_no_earlier() {
    let pair = Pair::new().await;
    let (first, second) = pair.start(&SHORT).await;
    first.kill().await;
    store(&pair.space, 0..10).await;
    until_leading(&second).await;
    until_done(&pair.space, 10).await;
    // The duration, and a second for all else: issue 5.
    let expected = SignedDuration::from_secs(4)..=SignedDuration::from_secs(5);
    for gap in pair.gaps() {
        assert!(expected.contains(&gap), "{:?}", pair.gaps());
    }
    pair.check_turns();
    pair.check_made_once(10).await;
}

#[tokio::test]
async fn a_leader_that_was_stopped_past_its_lease_writes_nothing_when_it_wakes() {
    let pair = Pair::new().await;
    let (first, second) = pair.start(&SHORT).await;
    store(&pair.space, 0..200).await;
    pair.until_at_work().await;
    // In the midst of its work,
    first.signal(Signal::STOP);
    until_leading(&second).await;
    until_done(&pair.space, 200).await;
    // with more to do when it wakes.
    for machine in 0..50 {
        let changed = entries(&[makes("e", &ip(&format!("10.1.0.{machine}")))]);
        let name = format!("m{machine}");
        pair.space.change(MACHINE, &name, &changed).await;
    }
    let before = pair.asked_by(0).len();
    first.signal(Signal::CONT);
    until_said(&first, "could not renew the Lease in time: standing by").await;
    until_said(&first, "standing by holder=").await;
    until(&first, 0).await;
    pair.check_made_once(200).await;
    pair.space.settle().await;
    let asked = pair.asked_by(0).split_off(before);
    let leases = asked.iter().all(|asked| asked.what().contains(" leases "));
    assert!(leases, "since it woke: {asked:#?}");
    pair.check_turns();
    // It is of use again.
    second.kill().await;
    until_leading(&first).await;
    pair.space.settle().await;
}

#[tokio::test]
async fn while_the_api_server_is_away_for_longer_than_the_lease_all_stand_by_and_then_one_leads() {
    let mut pair = Pair::new().await;
    let (first, second) = pair.start(&SHORT).await;
    pair.turn.plane.stop_api_server().await;
    let away = Instant::now();
    until(&first, 0).await;
    until(&second, 0).await;
    // The second has waited for as long as the Lease lasts, and may take it.
    eventually("the lease has expired", || async {
        let left = Duration::from_secs(5).checked_sub(away.elapsed());
        left.map_or(Ok(()), |left| Err(format!("{left:?} left")))
    })
    .await;
    for replica in [&first, &second] {
        until_said(replica, "a request for the Lease failed").await;
        assert_eq!(replica.metric("ni_leader ").await, 0);
        assert!(replica.answers("/livez").await);
        assert!(replica.answers("/readyz").await);
    }
    let back = Timestamp::now();
    let started = pair.turn.plane.start_api_server().await;
    started.expect("an API server");
    pair.space.client = pair.turn.client().await;
    store(&pair.space, 0..20).await;
    until_done(&pair.space, 20).await;
    pair.space.settle().await;
    let leads = first.metric("ni_leader ").await + second.metric("ni_leader ").await;
    assert_eq!(leads, 1);
    let wrote = [0, 1].map(|number| pair.writes_by(number).iter().any(|at| *at > back));
    assert_ne!(wrote[0], wrote[1], "one of them");
}

#[tokio::test]
async fn times_that_do_not_fit_each_other_are_refused_at_the_start() {
    let turn = Turn::take().await;
    let flags = ["--leader-elect", "--lease-renew-deadline=15s"];
    let controller = Controller::launch(turn.kubeconfig(), &flags);
    let (status, log) = controller.ended().await;
    assert_eq!(status.code(), Some(1), "{status}");
    assert!(
        log.contains("--lease-renew-deadline must be less than --lease-duration"),
        "{log}"
    );
}
