// SPDX-License-Identifier: Apache-2.0

//! Others write the fields that the controller repairs.

use ni_controller::world::Kind;
use serde_json::{Value, json};

use super::objects::{ephemeral, interface_with, is_there, machine, network, says};
use crate::scope::{Act, Budget, Scope};
use crate::server::{Model, Server};

const ROUTE: &str = "10.9.0.0/24";

pub(super) fn scopes() -> Vec<Scope> {
    let mut scope = Scope::new(
        "others-routes",
        "A route controller adds a prefix to the interface of machine m, whose template changes its own",
        network,
    );
    scope.actors = vec![
        vec![
            Act::new(
                "Ann makes machine m with entry a and prefix 10.1.0.0/24",
                |model| {
                    routes(model, &["10.1.0.0/24"]);
                },
            ),
            Act::new("Ann changes the prefix to 10.2.0.0/24", |model| {
                routes(model, &["10.2.0.0/24"]);
            }),
            Act::new("Ann changes it back", |model| {
                routes(model, &["10.1.0.0/24"]);
            }),
        ],
        vec![
            Act::new(
                "The route controller adds 10.9.0.0/24 to interface m-a",
                |model| {
                    let stored = model.get(Kind::NetworkInterface, "m-a");
                    let stored = stored.map(|object| object["spec"]["prefixes"].clone());
                    let mut prefixes = stored
                        .and_then(|list| list.as_array().cloned())
                        .unwrap_or_default();
                    prefixes.push(json!({ "value": ROUTE }));
                    let patch = json!({ "spec": { "prefixes": prefixes } });
                    model.patch(Kind::NetworkInterface, "m-a", &patch);
                },
            )
            .when(|model| is_there(model, Kind::NetworkInterface, "m-a")),
        ],
    ];
    scope.budget = Budget {
        losses: 1,
        crashes: 1,
        ..Budget::default()
    };
    scope.desired = others_route_is_there;
    vec![scope]
}

fn routes(model: &mut Model, prefixes: &[&str]) {
    let prefixes: Vec<Value> = prefixes
        .iter()
        .map(|text| json!({ "value": text }))
        .collect();
    let spec = interface_with("10.0.0.1", "prefixes", prefixes.into());
    machine(model, "m", &[ephemeral("a", &spec)]);
}

/// What the route controller has added stays.
fn others_route_is_there(server: &Server) -> Result<(), String> {
    let added = |object: &Value| {
        let mut prefixes = object["spec"]["prefixes"].as_array().into_iter().flatten();
        prefixes.any(|prefix| prefix["value"] == ROUTE)
    };
    let log = &server.log[&Kind::NetworkInterface];
    let was_there = log.iter().any(|shown| added(&shown.json));
    let prefixes = says(server, Kind::NetworkInterface, "m-a", "/spec/prefixes");
    let is_there = added(&json!({ "spec": { "prefixes": prefixes } }));
    if is_there || !was_there {
        return Ok(());
    }
    Err(format!("what others added stays: {prefixes}"))
}
