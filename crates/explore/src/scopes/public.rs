// SPDX-License-Identifier: Apache-2.0

//! Virtual IPs that get their addresses from a public pool.

use ironcore_api::ownership::{VIRTUAL_IP_NAME, VIRTUAL_IP_NAMESPACE, VIRTUAL_IP_UID};
use ni_controller::world::Kind;
use serde_json::json;

use super::grants::{allocate, granted_parent};
use crate::invariants::{public_addresses_are_held, records_are_exact, virtual_ips_are_served};
use crate::scope::{Act, Budget, Controllers, Scope};
use crate::server::{Model, NAMESPACE, uid};

pub(super) fn scopes() -> Vec<Scope> {
    vec![
        Scope {
            budget: Budget {
                losses: 1,
                crashes: 1,
                ..Budget::default()
            },
            ..scope(
                "public-address",
                "Two virtual IPs ask for the one address that a pool has left",
            )
        },
        Scope {
            controllers: Controllers::TwoLeaders,
            room: 1,
            ..scope(
                "public-address-two-leaders",
                "Two virtual IPs ask for the one address that a pool has left, and two replicas believe that they lead",
            )
        },
        Scope {
            setup: |model| {
                pool(model, "10.0.0.0/30");
                served(model, "v");
            },
            actors: vec![vec![
                Act::new("Ann deletes virtual IP v", |model| {
                    model.delete(Kind::VirtualIp, "v");
                }),
                Act::new("Ann makes virtual IP v again", |model| {
                    virtual_ip(model, "v");
                }),
            ]],
            budget: Budget {
                crashes: 1,
                old_lists: 1,
                ..Budget::default()
            },
            room: 1,
            ..scope(
                "public-address-old-lists",
                "A virtual IP that has an address of a pool goes and is made again, while lists may be old",
            )
        },
        Scope {
            setup: |model| {
                pool(model, "10.0.0.0/30");
                virtual_ip(model, "v");
            },
            actors: vec![vec![
                Act::new(
                    "Ann deletes the prefix that holds the address of v",
                    |model| {
                        delete_address(model, "v");
                    },
                )
                .when(|model| address(model, "v").is_some()),
                Act::new("Ann deletes virtual IP v", |model| {
                    model.delete(Kind::VirtualIp, "v");
                }),
            ]],
            budget: Budget {
                losses: 1,
                crashes: 1,
                ..Budget::default()
            },
            ..scope(
                "public-address-deleted",
                "The prefix that holds the address of a virtual IP is deleted by hand",
            )
        },
    ]
}

fn scope(name: &'static str, about: &'static str) -> Scope {
    let mut scope = Scope::new(name, about, |model| {
        // Its first address, and its last, are not handed out.
        pool(model, "10.0.0.0/30");
        taken(model);
    });
    scope.kinds = vec![Kind::VirtualIp, Kind::Prefix];
    scope.pools = true;
    scope.actors = vec![
        vec![
            Act::new("Ann makes virtual IP v", |model| virtual_ip(model, "v")),
            Act::new("Ann deletes virtual IP v", |model| {
                model.delete(Kind::VirtualIp, "v");
            }),
        ],
        vec![Act::new("Ben makes virtual IP w", |model| {
            virtual_ip(model, "w");
        })],
    ];
    scope.desired = |server| {
        records_are_exact(server.model())?;
        public_addresses_are_held(server.model())?;
        virtual_ips_are_served(server.model())
    };
    scope
}

fn pool(model: &mut Model, block: &str) {
    granted_parent(model, "p", block, &[]);
    let labels = json!({ "ni.ironcore.dev/public-pool": "" });
    model.patch(
        Kind::Prefix,
        "p",
        &json!({ "metadata": { "labels": labels } }),
    );
}

/// Of the two addresses that the pool can hand out somebody has the first.
fn taken(model: &mut Model) {
    let spec = json!({
        "ipFamily": "IPv4", "prefix": "10.0.0.1/32", "parentRef": { "name": "p" },
    });
    model.create(Kind::Prefix, "taken", &json!({ "spec": spec }));
    allocate(model, "taken");
    let record = json!({ "status": { "used": ["10.0.0.1/32"] } });
    model.patch(Kind::Prefix, "p", &record);
}

fn virtual_ip(model: &mut Model, name: &str) {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
    model.create(Kind::VirtualIp, name, &json!({ "spec": spec }));
}

/// A virtual IP with the first address of the pool.
fn served(model: &mut Model, name: &str) {
    let spec = json!({ "type": "Public", "ipFamily": "IPv4" });
    let body = json!({ "spec": spec, "status": { "ip": "10.0.0.1" } });
    model.create(Kind::VirtualIp, name, &body);
    let uid = model.get(Kind::VirtualIp, name).map(uid);
    let uid = uid.unwrap_or_default().to_owned();
    let body = json!({
        "metadata": {
            "annotations": {
                VIRTUAL_IP_NAMESPACE: NAMESPACE, VIRTUAL_IP_NAME: name, VIRTUAL_IP_UID: uid,
            },
            "finalizers": [Kind::Prefix.entry().finalizer],
        },
        "spec": { "ipFamily": "IPv4", "prefix": "10.0.0.1/32", "parentRef": { "name": "p" } },
    });
    model.create(Kind::Prefix, &uid, &body);
    allocate(model, &uid);
    let record = json!({ "status": { "used": ["10.0.0.1/32"] } });
    model.patch(Kind::Prefix, "p", &record);
}

/// The name of the prefix that holds the address of a virtual IP.
fn address(model: &Model, virtual_ip: &str) -> Option<String> {
    let uid = model.get(Kind::VirtualIp, virtual_ip)?["metadata"]["uid"].as_str()?;
    model.get(Kind::Prefix, uid)?;
    Some(uid.to_owned())
}

fn delete_address(model: &mut Model, virtual_ip: &str) {
    if let Some(name) = address(model, virtual_ip) {
        model.delete(Kind::Prefix, &name);
    }
}
