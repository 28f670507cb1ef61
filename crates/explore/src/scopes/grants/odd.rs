// SPDX-License-Identifier: Apache-2.0

//! Children that are parents, that others keep, change or take over, and blocks that rest.

use std::time::Duration;

use ni_controller::world::Kind;
use serde_json::{Value, json};

use super::{
    child, delete, granted_parent, guard_child, names, prefix, scope, spoil, two_children,
};
use crate::scope::{Act, Budget, Scope};

pub(super) fn grandchild() -> Scope {
    let actors = vec![
        vec![
            Act::new("Ann makes child q of two addresses", |model| {
                prefix(
                    model,
                    "q",
                    &json!({ "prefixLength": 31, "parentRef": { "name": "p" } }),
                );
            }),
            Act::new("Ann deletes child q", |model| delete(model, "q")),
        ],
        vec![
            Act::new("Ben makes child a of q", |model| {
                prefix(
                    model,
                    "a",
                    &json!({ "prefixLength": 32, "parentRef": { "name": "q" } }),
                );
            }),
            Act::new("Ben deletes child a", |model| delete(model, "a")),
        ],
    ];
    Scope {
        setup: |model| granted_parent(model, "p", "10.0.0.0/30", &[]),
        budget: Budget {
            losses: 1,
            ..Budget::default()
        },
        ..scope(
            "grandchild",
            "A child asks for a part of another child, and both come and go",
            actors,
        )
    }
}

pub(super) fn undecodable() -> Scope {
    let actors = vec![
        vec![
            Act::new(
                "Ann has the child that has an address not decode",
                |model| {
                    spoil(model, "taken", &json!("none"));
                },
            ),
            Act::new("Ann mends it", |model| spoil(model, "taken", &json!(1))),
        ],
        vec![
            Act::new("Ben makes child a", |model| child(model, "a")),
            Act::new("Ben deletes child a", |model| delete(model, "a")),
            Act::new("Ben makes child b", |model| child(model, "b")),
        ],
    ];
    Scope {
        setup: |model| {
            granted_parent(model, "p", "10.0.0.0/31", &[("taken", "10.0.0.0/32")]);
        },
        budget: Budget {
            crashes: 1,
            ..Budget::default()
        },
        room: 1,
        ..scope(
            "child-undecodable",
            "One that has an address does not decode for a time, while others ask for one",
            actors,
        )
    }
}

pub(super) fn resting() -> Scope {
    let mut scope = Scope {
        budget: Budget {
            crashes: 1,
            waits: 1,
            ..Budget::default()
        },
        room: 1,
        ..two_children(
            "two-children-resting",
            "Two prefixes ask for the one address that a parent has left, and freed ones rest",
        )
    };
    scope.options.reuse_delay = Duration::from_mins(1);
    scope
}

/// A block is set once, by whoever is first.
pub(super) fn block_named_late() -> Scope {
    let actors = vec![
        vec![
            Act::new("Ann makes child a", |model| child(model, "a")),
            Act::new("Ann names the block 10.0.0.1/32 in child a", |model| {
                names(model, "a", "10.0.0.1/32");
            })
            .when(|model| {
                let child = model.get(Kind::Prefix, "a");
                child.is_some_and(|child| child["spec"]["prefix"].is_null())
            }),
        ],
        vec![Act::new("Ben makes child b", |model| child(model, "b"))],
    ];
    Scope {
        budget: Budget {
            losses: 1,
            ..Budget::default()
        },
        ..scope(
            "block-named-late",
            "A user names the block of a prefix while it is being granted another",
            actors,
        )
    }
}

pub(super) fn guarded() -> Scope {
    let actors = vec![
        vec![
            Act::new("Ann makes child a", |model| child(model, "a")),
            Act::new("Ann gives child a to an outside system", |model| {
                guard_child(model, "a", &json!("them"));
            }),
            Act::new("Ann takes child a back", |model| {
                guard_child(model, "a", &Value::Null);
            }),
        ],
        vec![Act::new("Ben makes child b", |model| child(model, "b"))],
    ];
    Scope {
        setup: |model| {
            granted_parent(model, "p", "10.0.0.0/31", &[("taken", "10.0.0.0/32")]);
        },
        budget: Budget {
            losses: 1,
            ..Budget::default()
        },
        ..scope(
            "child-taken-over",
            "A prefix is given to an outside system and back while it is being granted an address",
            actors,
        )
    }
}

/// Others' finalizers keep a prefix, and with it its block.
pub(super) fn held() -> Scope {
    let actors = vec![
        vec![
            Act::new(
                "Ann deletes the child that has an address, which a finalizer keeps",
                |model| {
                    delete(model, "taken");
                },
            ),
            Act::new("Ann takes the finalizer off", |model| {
                model.release(Kind::Prefix, "taken");
            }),
        ],
        vec![
            Act::new("Ben makes child a", |model| child(model, "a")),
            Act::new("Ben makes child b", |model| child(model, "b")),
        ],
    ];
    Scope {
        setup: |model| {
            granted_parent(model, "p", "10.0.0.0/31", &[("taken", "10.0.0.0/32")]);
            let hold = json!({ "metadata": { "finalizers": ["test/hold"] } });
            model.patch(Kind::Prefix, "taken", &hold);
        },
        budget: Budget {
            crashes: 1,
            ..Budget::default()
        },
        ..scope(
            "child-held",
            "One that has an address is deleted and kept by a finalizer, while others ask for one",
            actors,
        )
    }
}
