// SPDX-License-Identifier: Apache-2.0

//! Somebody else's object has the name of a child.

use ni_controller::world::Kind;
use serde_json::json;

use super::objects::{ephemeral, interface, machine, network};
use crate::scope::{Act, Budget, Scope};
use crate::server::Model;

pub(super) fn scopes() -> Vec<Scope> {
    let mut scope = Scope::new(
        "name-of-anothers",
        "Machine m makes and changes interface m-a; Ben deletes it and makes one of that name himself",
        network,
    );
    scope.actors = vec![
        vec![
            Act::new("Ann makes machine m with entry a", |model| {
                with(model, "10.0.0.1");
            }),
            Act::new("Ann changes the address of entry a", |model| {
                with(model, "10.0.0.2");
            }),
        ],
        vec![
            Act::new("Ben deletes interface m-a", |model| {
                model.delete(Kind::NetworkInterface, "m-a");
            }),
            Act::new("Ben makes interface m-a himself", |model| {
                let body = json!({ "spec": interface("10.0.0.3") });
                model.create(Kind::NetworkInterface, "m-a", &body);
            }),
        ],
    ];
    scope.budget = Budget {
        losses: 1,
        ..Budget::default()
    };
    vec![scope]
}

fn with(model: &mut Model, ip: &str) {
    machine(model, "m", &[ephemeral("a", &interface(ip))]);
}
