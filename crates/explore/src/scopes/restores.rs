// SPDX-License-Identifier: Apache-2.0

//! An API server that is restored from a backup.

use ni_controller::world::Kind;

use super::objects::{ephemeral, interface, machine, network};
use crate::scope::{Act, Budget, Scope};

pub(super) fn scopes() -> Vec<Scope> {
    let mut scope = Scope::new(
        "restored",
        "The API server goes back to the beginning while machine m is made and changed",
        |model| {
            network(model);
            machine(model, "m", &[ephemeral("a", &interface("10.0.0.1"))]);
        },
    );
    scope.actors = vec![vec![
        Act::new("Ann adds entry b", |model| {
            let entries = [
                ephemeral("a", &interface("10.0.0.1")),
                ephemeral("b", &interface("10.0.0.2")),
            ];
            machine(model, "m", &entries);
        }),
        Act::new("Ann deletes machine m", |model| {
            model.delete(Kind::Machine, "m");
        }),
    ]];
    scope.budget = Budget {
        restores: 1,
        ..Budget::default()
    };
    vec![scope]
}
