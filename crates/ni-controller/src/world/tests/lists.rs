// SPDX-License-Identifier: Apache-2.0

//! What a list takes back at its end, which comes in parts, and not before.

use super::*;
use crate::world::endings::{AT_ONCE, Ending};

#[test]
fn until_its_end_a_list_takes_nothing_back_and_confirms_nothing() {
    let version = |world: &World| world.namespace("a").version(NIC, "x");
    let mut world = watching("a");
    world.list("a", &[("x", 5)]);
    world.take(Event::ListBegins(NIC, scope("a")));
    world.take(Event::Listed(interface("a", "x", 3)));
    assert_eq!(version(&world), Some(5));
    // It breaks off; another one shows the same version as before.
    world.list("a", &[("x", 5)]);
    assert_eq!(version(&world), Some(5));
    // The server went back.
    world.list("a", &[("x", 3)]);
    assert_eq!(version(&world), Some(3));

    // What goes while a list is under way takes what that has shown with it.
    world.list("a", &[("x", 3), ("z", 1)]);
    world.take(Event::ListBegins(NIC, scope("a")));
    world.take(Event::Listed(interface("a", "x", 2)));
    world.take(Event::Listed(interface("a", "z", 1)));
    world.take(Event::Deleted(interface("a", "x", 6)));
    world.answer("a", "x", 8);
    world.take(Event::ListEnds(NIC, scope("a")));
    assert_eq!(version(&world), Some(8));
    world.list("a", &[("x", 3)]);

    // What only a list that broke off has shown may exist: the next one may be older.
    world.take(Event::ListBegins(NIC, scope("a")));
    world.take(Event::Listed(interface("a", "y", 9)));
    world.list("a", &[("x", 3)]);
    assert_eq!(world.names(), "a/x a/y");
    assert_eq!(world.doubtful(), "a/y");
}

/// A server whose watch cache lags lists what it has, then the events until it has caught up, and only then says that the list is
/// complete.
#[test]
fn a_list_that_catches_up_takes_nothing_back() {
    let version = |world: &World| world.namespace("a").version(NIC, "x");
    for shown in [
        vec![("x", 3), ("x", 5)],
        vec![("x", 3), ("x", 4), ("x", 5)],
        vec![("x", 3), ("x", 5), ("x", 7)],
    ] {
        let mut world = watching("a");
        world.list("a", &[("x", 3)]);
        world.take(Event::Applied(interface("a", "x", 5)));
        world.list("a", &shown);
        let last = shown.last().map(|(_, version)| *version);
        assert_eq!(version(&world), last, "{shown:?}");
    }
}

#[test]
fn the_end_of_a_long_list_comes_in_parts_and_takes_nothing_that_its_watch_shows_meanwhile() {
    let mut world = World::default();
    let all =
        |namespace: &str, name: &str, version| Event::Listed(interface(namespace, name, version));
    let many = || (0..AT_ONCE).map(|number| format!("many-{number}"));
    let begin = || Event::ListBegins(NIC, Scope::All);
    let end = || Event::ListEnds(NIC, Scope::All);
    world.take(begin());
    many().for_each(|name| world.take(all("a", &name, 1)));
    world.take(all("b", "goes", 2));
    world.take(end());
    while world.end_lists(&mut Dirty::new()) {}
    world.take(begin());
    many().for_each(|name| world.take(all("a", &name, 1)));
    world.take(all("b", "stays", 3));
    world.take(end());
    let in_b = |world: &World| {
        world
            .namespace("b")
            .interfaces
            .names()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(in_b(&world), ["goes", "stays"], "its turn has yet to come");
    world.take(Event::Applied(interface("b", "new", 4)));
    while world.end_lists(&mut Dirty::new()) {}
    assert_eq!(in_b(&world), ["new", "stays"]);
    assert_eq!(world.doubtful(), "");
}

#[test]
fn the_end_of_a_list_means_the_same_however_small_its_parts() {
    let ended = |at_once: usize| {
        let mut world = watching("a,b");
        world.list(
            "a",
            &[("gone", 1), ("older", 9), ("same", 2), ("too-gone", 3)],
        );
        world.list("b", &[("other", 4)]);
        world.answer("a", "doubtful", 20);
        world.answer("a", "answered-and-gone", 5);
        world.take(Event::ListBegins(NIC, scope("a")));
        for (name, version) in [("new", 10), ("older", 8), ("same", 2)] {
            world.take(Event::Listed(interface("a", name, version)));
        }
        let mut dirty = Dirty::new();
        let lists = &mut world.lists[NIC as usize];
        let (number, newest) = lists.end(&scope("a")).expect("an open list");
        world.ending.push_back(Ending {
            kind: NIC,
            scope: scope("a"),
            number,
            newest,
            left: ["a".into()].into(),
            after: None,
        });
        let mut parts = 1;
        while world.end_lists_for(at_once, &mut dirty) {
            parts += 1;
        }
        let older = world.namespace("a").interfaces.slot("older");
        assert_eq!(older.map(|older| older.meta().version), Some(8));
        (parts, (world.names(), world.doubtful(), dirty))
    };
    let (_, expected) = ended(1000);
    assert_eq!(expected.0, "a/doubtful a/new a/older a/same b/other");
    assert_eq!(expected.1, "a/doubtful");
    for at_once in 1..6 {
        let (parts, got) = ended(at_once);
        assert_eq!(got, expected, "{at_once} at once");
        assert!(parts > 1, "{at_once} at once");
    }
}

#[test]
fn what_is_forgotten_goes_in_parts() {
    let mut world = watching("a");
    let many: Vec<_> = (0..2 * AT_ONCE).map(|n| format!("n{n}")).collect();
    let shown: Vec<_> = many.iter().map(|name| (&**name, 1)).collect();
    world.list("a", &shown);
    world.forget_all();
    let mut parts = 1;
    while world.end_lists(&mut Dirty::new()) {
        parts += 1;
    }
    assert!(parts > 2, "{parts} parts");
    assert!(world.forgotten.is_empty());
}
