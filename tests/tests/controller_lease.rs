//! Several replicas: one writes, and another takes over when it ends, is killed, is stopped or can't renew its Lease.

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
struct Pair<'a> {
    turn: &'a Turn,
    space: Space,
    /// As the audit log names them.
    names: [String; 2],
}

impl<'a> Pair<'a> {
    async fn new(turn: &'a Turn) -> Self {
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
        let leases = asked
            .iter()
            .filter(|asked| taken.contains(&&*asked.what()));
        leases.map(Asked::time).collect()
    }

    /// From the last that the first wrote to the Lease until the second took it.
    fn gap(&self) -> SignedDuration {
        let (first, second) = (self.leases_by(0), self.leases_by(1));
        let (Some(last), Some(taken)) = (first.last(), second.first()) else {
            panic!("{first:?}, {second:?}");
        };
        taken.duration_since(*last)
    }

    /// How much the first has written since the second took the Lease.
    fn late_writes(&self) -> usize {
        let taken = self.leases_by(1)[0];
        let writes = self.writes_by(0).into_iter();
        writes.filter(|time| *time > taken).count()
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

/// Stores this many machines of one interface each.
async fn store(space: &Space, machines: u8) {
    let one = |machine| async move {
        let entry = makes("e", &ip(&format!("10.0.0.{machine}")));
        space.machine(&format!("m{machine}"), &[entry]).await
    };
    let all = stream::iter(0..machines).map(one).buffer_unordered(16);
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
    let turn = Turn::take().await;
    let pair = Pair::new(&turn).await;
    let (first, second) = pair.start(&[]).await;
    store(&pair.space, 50).await;
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
    assert_eq!(pair.writes_by(0).len(), 100, "a create and a status each");
    assert_eq!(pair.writes_by(1), []);
    assert_eq!(second.metric("ni_changes_total").await, 0);
}

#[tokio::test]
async fn on_sigterm_the_lease_is_given_up_and_the_other_takes_over_at_once() {
    let turn = Turn::take().await;
    let pair = Pair::new(&turn).await;
    // By the times that are shipped: 15 s until the lease would expire, 2 s between renewals.
    let (first, second) = pair.start(&[]).await;
    store(&pair.space, 50).await;
    let (status, _) = first.terminate().await;
    assert_eq!(status.code(), Some(0), "{status}");
    until_leading(&second).await;
    until_done(&pair.space, 50).await;
    let gap = pair.gap();
    assert!(gap < SignedDuration::from_secs(2), "{gap:?}");
    assert_eq!(pair.late_writes(), 0);
}

#[tokio::test]
async fn after_sigkill_the_other_takes_over_when_the_lease_has_expired_and_no_earlier() {
    let turn = Turn::take().await;
    let pair = Pair::new(&turn).await;
    let (first, second) = pair.start(&SHORT).await;
    first.kill().await;
    store(&pair.space, 10).await;
    until_leading(&second).await;
    until_done(&pair.space, 10).await;
    let gap = pair.gap();
    let expected = SignedDuration::from_secs(4)..SignedDuration::from_secs(6);
    assert!(expected.contains(&gap), "{gap:?}");
}

#[tokio::test]
async fn a_leader_that_was_stopped_past_its_lease_writes_nothing_when_it_wakes() {
    let turn = Turn::take().await;
    let pair = Pair::new(&turn).await;
    let (first, second) = pair.start(&SHORT).await;
    store(&pair.space, 200).await;
    eventually("the first is at work", || async {
        let writes = pair.writes_by(0).len();
        if writes > 20 { Ok(()) } else { Err(writes) }
    })
    .await;
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
    first.signal(Signal::CONT);
    until(&first, 0).await;
    pair.space.settle().await;
    eventually("it says so", || async {
        let log = first.log();
        if ["not renewed in time: standing by", "standing by holder="]
            .iter()
            .all(|said| log.contains(said))
        {
            Ok(())
        } else {
            Err(log)
        }
    })
    .await;
    assert_eq!(pair.late_writes(), 0);
    // It is of use again.
    second.kill().await;
    until_leading(&first).await;
    pair.space.settle().await;
}

#[tokio::test]
async fn a_leader_that_cannot_renew_stands_by_and_leads_again_when_it_can() {
    let mut turn = Turn::take().await;
    let space = turn.space().await;
    let namespace = format!("--lease-namespace={}", space.name);
    let mut flags = vec!["--leader-elect", &namespace];
    flags.extend(SHORT);
    let controller = turn.controller(&flags).await;
    until_leading(&controller).await;
    turn.plane.stop_api_server().await;
    until(&controller, 0).await;
    assert!(controller.answers("/livez").await);
    assert!(controller.answers("/readyz").await);
    turn.plane.start_api_server().await.expect("an API server");
    until_leading(&controller).await;
    let space = space.with_client(turn.client().await);
    space.settle().await;
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
