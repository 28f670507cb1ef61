// SPDX-License-Identifier: Apache-2.0

//! What went stays gone, and is remembered where it matters.

use k8s_openapi::jiff::Timestamp;

use super::*;

#[test]
fn what_went_stays_gone_however_often_another_namespace_is_listed() {
    let mut world = watching("a,b");
    world.list("a", &[("x", 1)]);
    let key = Key {
        namespace: "a".into(),
        kind: Kind::NetworkInterface,
        name: "x".into(),
    };
    world.forget(&key, "x", Loss::Unexplained, &mut Dirty::new());
    world.list("b", &[]);
    world.list("b", &[]);
    world.take(Event::Applied(interface("a", "x", 1)));
    assert_eq!(world.names(), "", "a late word");
    world.list("a", &[("x", 1)]);
    assert_eq!(world.names(), "a/x");
}

#[test]
fn late_words_bring_nothing_back_that_went_however_often_its_name_was_taken_since() {
    let known = |name: &str, uid: &str, version: u64| {
        let text = format!(
            r#"{{"metadata":{{"name":"{name}","namespace":"a","uid":"{uid}","resourceVersion":"{version}","creationTimestamp":"1970-01-01T00:00:00Z"}}}}"#
        );
        AnyObject::decode(NIC, &text).expect("metadata")
    };
    let key = Key {
        namespace: "a".into(),
        kind: NIC,
        name: "x".into(),
    };
    let mut world = watching("a");
    world.list("a", &[]);
    for (uid, version) in [("one", 1), ("two", 3)] {
        let made = known("x", uid, version);
        world.learn(made, Source::Answer(None), &mut Dirty::new());
        world.forget(&key, uid, Loss::Unexplained, &mut Dirty::new());
    }
    for late in [
        Event::Applied(known("x", "one", 1)),
        Event::Deleted(known("x", "one", 2)),
        Event::Applied(known("x", "two", 3)),
    ] {
        world.take(late);
        assert_eq!(world.names(), "");
    }
    world.take(Event::Deleted(known("x", "two", 4)));
    world.take(Event::Applied(known("x", "three", 5)));
    assert_eq!(world.names(), "a/x");
}

/// The machine `m` in the namespace `a`, or its child `m-c`; the uid is the name.
fn owner_or_child(kind: Kind, version: u64) -> AnyObject {
    let (name, owner) = match kind {
        Kind::Machine => ("m", ""),
        _ => (
            "m-c",
            r#","ownerReferences":[{"apiVersion":"compute.ironcore.dev/v1alpha1","kind":"Machine","name":"m","uid":"m","controller":true}]"#,
        ),
    };
    let text = format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"a","uid":"{name}","resourceVersion":"{version}","creationTimestamp":"1970-01-01T00:00:00Z"{owner}}}}}"#
    );
    AnyObject::decode(kind, &text).expect("metadata")
}

#[test]
fn a_child_that_went_is_remembered_until_its_owner_is_read_or_gone() {
    let mut world = watching("a");
    let lost = |world: &World| {
        let namespace = world.namespace("a");
        namespace.has_lost_a_child(Kind::Machine, "m")
    };
    let machine = |version| owner_or_child(Kind::Machine, version);
    let child = |version| owner_or_child(NIC, version);
    world.take(Event::Applied(machine(1)));
    world.take(Event::Applied(child(2)));
    let sent = world.clock();
    world.take(Event::Deleted(child(3)));
    assert!(lost(&world));
    // A read that was sent before says nothing of what happened since.
    world.learn(machine(1), Source::Look(sent), &mut Dirty::new());
    assert!(lost(&world));
    world.learn(machine(1), Source::Look(world.clock()), &mut Dirty::new());
    assert!(!lost(&world));

    // We delete a child only after a read of its owner.
    world.take(Event::Applied(child(4)));
    let key = Key {
        namespace: "a".into(),
        kind: NIC,
        name: "m-c".into(),
    };
    world.forget(&key, "m-c", Loss::Ours, &mut Dirty::new());
    assert!(!lost(&world));

    // What a list does not show went as well.
    world.list("a", &[("m-c", 5)]);
    world.take(Event::Applied(child(6)));
    world.list("a", &[]);
    assert!(lost(&world));
    world.take(Event::Deleted(machine(7)));
    assert!(!lost(&world));
}

#[test]
fn the_newest_time_of_creation_is_known_though_its_object_is_gone() {
    let made = |name: &str, second: u8, version: u64| {
        let text = format!(
            r#"{{"metadata":{{"name":"{name}","namespace":"a","uid":"{name}","resourceVersion":"{version}","creationTimestamp":"1970-01-01T00:00:{second:02}Z"}}}}"#
        );
        AnyObject::decode(NIC, &text).expect("metadata")
    };
    let newest = |world: &World| {
        let newest = world.namespace("a").newest_creation();
        newest.map(Timestamp::as_second)
    };
    let mut world = watching("a");
    world.list("a", &[]);
    assert_eq!(newest(&world), None);
    for (name, second, version) in [("x", 20, 1), ("y", 30, 2), ("z", 10, 3)] {
        world.take(Event::Applied(made(name, second, version)));
    }
    world.take(Event::Deleted(made("y", 30, 4)));
    assert_eq!(newest(&world), Some(30));
}
