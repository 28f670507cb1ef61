// SPDX-License-Identifier: Apache-2.0

//! Two interfaces that ask for one address.

use ni_controller::world::Kind;
use serde_json::json;

use super::objects::{apply, interface, network};
use crate::scope::{Act, Budget, Scope};
use crate::server::Model;

pub(super) fn scopes() -> Vec<Scope> {
    let mut scope = Scope::new(
        "one-address",
        "Interfaces x and y ask for one address; x gives it up, and wants it back",
        network,
    );
    scope.kinds = vec![Kind::NetworkInterface];
    scope.actors = vec![
        vec![
            Act::new("Ann makes interface x with 10.0.0.1", |model| {
                with(model, "x", "10.0.0.1");
            }),
            Act::new("Ann changes it to 10.0.0.2", |model| {
                with(model, "x", "10.0.0.2");
            }),
            Act::new("Ann changes it back", |model| with(model, "x", "10.0.0.1")),
        ],
        vec![
            Act::new("Ben makes interface y with 10.0.0.1", |model| {
                with(model, "y", "10.0.0.1");
            }),
            Act::new("Ben deletes interface y", |model| {
                model.delete(Kind::NetworkInterface, "y");
            }),
        ],
    ];
    scope.budget = Budget {
        losses: 1,
        waits: 1,
        ..Budget::default()
    };
    vec![scope]
}

fn with(model: &mut Model, name: &str, ip: &str) {
    apply(
        model,
        Kind::NetworkInterface,
        name,
        &json!({ "spec": interface(ip) }),
    );
}
