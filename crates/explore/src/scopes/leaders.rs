// SPDX-License-Identifier: Apache-2.0

//! Two replicas, of which one leads at a time, or both believe that they do.

use ni_controller::world::Kind;

use super::objects::{ephemeral, interface, machine, network};
use crate::scope::{Act, Budget, Controllers, Scope};

pub(super) fn scopes() -> Vec<Scope> {
    let one = Scope {
        controllers: Controllers::Two,
        budget: Budget {
            depositions: 2,
            ..Budget::default()
        },
        ..scope(
            "leaders-change",
            "The Lease changes hands at any time while machine m is made, changed and deleted",
        )
    };
    let two = Scope {
        controllers: Controllers::TwoLeaders,
        room: 1,
        ..scope(
            "two-leaders",
            "Two replicas both believe that they lead while machine m is made, changed and deleted",
        )
    };
    vec![one, two]
}

fn scope(name: &'static str, about: &'static str) -> Scope {
    let mut scope = Scope::new(name, about, network);
    scope.actors = vec![vec![
        Act::new("Ann makes machine m with entry a", |model| {
            machine(model, "m", &[ephemeral("a", &interface("10.0.0.1"))]);
        }),
        Act::new("Ann changes the address of entry a", |model| {
            machine(model, "m", &[ephemeral("a", &interface("10.0.0.2"))]);
        }),
        Act::new("Ann deletes machine m", |model| {
            model.delete(Kind::Machine, "m");
        }),
    ]];
    scope
}
