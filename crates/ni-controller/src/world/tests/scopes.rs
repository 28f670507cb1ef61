// SPDX-License-Identifier: Apache-2.0

//! Watches of several namespaces feed one world: what one of them says holds of its own namespace alone.

use super::*;

#[test]
fn a_new_list_of_one_namespace_forgets_nothing_of_another() {
    let mut world = watching("a,b");
    world.list("a", &[("x", 1), ("y", 2)]);
    world.list("b", &[("x", 3), ("y", 4)]);
    assert_eq!(world.names(), "a/x a/y b/x b/y");
    world.list("a", &[("y", 2)]);
    assert_eq!(world.names(), "a/y b/x b/y");
    for _ in 0..3 {
        world.list("b", &[]);
    }
    assert_eq!(world.names(), "a/y");
    assert_eq!(world.doubtful(), "");
}

#[test]
fn lists_that_are_read_at_the_same_time_do_not_mix() {
    let mut world = watching("a,b");
    world.list("a", &[("x", 1), ("y", 2)]);
    world.list("b", &[("x", 3), ("y", 4)]);
    world.take(Event::ListBegins(NIC, scope("a")));
    world.take(Event::ListBegins(NIC, scope("b")));
    world.take(Event::Listed(interface("a", "x", 1)));
    world.take(Event::ListEnds(NIC, scope("b")));
    assert_eq!(world.names(), "a/x a/y");
    world.take(Event::ListEnds(NIC, scope("a")));
    assert_eq!(world.names(), "a/x");
}

#[test]
fn what_is_in_a_namespace_that_is_not_watched_never_enters() {
    let mut world = watching("a");
    world.take(Event::ListBegins(NIC, scope("b")));
    world.take(Event::Listed(interface("b", "x", 1)));
    world.take(Event::ListEnds(NIC, scope("b")));
    world.take(Event::Applied(interface("b", "x", 2)));
    world.answer("b", "x", 3);
    assert_eq!(world.names(), "");
    assert_eq!(world.clock(), 0);
    world.take(Event::Applied(interface("a", "x", 2)));
    assert_eq!(world.names(), "a/x");
}

#[test]
fn all_of_a_namespace_is_shown_once_each_kind_has_been_listed_there() {
    let list = |world: &mut World, kind: Kind, namespace: &str| {
        world.take(Event::ListBegins(kind, scope(namespace)));
        world.take(Event::ListEnds(kind, scope(namespace)));
    };
    let shown = |world: &World| ["a", "b", "c"].map(|namespace| world.shows_all_of(namespace));
    let mut world = watching("a,b");
    for kind in Kind::ALL {
        assert_eq!(shown(&world), [false, false, false], "{kind:?}");
        list(&mut world, kind, "a");
    }
    assert_eq!(shown(&world), [true, false, false]);
    for kind in Kind::ALL {
        assert!(!world.is_complete(), "{kind:?}");
        list(&mut world, kind, "b");
    }
    assert_eq!(shown(&world), [true, true, false]);
    assert!(world.is_complete());
}

#[test]
fn all_keys_of_a_scope_come_from_any_of_them_on() {
    let mut world = watching("a,b");
    world.list("a", &[("x", 1), ("y", 2), ("z", 3)]);
    world.list("b", &[("x", 4)]);
    let all: Vec<Key> = world.keys_in(&Scope::All, None).collect();
    assert_eq!(all.len(), 4);
    let mut sorted = all.clone();
    sorted.sort_unstable();
    assert!(world.keys().eq(sorted));
    for (at, key) in all.iter().enumerate() {
        let rest = world.keys_in(&Scope::All, Some(key));
        assert!(rest.eq(all[at + 1..].iter().cloned()), "{key}");
    }
    let of_b = all.iter().filter(|key| *key.namespace == *"b");
    assert!(world.keys_in(&scope("b"), None).eq(of_b.cloned()));
}
