// SPDX-License-Identifier: Apache-2.0

//! A definition that is replaced reads what is stored in another way.

use super::*;

/// A definition that is replaced reads what is stored in another way. A watch may go by the old one still, and the answer to a
/// write by the new one.
#[test]
fn a_version_that_reads_otherwise_under_a_new_definition_is_taken_in() {
    let parent = |pending: &str| {
        let text = format!(
            r#"{{"metadata":{{"name":"p","namespace":"a","uid":"p","resourceVersion":"7","creationTimestamp":"1970-01-01T00:00:00Z"}},
                "spec":{{"ipFamily":"IPv4","prefix":"10.0.0.0/24"}},"status":{{"phase":"Allocated","pending":[{pending}]}}}}"#
        );
        AnyObject::decode(Kind::Prefix, &text).expect("metadata")
    };
    let recorded = r#"{"prefix":"10.0.0.0/32","uid":"c"}"#;
    let mut world = watching("a");
    world.take(Event::Applied(parent("")));
    let mut dirty = Dirty::new();
    world.learn(parent(recorded), Source::Answer(None), &mut dirty);
    let prefix = world.namespace("a").prefixes.get("p").expect("p");
    assert!(prefix.pending_for("c").is_some());
    assert_eq!(dirty.changed.len(), 1, "{dirty:?}");
    // The same definition again changes nothing.
    let mut dirty = Dirty::new();
    world.learn(parent(recorded), Source::Answer(None), &mut dirty);
    assert!(dirty.changed.is_empty(), "{dirty:?}");
}
