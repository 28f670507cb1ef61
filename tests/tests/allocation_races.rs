// SPDX-License-Identifier: Apache-2.0

//! Many grants at once, by controllers that are killed, and by two that both believe they lead: no block is given twice, none
//! leaks.

use std::collections::BTreeMap;

use futures::{StreamExt, join, stream};
use k8s_openapi::api::coordination::v1::Lease;
use kube::Api;
use kube::api::{Patch, PatchParams};
use rustix::process::Signal;
use serde_json::json;

use crate::support::controller::Controller;
use crate::support::history::{History, check_grants};
use crate::support::plane::{ALLOCATES, Asked, Turn};
use crate::support::prefixes::{of, used};
use crate::support::space::{PREFIX, Space};
use crate::support::text::at;
use crate::support::wait::eventually;

fn name(child: u32) -> String {
    format!("x{child}")
}

/// Stores so many prefixes that ask the root `p` (10.0.0.0/16) for a block each, of several lengths.
async fn ask(space: &Space, children: std::ops::Range<u32>) {
    let one = |child| async move {
        let length = ["/32", "/30", "/32", "/28"][child as usize % 4];
        space.ask(&name(child), length, &of("p")).await;
    };
    stream::iter(children)
        .map(one)
        .buffer_unordered(16)
        .count()
        .await;
}

/// Deletes every third of them.
async fn thin_out(space: &Space, children: std::ops::Range<u32>) {
    let one = |child| async move { space.delete(PREFIX, &name(child)).await };
    stream::iter(children.step_by(3))
        .map(one)
        .buffer_unordered(16)
        .count()
        .await;
}

/// Waits until at least so many are Allocated.
async fn until_allocated(space: &Space, count: usize) {
    eventually("children are Allocated", || async {
        let all = space.list(PREFIX).await;
        let allocated = all
            .iter()
            .filter(|prefix| at(prefix, "status.phase") == "Allocated");
        let allocated = allocated.count().saturating_sub(1);
        if allocated >= count {
            Ok(())
        } else {
            Err(allocated)
        }
    })
    .await;
}

/// Starts one that leads by a Lease of its own, which no other looks at.
async fn leader(turn: &Turn, space: &Space, lease: &str) -> Controller {
    let namespace = format!("--lease-namespace={}", space.name);
    let lease = format!("--lease-name={lease}");
    let controller = turn
        .controller(&[ALLOCATES, "--leader-elect", &namespace, &lease])
        .await;
    eventually("it leads", || async {
        let leads = controller.metric("ni_leader ").await == 1;
        leads.then_some(()).ok_or_else(|| controller.log())
    })
    .await;
    controller
}

#[tokio::test]
async fn of_two_that_both_believe_they_lead_neither_grants_what_the_other_has_granted() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let history = History::begin(&space).await;
    let both = [
        leader(&turn, &space, "one").await,
        leader(&turn, &space, "two").await,
    ];
    space.root("p", "10.0.0.0/16", "").await;
    ask(&space, 0..150).await;
    // In the midst of their work.
    thin_out(&space, 0..150).await;
    ask(&space, 150..300).await;
    space.until_at_rest("p", 250).await;
    check_grants(&history.so_far(&space).await);
    for controller in &both {
        let granted = controller
            .metric("ni_changes_total{kind=\"Prefix\",purpose=\"grant\"")
            .await;
        assert!(granted > 0, "one of them was idle: {}", controller.log());
    }
}

/// Two replicas of one Lease, which is short.
struct Rivals {
    space: Space,
    leases: Api<Lease>,
    both: [Controller; 2],
}

impl Rivals {
    async fn start(turn: &Turn, space: Space) -> Self {
        let namespace = format!("--lease-namespace={}", space.name);
        let flags = [
            ALLOCATES,
            "--leader-elect",
            &namespace,
            "--lease-duration=4s",
            "--lease-renew-deadline=3s",
            "--lease-retry-period=500ms",
        ];
        let leases = Api::namespaced(space.client.clone(), &space.name);
        let both = [turn.controller(&flags).await, turn.controller(&flags).await];
        Self {
            space,
            leases,
            both,
        }
    }

    /// The place of the one that leads, once one does; `but` is one that is not asked.
    async fn leader(&self, but: Option<usize>) -> usize {
        eventually("a rival leads", || async {
            for place in (0..2).filter(|place| Some(*place) != but) {
                if self.both[place].metric("ni_leader ").await == 1 {
                    return Ok(place);
                }
            }
            Err(self.both.each_ref().map(Controller::log).join("\n"))
        })
        .await
    }

    /// The leader is stopped in the midst of its work until the other has taken over, and goes on where it was.
    async fn freeze(&self) {
        let leader = self.leader(None).await;
        self.both[leader].signal(Signal::STOP);
        self.leader(Some(leader)).await;
        self.both[leader].signal(Signal::CONT);
    }

