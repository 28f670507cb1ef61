// SPDX-License-Identifier: Apache-2.0

//! Machines that use one interface, which exists on its own.

use ni_controller::world::Kind;
use serde_json::json;

use super::objects::{interface, machine, network, uses};
use crate::scope::{Act, Budget, Scope};
use crate::server::{Model, Server, uid};

pub(super) fn scopes() -> Vec<Scope> {
    vec![two_claimants(), one_that_leaves()]
}

fn setup(model: &mut Model) {
    network(model);
    let body = json!({ "spec": interface("10.0.0.1") });
    model.create(Kind::NetworkInterface, "x", &body);
}

fn two_claimants() -> Scope {
    let mut scope = Scope::new(
        "two-claimants",
        "Machines a and b both use the interface x; one no longer does and then does again, the other goes and comes back",
        setup,
    );
    scope.actors = vec![
        vec![
            Act::new("Ann makes machine a, which uses interface x", |model| {
                machine(model, "a", &[uses("nic", "x")]);
            }),
            Act::new("Ann has machine a no longer use interface x", |model| {
                machine(model, "a", &[]);
            }),
            Act::new("Ann has machine a use interface x again", |model| {
                machine(model, "a", &[uses("nic", "x")]);
            }),
        ],
        vec![
            Act::new("Ben makes machine b, which uses interface x", |model| {
                machine(model, "b", &[uses("nic", "x")]);
            }),
            Act::new("Ben deletes machine b", |model| {
                model.delete(Kind::Machine, "b");
            }),
            Act::new("Ben makes machine b again", |model| {
                machine(model, "b", &[uses("nic", "x")]);
            }),
        ],
    ];
    scope.budget = Budget {
        losses: 1,
        ..Budget::default()
    };
    scope.desired = is_held_by_who_names_it;
    scope
}

fn one_that_leaves() -> Scope {
    let mut scope = Scope::new(
        "claimant-leaves",
        "Machine a uses the interface x and is being deleted before it has it; machine b uses it too",
        setup,
    );
    scope.actors = vec![
        vec![
            Act::new("Ann makes machine a, which uses interface x", |model| {
                let held = json!({ "metadata": { "finalizers": ["example.org/held"] } });
                machine(model, "a", &[uses("nic", "x")]);
                model.patch(Kind::Machine, "a", &held);
            }),
            Act::new("Ann deletes machine a, which a finalizer holds", |model| {
                model.delete(Kind::Machine, "a");
            }),
        ],
        vec![Act::new(
            "Ben makes machine b, which uses interface x",
            |model| {
                machine(model, "b", &[uses("nic", "x")]);
            },
        )],
    ];
    scope.budget = Budget {
        losses: 1,
        crashes: 1,
        ..Budget::default()
    };
    scope.desired = is_held_by_who_names_it;
    scope
}

/// Where machines name the interface, one of them has it; one that is being deleted may keep it.
fn is_held_by_who_names_it(server: &Server) -> Result<(), String> {
    let names_it = |machine: &&serde_json::Value| {
        machine["spec"]["networkInterfaces"][0]["networkInterfaceRef"]["name"] == "x"
    };
    let stays = |machine: &&serde_json::Value| machine["metadata"]["deletionTimestamp"].is_null();
    let model = server.model();
    let Some(interface) = model.get(Kind::NetworkInterface, "x") else {
        return Ok(());
    };
    let holder = &interface["spec"]["machineRef"]["uid"];
    let all = || model.list(Kind::Machine).filter(names_it);
    let held = all().any(|machine| *holder == uid(machine));
    if held || holder.is_null() && !all().any(|machine| stays(&machine)) {
        return Ok(());
    }
    Err(format!("who names the interface has it: {interface}"))
}
