// SPDX-License-Identifier: Apache-2.0

//! A virtual IP that outlives its interface.

use ni_controller::world::Kind;
use serde_json::{Value, json};

use super::objects::{apply, interface_with, is_there, network};
use crate::scope::{Act, Budget, Scope};
use crate::server::Model;

pub(super) fn scopes() -> Vec<Scope> {
    vec![handed_over(), dropped()]
}

fn dropped() -> Scope {
    let mut scope = Scope::new(
        "virtual-ip-dropped",
        "Interface x no longer wants its virtual IP, which is retained, and then does again, while a list is under way",
        network,
    );
    scope.kinds = vec![Kind::NetworkInterface, Kind::VirtualIp];
    scope.actors = vec![vec![
        Act::new(
            "Ann makes interface x with a virtual IP that is retained",
            own,
        ),
        Act::new("Ann takes the virtual IP from interface x", |model| {
            let without = json!({ "spec": { "virtualIP": null } });
            model.patch(Kind::NetworkInterface, "x", &without);
        }),
        Act::new("Ann gives interface x its virtual IP again", own),
    ]];
    scope.budget = Budget {
        relists: 1,
        slow_lists: 1,
        ..Budget::default()
    };
    scope
}

fn handed_over() -> Scope {
    let mut scope = Scope::new(
        "retained-virtual-ip",
        "Interface x has a virtual IP that is retained; x goes, interface y refers to it, and x comes back",
        network,
    );
    scope.kinds = vec![Kind::NetworkInterface, Kind::VirtualIp];
    scope.actors = vec![
        vec![
            Act::new(
                "Ann makes interface x with a virtual IP that is retained",
                own,
            ),
            Act::new("Ann deletes interface x", |model| {
                model.delete(Kind::NetworkInterface, "x");
            }),
            Act::new("Ann makes interface x again", own),
        ],
        vec![Act::new(
            "Ben makes interface y, which refers to virtual IP x",
            |model| {
                let source = json!({ "virtualIPRef": { "name": "x" } });
                with_virtual_ip(model, "y", "10.0.0.2", source);
            },
        )],
        vec![
            Act::new("The provider gives virtual IP x an address", |model| {
                let status = json!({ "status": { "ip": "198.51.100.1" } });
                model.patch(Kind::VirtualIp, "x", &status);
            })
            .when(|model| is_there(model, Kind::VirtualIp, "x")),
        ],
    ];
    scope.budget = Budget {
        losses: 1,
        ..Budget::default()
    };
    scope
}

fn own(model: &mut Model) {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4", "reclaimPolicy": "Retain" });
    let source = json!({ "ephemeral": { "virtualIPTemplate": { "spec": spec } } });
    with_virtual_ip(model, "x", "10.0.0.1", source);
}

fn with_virtual_ip(model: &mut Model, name: &str, ip: &str, source: Value) {
    let spec = interface_with(ip, "virtualIP", source);
    apply(
        model,
        Kind::NetworkInterface,
        name,
        &json!({ "spec": spec }),
    );
}
