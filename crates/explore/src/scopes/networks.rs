// SPDX-License-Identifier: Apache-2.0

//! A network that is deleted while interfaces come and go.

use ni_controller::world::Kind;

use super::objects::{NETWORK, apply, interface, is_there, network};
use crate::scope::{Act, Budget, Scope};

pub(super) fn scopes() -> Vec<Scope> {
    let mut scope = Scope::new(
        "network-held",
        "Network net is deleted while an interface is made on it, and made again once it is gone",
        network,
    );
    scope.kinds = vec![Kind::Network, Kind::NetworkInterface];
    scope.actors = vec![
        vec![
            Act::new("Ann deletes network net", |model| {
                model.delete(Kind::Network, NETWORK);
            }),
            Act::new("Ann makes network net again", network)
                .when(|model| model.get(Kind::Network, NETWORK).is_none()),
        ],
        vec![
            Act::new("Ben makes interface x", |model| {
                apply(
                    model,
                    Kind::NetworkInterface,
                    "x",
                    &serde_json::json!({ "spec": interface("10.0.0.1") }),
                );
            }),
            Act::new("Ben deletes interface x", |model| {
                model.delete(Kind::NetworkInterface, "x");
            })
            .when(|model| is_there(model, Kind::NetworkInterface, "x")),
        ],
    ];
    scope.budget = Budget {
        losses: 1,
        crashes: 1,
        relists: 1,
        ..Budget::default()
    };
    vec![scope]
}
