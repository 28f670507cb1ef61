// SPDX-License-Identifier: Apache-2.0

//! Versions that say nothing new: whoever had nothing to do has nothing to do.

use ni_controller::core::{Core, Now};
use ni_controller::world::{Event, Kind};
use proptest::prelude::*;
use serde_json::Value;

use crate::retries::without_child;
use crate::sim::Sim;
use crate::sim::server::{self, Server};
use crate::{act, cases, step};

/// Has the core see all objects of these kinds once more, each in a new version.
fn renew(core: &mut Core, of: &Server, kinds: impl Iterator<Item = Kind>, now: Now) {
    let mut newest = of.newest();
    for kind in kinds {
        for object in of.list(kind) {
            newest += 1;
            let mut object: Value = object.clone();
            object["metadata"]["resourceVersion"] = newest.to_string().into();
            core.observe(Event::Applied(server::any(kind, &object)), now);
        }
    }
}

#[test]
fn nobody_at_rest_is_planned_for_when_no_more_than_a_version_is_new() {
    let mut sim = without_child();
    sim.server.create_network("net-0");
    sim.settle();
    let (mut core, now) = (sim.leader.core.clone(), sim.now());
    let plans = core.counts().reconciles;
    let kinds = Kind::ALL.into_iter();
    let kinds = kinds.filter(|kind| *kind != Kind::Prefix);
    renew(&mut core, &sim.server, kinds, now);
    assert_eq!(core.next(now), None);
    assert_eq!(core.counts().reconciles, plans);
    let known = core.world().namespace("ns").version(Kind::Machine, "m");
    assert!(known > Some(sim.server.newest()), "{known:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 4, failure_persistence: None, ..ProptestConfig::default() })]

    /// So those may be left alone. Of a prefix plans read the version.
    #[test]
    fn a_new_version_of_others_than_prefixes_gives_nobody_at_rest_anything_to_do(
        apart in any::<bool>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut sim = Sim::of_two(apart);
        act(&mut sim, &steps);
        sim.settle();
        let now = sim.now();
        let mut core = sim.leader.core.clone();
        let before = Sim::plans(&core, &sim.server, now);
        let kinds = Kind::ALL.into_iter();
        renew(&mut core, &sim.server, kinds.filter(|kind| *kind != Kind::Prefix), now);
        let after = Sim::plans(&core, &sim.server, now);
        for ((key, before), (_, after)) in before.into_iter().zip(after) {
            if before.changes.is_empty() && before.held_back.is_empty() {
                prop_assert_eq!(before, after, "{}", key);
            }
        }
    }
}
