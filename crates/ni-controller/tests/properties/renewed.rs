// SPDX-License-Identifier: Apache-2.0

//! Objects of which only the version changes.

use ni_controller::core::{Core, Now};
use ni_controller::world::{Event, Kind};
use proptest::prelude::*;
use serde_json::Value;

use crate::retries::without_child;
use crate::sim::Sim;
use crate::sim::server::{self, Server};
use crate::{at_rest, cases, step};

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
fn objects_at_rest_are_not_planned_for_when_only_their_version_changes() {
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

    /// Prefixes are left out, as plans read their versions.
    #[test]
    fn objects_at_rest_have_nothing_to_do_when_only_versions_change(
        apart in any::<bool>(),
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let sim = at_rest(apart, &steps);
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
