// SPDX-License-Identifier: Apache-2.0

//! Prefixes that are parts of others: what one protocol of reads and writes has to stand.

mod odd;

use ni_controller::world::Kind;
use serde_json::{Value, json};

use super::objects::apply;
use crate::invariants::{nobody_waits_for_what_is_free, records_are_exact};
use crate::scope::{Act, Budget, Controllers, Scope};
use crate::server::Model;

pub(super) fn scopes() -> Vec<Scope> {
    vec![
        Scope {
            budget: Budget {
                losses: 1,
                crashes: 1,
                ..Budget::default()
            },
            ..two_children(
                "two-children",
                "Two prefixes ask for the one address that a parent has left",
            )
        },
        Scope {
            controllers: Controllers::TwoLeaders,
            room: 1,
            ..two_children(
                "two-children-two-leaders",
                "Two prefixes ask for the one address that a parent has left, and two replicas believe that they lead",
            )
        },
        Scope {
            controllers: Controllers::Two,
            budget: Budget {
                depositions: 2,
                ..Budget::default()
            },
            room: 1,
            ..two_children(
                "two-children-leaders-change",
                "Two prefixes ask for the one address that a parent has left, and the Lease changes hands at any time",
            )
        },
        Scope {
            budget: Budget {
                relists: 1,
                old_lists: 1,
                slow_lists: 1,
                ..Budget::default()
            },
            room: 1,
            ..two_children(
                "two-children-old-lists",
                "Two prefixes ask for the one address that a parent has left, while lists begin that may be old",
            )
        },
        Scope {
            budget: Budget {
                restores: 1,
                ..Budget::default()
            },
            room: 1,
            ..two_children(
                "two-children-restored",
                "Two prefixes ask for the one address that a parent has left, and the API server goes back",
            )
        },
        one_block(),
        one_block_two_leaders(),
        two_parents(),
        parent_made_again(),
        restored_without_status(),
        odd::grandchild(),
        odd::undecodable(),
        odd::resting(),
        odd::block_named_late(),
        odd::guarded(),
        odd::held(),
        named_by_another(),
    ]
}

/// A parent of two addresses, and what users do.
fn scope(name: &'static str, about: &'static str, actors: Vec<Vec<Act>>) -> Scope {
    let mut scope = Scope::new(name, about, |model| {
        granted_parent(model, "p", "10.0.0.0/31", &[]);
    });
    scope.kinds = vec![Kind::Prefix];
    scope.actors = actors;
    scope.desired = |server| {
        records_are_exact(server.model())?;
        nobody_waits_for_what_is_free(server.model())
    };
    scope
}

fn two_children(name: &'static str, about: &'static str) -> Scope {
    let actors = vec![
        vec![
            Act::new("Ann makes child a", |model| child(model, "a")),
            Act::new("Ann deletes child a", |model| delete(model, "a")),
        ],
        vec![Act::new("Ben makes child b", |model| child(model, "b"))],
    ];
    Scope {
        setup: |model| {
            granted_parent(model, "p", "10.0.0.0/31", &[("taken", "10.0.0.0/32")]);
        },
        ..scope(name, about, actors)
    }
}

fn name_one_block() -> Vec<Vec<Act>> {
    vec![
        vec![
            Act::new("Ann makes child a, which names 10.0.0.0/32", |model| {
                names(model, "a", "10.0.0.0/32");
            }),
            Act::new("Ann deletes child a", |model| delete(model, "a")),
        ],
        vec![Act::new(
            "Ben makes child b, which names 10.0.0.0/32",
            |model| {
                names(model, "b", "10.0.0.0/32");
            },
        )],
    ]
}

fn one_block() -> Scope {
    Scope {
        budget: Budget {
            losses: 1,
            crashes: 1,
            ..Budget::default()
        },
        ..scope("one-block", "Two prefixes name one block", name_one_block())
    }
}

fn one_block_two_leaders() -> Scope {
    Scope {
        controllers: Controllers::TwoLeaders,
        room: 1,
        ..scope(
            "one-block-two-leaders",
            "Two prefixes name one block, and two replicas believe that they lead",
            name_one_block(),
        )
    }
}

/// Two leaders may choose two parents.
fn two_parents() -> Scope {
    let actors = vec![
        vec![Act::new("Ann makes child a, which selects both", |model| {
            selects(model, "a");
        })],
        vec![
            Act::new("Ben makes the longer parent q", |model| {
                parent(model, "q", "10.0.1.0/31");
            }),
            Act::new("Ben deletes parent q", |model| delete(model, "q")),
        ],
    ];
    Scope {
        controllers: Controllers::TwoLeaders,
        setup: |model| granted_parent(model, "p", "10.0.0.0/30", &[]),
        room: 1,
        ..scope(
            "two-parents-two-leaders",
            "A prefix selects two parents of which one comes and goes, and two replicas believe that they lead",
            actors,
        )
    }
}