    /// Somebody takes the Lease away from the leader, who learns of it when it renews it, and both reach for it.
    async fn snatch(&self) {
        self.leader(None).await;
        let nobody = json!({ "spec": { "holderIdentity": "" } });
        self.leases
            .patch(
                "ni-controller",
                &PatchParams::default(),
                &Patch::Merge(&nobody),
            )
            .await
            .expect("a Lease without holder");
        eventually("somebody has taken the Lease", || async {
            let lease = self.leases.get("ni-controller").await.expect("the Lease");
            let holder = lease.spec.and_then(|spec| spec.holder_identity);
            holder
                .filter(|holder| !holder.is_empty())
                .map(drop)
                .ok_or("nobody")
        })
        .await;
    }

    /// How often the Lease has changed hands.
    async fn transitions(&self) -> i32 {
        let lease = self.leases.get("ni-controller").await.expect("the Lease");
        let spec = lease.spec.expect("a spec");
        spec.lease_transitions.unwrap_or_default()
    }

    /// The Lease is taken away from whoever leads each time that so many more are Allocated.
    async fn fight(&self, rounds: usize, each: usize) {
        for round in 1..=rounds {
            until_allocated(&self.space, round * each).await;
            if round % 3 == 0 {
                self.freeze().await;
            } else {
                self.snatch().await;
            }
        }
    }
}

#[tokio::test]
async fn of_two_that_fight_for_the_lease_while_a_thousand_are_granted_neither_gives_a_block_twice()
{
    let turn = Turn::take().await;
    let space = turn.space().await;
    let history = History::begin(&space).await;
    let rivals = Rivals::start(&turn, space).await;
    let space = &rivals.space;
    space.root("p", "10.0.0.0/16", "").await;
    join!(ask(space, 0..1000), rivals.fight(9, 100));
    thin_out(space, 0..300).await;
    space.until_at_rest("p", 900).await;
    check_grants(&history.so_far(space).await);
    // Each time that it was snatched. Who is frozen may have lost it a moment before.
    let transitions = rivals.transitions().await;
    assert!(
        transitions >= 6,
        "the Lease changed hands {transitions} times"
    );
    for rival in &rivals.both {
        let granted = rival
            .metric("ni_changes_total{kind=\"Prefix\",purpose=\"grant\"")
            .await;
        assert!(granted > 0, "one of them was idle: {}", rival.log());
    }
}

#[tokio::test]
async fn killed_in_the_midst_of_grants_and_started_again_it_gives_no_block_twice_and_loses_none() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    let history = History::begin(&space).await;
    space.create(PREFIX, "p", "spec.prefix = 10.0.0.0/16").await;
    ask(&space, 0..300).await;
    for allocated in [20u16, 120, 220] {
        let controller = Controller::launch(turn.kubeconfig(), &[ALLOCATES]);
        until_allocated(&space, usize::from(allocated)).await;
        controller.kill().await;
        // Some of them go before anybody looks again.
        let gone = u32::from(allocated)..u32::from(allocated) + 30;
        thin_out(&space, gone).await;
    }
    let _controller = turn.controller(&[ALLOCATES]).await;
    space.until_at_rest("p", 270).await;
    check_grants(&history.so_far(&space).await);
}

/// What controllers have asked of prefixes so far, how often each.
fn asked(turn: &Turn, space: &Space) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let asked = turn.requests(space);
    let ours = asked.iter().filter(|asked| asked.is_controllers());
    for what in ours
        .map(Asked::what)
        .filter(|what| what.contains("prefixes"))
    {
        *counts.entry(what).or_insert(0) += 1;
    }
    counts
}

#[tokio::test]
async fn a_grant_costs_two_requests_and_a_share_of_one_and_what_is_done_costs_none() {
    let turn = Turn::take().await;
    let space = turn.space().await;
    space.create(PREFIX, "p", "spec.prefix = 10.0.0.0/16").await;
    space.report(PREFIX, "p", "status.phase = Allocated").await;
    ask(&space, 0..100).await;
    let controller = turn.controller(&[ALLOCATES]).await;
    space.until_at_rest("p", 100).await;
    // Of the parent: its condition, its finalizer, the record of all grants, and of none under way.
    let cost = [
        ("patch prefixes 200".to_owned(), 100 + 1),
        ("patch prefixes/status 200".to_owned(), 100 + 3),
    ];
    let cost = BTreeMap::from(cost);
    assert_eq!(asked(&turn, &space), cost);

    // A new one looks at all of them, before it gives a younger one its block.
    controller.kill().await;
    let _controller = turn.controller(&[ALLOCATES]).await;
    space.root("young", "10.1.0.0/16", "").await;
    let mut cost = cost;
    *cost.get_mut("patch prefixes/status 200").expect("a count") += 1;
    assert_eq!(asked(&turn, &space), cost);
    for child in 0..100 {
        space.delete(PREFIX, &name(child)).await;
    }
    space.until(PREFIX, "p", &used(&[])).await;
    let taken_back = asked(&turn, &space)["patch prefixes/status 200"];
    let writes = taken_back - cost["patch prefixes/status 200"];
    assert!(writes <= 5, "{writes} writes for what 100 had");
}
