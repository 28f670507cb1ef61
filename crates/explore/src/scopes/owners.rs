// SPDX-License-Identifier: Apache-2.0

//! An owner that goes while its child is being made, and comes back under its name.

use ni_controller::world::Kind;

use super::objects::{ephemeral, interface, machine, network};
use crate::scope::{Act, Budget, Scope};

pub(super) fn scopes() -> Vec<Scope> {
    let mut scope = Scope::new(
        "owner-deleted",
        "Machine m goes while its interface is being made, and is made again under the same name",
        network,
    );
    let make = |says| {
        Act::new(says, |model| {
            machine(model, "m", &[ephemeral("a", &interface("10.0.0.1"))]);
        })
    };
    scope.actors = vec![vec![
        make("Ann makes machine m with entry a"),
        Act::new("Ann deletes machine m", |model| {
            model.delete(Kind::Machine, "m");
        }),
        make("Ann makes machine m again"),
    ]];
    scope.budget = Budget {
        losses: 1,
        crashes: 1,
        ..Budget::default()
    };
    vec![scope]
}
