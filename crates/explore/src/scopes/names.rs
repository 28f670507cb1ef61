// SPDX-License-Identifier: Apache-2.0

//! Two machines whose interfaces would have one name.

use ni_controller::world::Kind;

use super::objects::{ephemeral, interface, machine, network};
use crate::scope::{Act, Budget, Scope};

pub(super) fn scopes() -> Vec<Scope> {
    let mut scope = Scope::new(
        "one-name",
        "Machine m (entry a-b) and machine m-a (entry b) both want the interface m-a-b; one of them goes",
        network,
    );
    scope.actors = vec![
        vec![
            Act::new("Ann makes machine m with entry a-b", |model| {
                machine(model, "m", &[ephemeral("a-b", &interface("10.0.0.1"))]);
            }),
            Act::new("Ann deletes machine m", |model| {
                model.delete(Kind::Machine, "m");
            }),
        ],
        vec![Act::new("Ben makes machine m-a with entry b", |model| {
            machine(model, "m-a", &[ephemeral("b", &interface("10.0.0.2"))]);
        })],
    ];
    scope.budget = Budget {
        losses: 1,
        ..Budget::default()
    };
    vec![scope]
}
