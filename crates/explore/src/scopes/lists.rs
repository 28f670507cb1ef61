// SPDX-License-Identifier: Apache-2.0

//! Watches that begin again with a list, which may be old and comes item by item.

use ni_controller::world::Kind;
use serde_json::{Value, json};

use super::objects::{ephemeral, interface, is_there, machine, made_for, network};
use crate::scope::{Act, Budget, Scope};

pub(super) fn scopes() -> Vec<Scope> {
    let crash = Budget {
        crashes: 1,
        slow_lists: 2,
        ..Budget::default()
    };
    let relist = Budget {
        relists: 2,
        slow_lists: 1,
        old_lists: 1,
        ..Budget::default()
    };
    vec![
        scope(
            "crash-and-list",
            "The controller dies while machine m and its interface are made and go, and lists item by item",
            crash,
        ),
        scope(
            "old-lists",
            "Watches begin again with lists that may be old while machine m and its interface are made and go",
            relist,
        ),
        gone_unseen(),
        behind_a_look(),
    ]
}

fn behind_a_look() -> Scope {
    let mut scope = Scope::new(
        "behind-a-look",
        "Ann has machine m drop entry b, and a list shows what was before entry a had both families",
        |model| {
            network(model);
            machine(model, "m", &[one_family("a"), one_family("b")]);
            machine(model, "m", &[both_families("a"), one_family("b")]);
            for (name, entry) in [("m-a", both_families("a")), ("m-b", one_family("b"))] {
                let template = &entry["ephemeral"]["networkInterfaceTemplate"];
                made_for(model, "m", name, &template["spec"]);
            }
        },
    );
    scope.actors = vec![vec![Act::new("Ann has machine m drop entry b", |model| {
        machine(model, "m", &[both_families("a")]);
    })]];
    // Of a list that comes between the look for entry b and the end of its interface nothing follows for entry a.
    scope.budget = Budget {
        relists: 1,
        old_lists: 1,
        ..Budget::default()
    };
    scope
}

fn one_family(entry: &str) -> Value {
    ephemeral(entry, &interface("10.0.0.1"))
}

fn both_families(entry: &str) -> Value {
    let mut spec = interface("10.0.0.1");
    spec["ipFamilies"] = json!(["IPv4", "IPv6"]);
    ephemeral(entry, &spec)
}

fn gone_unseen() -> Scope {
    let mut scope = Scope::new(
        "gone-unseen",
        "Ben deletes the interface of machine m, and the controller learns of it only by a list that lacks it",
        network,
    );
    scope.actors = vec![
        vec![Act::new("Ann makes machine m with entry a", |model| {
            machine(model, "m", &[ephemeral("a", &interface("10.0.0.1"))]);
        })],
        vec![
            Act::new("Ben deletes interface m-a", |model| {
                model.delete(Kind::NetworkInterface, "m-a");
            })
            .when(|model| is_there(model, Kind::NetworkInterface, "m-a")),
        ],
    ];
    scope.budget = Budget {
        relists: 1,
        slow_lists: 1,
        losses: 1,
        ..Budget::default()
    };
    scope
}

fn scope(name: &'static str, about: &'static str, budget: Budget) -> Scope {
    let mut scope = Scope::new(name, about, network);
    scope.actors = vec![vec![
        Act::new("Ann makes machine m with entry a", |model| {
            machine(model, "m", &[ephemeral("a", &interface("10.0.0.1"))]);
        }),
        Act::new("Ann has machine m use entry b in its place", |model| {
            machine(model, "m", &[ephemeral("b", &interface("10.0.0.1"))]);
        }),
        Act::new("Ann deletes machine m", |model| {
            model.delete(Kind::Machine, "m");
        }),
    ]];
    scope.budget = budget;
    scope
}