fn parent_made_again() -> Scope {
    let actors = vec![
        vec![
            Act::new("Ann deletes parent p", |model| delete(model, "p")),
            Act::new("Ann makes parent p again", |model| {
                parent(model, "p", "10.0.0.0/31");
            })
            .when(|model| model.get(Kind::Prefix, "p").is_none()),
        ],
        vec![
            Act::new("Ben deletes child a", |model| delete(model, "a")),
            Act::new("Ben makes child b", |model| child(model, "b")),
        ],
    ];
    Scope {
        setup: |model| {
            granted_parent(model, "p", "10.0.0.0/31", &[("a", "10.0.0.0/32")]);
        },
        budget: Budget {
            losses: 1,
            ..Budget::default()
        },
        ..scope(
            "parent-made-again",
            "A parent is deleted and made again under its children",
            actors,
        )
    }
}

/// A backup of objects has no status.
fn restored_without_status() -> Scope {
    let actors = vec![
        vec![Act::new("Ann makes child b", |model| child(model, "b"))],
        vec![
            Act::new("Ben deletes child a", |model| delete(model, "a")),
            Act::new(
                "Ben restores child a, which names 10.0.0.0/32, without its status",
                |model| {
                    names(model, "a", "10.0.0.0/32");
                },
            ),
        ],
    ];
    Scope {
        setup: |model| {
            granted_parent(model, "p", "10.0.0.0/31", &[("a", "10.0.0.0/32")]);
        },
        budget: Budget {
            losses: 1,
            crashes: 1,
            ..Budget::default()
        },
        ..scope(
            "restored-without-status",
            "A prefix is deleted and restored without its status while another asks for an address",
            actors,
        )
    }
}

/// Who names a block goes before those that ask for a length: leaders that know more and less decide differently.
fn named_by_another() -> Scope {
    let actors = vec![vec![Act::new(
        "Ben makes child b, which names 10.0.0.0/32",
        |model| {
            names(model, "b", "10.0.0.0/32");
        },
    )]];
    Scope {
        controllers: Controllers::TwoLeaders,
        setup: |model| {
            granted_parent(model, "p", "10.0.0.0/31", &[]);
            child(model, "a");
        },
        room: 1,
        ..scope(
            "named-by-another",
            "A prefix names the block that another is about to get, and two replicas believe that they lead",
            actors,
        )
    }
}

/// A parent and the children that have these blocks of it, at rest. The record is written last, as the protocol leaves it: a list
/// that shows this version of the parent shows the children.
pub(super) fn granted_parent(
    model: &mut Model,
    name: &str,
    block: &str,
    children: &[(&str, &str)],
) {
    parent(model, name, block);
    allocate(model, name);
    for (child, block) in children {
        names(model, child, block);
        allocate(model, child);
    }
    let finalizers = ["ipam.ironcore.dev/prefix"];
    let used: Vec<&str> = children.iter().map(|(_, block)| *block).collect();
    let record = json!({ "metadata": { "finalizers": finalizers }, "status": { "used": used } });
    model.patch(Kind::Prefix, name, &record);
}

pub(super) fn allocate(model: &mut Model, name: &str) {
    let ready = json!({
        "type": "Ready", "status": "True", "reason": "Allocated", "message": "",
        "observedGeneration": 1, "lastTransitionTime": "2026-01-01T00:00:00Z",
    });
    let status = json!({ "phase": "Allocated", "conditions": [ready], "observedGeneration": 1 });
    model.patch(Kind::Prefix, name, &json!({ "status": status }));
}

fn parent(model: &mut Model, name: &str, block: &str) {
    let spec = json!({ "ipFamily": "IPv4", "prefix": block });
    let labels = json!({ "pool": "a" });
    apply(
        model,
        Kind::Prefix,
        name,
        &json!({ "metadata": { "labels": labels }, "spec": spec }),
    );
}

fn child(model: &mut Model, name: &str) {
    prefix(
        model,
        name,
        &json!({ "prefixLength": 32, "parentRef": { "name": "p" } }),
    );
}

fn names(model: &mut Model, name: &str, block: &str) {
    prefix(
        model,
        name,
        &json!({ "prefix": block, "parentRef": { "name": "p" } }),
    );
}

fn selects(model: &mut Model, name: &str) {
    let selector = json!({ "matchLabels": { "pool": "a" } });
    prefix(
        model,
        name,
        &json!({ "prefixLength": 32, "parentSelector": selector }),
    );
}

fn prefix(model: &mut Model, name: &str, spec: &Value) {
    let mut spec = spec.clone();
    spec["ipFamily"] = "IPv4".into();
    apply(model, Kind::Prefix, name, &json!({ "spec": spec }));
}

fn delete(model: &mut Model, name: &str) {
    model.delete(Kind::Prefix, name);
}

fn spoil(model: &mut Model, name: &str, generation: &Value) {
    let status = json!({ "status": { "observedGeneration": generation } });
    model.patch(Kind::Prefix, name, &status);
}

fn guard_child(model: &mut Model, name: &str, who: &Value) {
    let annotations = json!({ "common.ironcore.dev/managed-by": who });
    model.patch(
        Kind::Prefix,
        name,
        &json!({ "metadata": { "annotations": annotations } }),
    );
}
