// SPDX-License-Identifier: Apache-2.0

//! A child that differs from its template in what can't be changed.

use ni_controller::world::Kind;
use serde_json::json;

use super::objects::{
    ephemeral, interface, interface_with, is_there, machine, network, network_named,
};
use crate::scope::{Act, Budget, Scope};
use crate::server::Model;

pub(super) fn scopes() -> Vec<Scope> {
    vec![replaced(), dropped(), two_entries()]
}

fn two_entries() -> Scope {
    let mut scope = Scope::new(
        "two-entries",
        "Machine m declares two interfaces, and then one of them no longer",
        network,
    );
    scope.actors = vec![vec![
        Act::new("Ann makes machine m with entries a and b", |model| {
            let entries = [("a", "10.0.0.1"), ("b", "10.0.0.2")];
            machine(
                model,
                "m",
                &entries.map(|(name, ip)| ephemeral(name, &interface(ip))),
            );
        }),
        Act::new("Ann drops entry b", |model| on(model, "net")),
    ]];
    scope.budget = Budget {
        losses: 1,
        ..Budget::default()
    };
    scope
}

fn dropped() -> Scope {
    let mut scope = Scope::new(
        "entry-dropped",
        "Machine m no longer declares its interface, and then does again",
        network,
    );
    scope.actors = vec![vec![
        Act::new("Ann makes machine m with entry a", |model| on(model, "net")),
        Act::new("Ann drops entry a", |model| machine(model, "m", &[])),
        Act::new("Ann declares entry a again", |model| on(model, "net")),
    ]];
    scope.budget = Budget {
        losses: 1,
        crashes: 1,
        ..Budget::default()
    };
    scope
}

fn replaced() -> Scope {
    let mut scope = Scope::new(
        "replace-while-attaching",
        "Machine m moves its interface to another network, and back; meanwhile it is attached",
        |model| {
            network(model);
            network_named(model, "other");
        },
    );
    scope.actors = vec![
        vec![
            Act::new("Ann makes machine m with entry a", |model| on(model, "net")),
            Act::new("Ann moves it to network other", |model| on(model, "other")),
            Act::new("Ann moves it back", |model| on(model, "net")),
        ],
        vec![
            Act::new("The provider attaches interface m-a", |model| {
                let attached = json!({ "spec": { "providerID": "p://1" } });
                model.patch(Kind::NetworkInterface, "m-a", &attached);
            })
            .when(|model| is_there(model, Kind::NetworkInterface, "m-a")),
        ],
    ];
    scope.budget = Budget {
        losses: 1,
        ..Budget::default()
    };
    scope
}

fn on(model: &mut Model, network: &str) {
    let spec = match network {
        "net" => interface("10.0.0.1"),
        other => interface_with("10.0.0.1", "networkRef", json!({ "name": other })),
    };
    machine(model, "m", &[ephemeral("a", &spec)]);
}
