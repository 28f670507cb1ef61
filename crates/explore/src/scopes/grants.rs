//! Prefixes that are parts of others.

use ni_controller::plan::{Allocator, Options};
use ni_controller::world::Kind;
use serde_json::json;

use super::objects::apply;
use crate::invariants::records_are_exact;
use crate::scope::{Act, Budget, Controllers, Scope};
use crate::server::Model;

pub(super) fn scopes() -> Vec<Scope> {
    let one = Scope {
        budget: Budget {
            losses: 1,
            crashes: 1,
            ..Budget::default()
        },
        ..two_children(
            "two-children",
            "Two prefixes ask for the one address that a parent has left",
        )
    };
    let leaders = Scope {
        controllers: Controllers::TwoLeaders,
        room: 1,
        ..two_children(
            "two-children-two-leaders",
            "Two prefixes ask for the one address that a parent has left, and two replicas believe that they lead",
        )
    };
    vec![one, leaders]
}

fn two_children(name: &'static str, about: &'static str) -> Scope {
    let mut scope = Scope::new(name, about, |model| {
        // One of two addresses is taken.
        prefix(
            model,
            "p",
            &json!({ "ipFamily": "IPv4", "prefix": "10.0.0.0/31" }),
        );
        child(model, "taken");
    });
    scope.kinds = vec![Kind::Prefix];
    scope.options = Options {
        prefixes: Allocator::Controller,
        ..Options::default()
    };
    scope.actors = vec![
        vec![
            Act::new("Ann makes child a", |model| child(model, "a")),
            Act::new("Ann deletes child a", |model| {
                model.delete(Kind::Prefix, "a")
            }),
        ],
        vec![Act::new("Ben makes child b", |model| child(model, "b"))],
    ];
    scope.desired = |server| records_are_exact(server.model());
    scope
}

fn child(model: &mut Model, name: &str) {
    let parent = json!({ "name": "p" });
    let spec = json!({ "ipFamily": "IPv4", "prefixLength": 32, "parentRef": parent });
    prefix(model, name, &spec);
}

fn prefix(model: &mut Model, name: &str, spec: &serde_json::Value) {
    apply(model, Kind::Prefix, name, &json!({ "spec": spec }));
}
