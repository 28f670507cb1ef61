// SPDX-License-Identifier: Apache-2.0

//! Watches of several namespaces feed one world: what one of them says holds of its own namespace alone.

use super::endings::AT_ONCE;
use super::*;

const NIC: Kind = Kind::NetworkInterface;

/// An interface in `namespace`, of this version; its uid is its name.
fn interface(namespace: &str, name: &str, version: u64) -> AnyObject {
    let text = format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"{namespace}","uid":"{name}","resourceVersion":"{version}","creationTimestamp":"1970-01-01T00:00:00Z"}}}}"#
    );
    AnyObject::decode(NIC, &text).expect("metadata")
}

fn scope(namespace: &str) -> Scope {
    Scope::Namespace(namespace.into())
}

fn watching(scopes: &str) -> World {
    World::new(&Watched {
        namespaces: scopes.parse().expect("names"),
        pools: None,
    })
}

impl World {
    fn take(&mut self, event: Event) {
        self.observe(event, &mut Dirty::new());
    }

    /// A list of the namespace, whole, that shows these.
    fn list(&mut self, namespace: &str, shown: &[(&str, u64)]) {
        self.take(Event::ListBegins(NIC, scope(namespace)));
        for (name, version) in shown {
            self.take(Event::Listed(interface(namespace, name, *version)));
        }
        self.take(Event::ListEnds(NIC, scope(namespace)));
    }

    /// What the answer to our own request shows.
    fn answer(&mut self, namespace: &str, name: &str, version: u64) {
        let object = interface(namespace, name, version);
        self.learn(object, Source::Answer(None), &mut Dirty::new());
    }

    /// The interfaces, as `a/x a/y b/x`.
    fn names(&self) -> String {
        self.names_of(|_, _| true)
    }

    /// Those that have to be read.
    fn doubtful(&self) -> String {
        self.names_of(|namespace, name| namespace.is_doubtful(NIC, name))
    }

    fn names_of(&self, are: impl Fn(&Namespace, &str) -> bool) -> String {
        let mut names = Vec::new();
        for (namespace, known) in self.namespaces() {
            let interfaces = known.interfaces.names();
            let interfaces = interfaces.filter(|name| are(known, name));
            names.extend(interfaces.map(|name| format!("{namespace}/{name}")));
        }
        names.join(" ")
    }
}

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
fn what_only_an_answer_has_shown_is_in_doubt_by_the_versions_of_its_own_list() {
    let mut world = watching("a,b");
    world.list("a", &[("x", 3)]);
    world.answer("a", "made", 5);
    world.list("b", &[("x", 9)]);
    assert_eq!(world.names(), "a/made a/x b/x");
    assert_eq!(world.doubtful(), "");
    // Version 9 is newer, and of another list.
    world.list("a", &[("x", 3)]);
    assert_eq!(world.names(), "a/made a/x b/x");
    assert_eq!(world.doubtful(), "a/made");
    world.list("a", &[("x", 6)]);
    assert_eq!(world.names(), "a/x b/x");
}

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

/// An interface on `net` that asks for 10.0.0.1, of this age; its status shows the address if it has it.
fn asking(name: &str, age: i64, version: u64, label: &str, has: bool) -> AnyObject {
    let shown = if has { r#"["10.0.0.1"]"# } else { "[]" };
    let text = format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"ns","uid":"{name}","resourceVersion":"{version}",
        "creationTimestamp":"1970-01-01T00:{age:02}:00Z","labels":{{"l":"{label}"}}}},
        "spec":{{"networkRef":{{"name":"net"}},"ipFamilies":["IPv4"],"ips":[{{"value":"10.0.0.1"}}]}},
        "status":{{"ips":{shown}}}}}"#
    );
    AnyObject::decode(NIC, &text).expect("metadata")
}

#[test]
fn of_many_that_ask_for_one_address_the_losers_are_woken_only_when_the_holder_changes() {
    const MANY: u64 = 50;
    let mut world = World::default();
    let woken = |world: &mut World, event: Event| {
        let mut dirty = Dirty::new();
        world.observe(event, &mut dirty);
        dirty.len()
    };
    let name = |number: u64| format!("x{number:02}");
    for number in 0..MANY {
        let age = i64::try_from(number).expect("small");
        let came = asking(&name(number), age, number + 1, "", number == 0);
        let count = woken(&mut world, Event::Applied(came));
        // The second one makes the first one a holder.
        assert_eq!(count, if number == 1 { 2 } else { 1 }, "{number}");
    }
    let holder = |world: &World| {
        let address = "10.0.0.1".parse().expect("an address");
        let holder = world.namespace("ns").holder("net", address);
        holder.map(|meta| meta.name.to_string())
    };
    assert_eq!(holder(&world).as_deref(), Some("x00"));
    let labelled = asking("x07", 7, 100, "changed", false);
    assert_eq!(woken(&mut world, Event::Applied(labelled)), 1);
    let gone = asking("x00", 0, 101, "", true);
    let count = woken(&mut world, Event::Deleted(gone));
    assert_eq!(count, usize::try_from(MANY).expect("small"));
    assert_eq!(holder(&world).as_deref(), Some("x01"));
}

#[test]
fn only_what_is_newer_than_the_list_settles_a_doubt() {
    let mut world = watching("a");
    world.list("a", &[]);
    world.answer("a", "x", 5);
    let before = world.clock();
    let look = |world: &mut World, sent| {
        let source = Source::Look(sent);
        world.learn(interface("a", "x", 6), source, &mut Dirty::new());
    };
    world.list("a", &[]);
    // The answer to a write, and a read that was sent before the list ended.
    world.answer("a", "x", 6);
    assert_eq!(world.doubtful(), "a/x");
    look(&mut world, before);
    assert_eq!(world.doubtful(), "a/x");
    let now = world.clock();
    look(&mut world, now);
    assert_eq!(world.doubtful(), "");
}

#[test]
fn what_a_watch_or_a_newer_list_shows_is_in_doubt_no_longer() {
    for event in [
        Event::Applied(interface("a", "x", 5)),
        Event::Listed(interface("a", "x", 5)),
    ] {
        let mut world = watching("a");
        world.list("a", &[]);
        world.answer("a", "x", 5);
        world.list("a", &[]);
        assert_eq!(world.doubtful(), "a/x");
        world.take(event);
        assert_eq!(world.doubtful(), "");
    }
}

/// A machine of this age that names the interface `x`.
fn naming(name: &str, age: usize, version: u64, how: &str, deleting: bool) -> AnyObject {
    let deletion = if deleting {
        r#","deletionTimestamp":"1970-01-01T00:00:00Z""#
    } else {
        ""
    };
    let text = format!(
        r#"{{"metadata":{{"name":"{name}","namespace":"ns","uid":"{name}","resourceVersion":"{version}",
        "creationTimestamp":"1970-01-01T00:{age:02}:00Z"{deletion}}},
        "spec":{{"networkInterfaces":[{{"name":"x",{how}}}]}}}}"#
    );
    AnyObject::decode(Kind::Machine, &text).expect("metadata")
}

#[test]
fn of_many_that_name_one_interface_the_losers_are_woken_only_when_the_holder_changes() {
    const MANY: usize = 50;
    const REFERS: &str = r#""networkInterfaceRef":{"name":"x"}"#;
    let mut world = World::default();
    let woken = |world: &mut World, event: Event| {
        let mut dirty = Dirty::new();
        world.observe(event, &mut dirty);
        let names = dirty.iter().map(|key| &*key.name);
        (dirty.len(), names.filter(|name| *name == "x").count())
    };
    let claimant = |world: &World| {
        let claimant = world.namespace("ns").claimant("x");
        claimant.map(|meta| meta.name.to_string())
    };
    let name = |number: usize| format!("m{number:02}");
    for number in 0..MANY {
        let version = number as u64 + 1;
        let came = naming(&name(number), number, version, REFERS, false);
        let (count, interface) = woken(&mut world, Event::Applied(came));
        // Itself and the interface; the second one makes the first one a holder.
        assert_eq!(count, if number == 1 { 3 } else { 2 }, "{number}");
        assert_eq!(interface, 1);
        assert_eq!(claimant(&world).as_deref(), Some("m00"));
    }
    // One that has it and moves wakes the others; one that does not wakes nobody.
    let leaves = naming("m07", 7, 100, REFERS, true);
    assert_eq!(woken(&mut world, Event::Applied(leaves)), (2, 1));
    let holder = naming("m00", 0, 101, REFERS, true);
    assert_eq!(woken(&mut world, Event::Applied(holder)), (MANY + 1, 1));
    assert_eq!(claimant(&world).as_deref(), Some("m01"));
    // What the interface is made of concerns who has it; whose it is concerns all.
    let interface = |version: u64, holder: &str| {
        let text = format!(
            r#"{{"metadata":{{"name":"x","namespace":"ns","uid":"x","resourceVersion":"{version}"}},
            "spec":{{"networkRef":{{"name":"net"}},"providerID":"{version}","machineRef":{{"name":"{holder}","uid":"{holder}"}}}}}}"#
        );
        AnyObject::decode(NIC, &text).expect("metadata")
    };
    woken(&mut world, Event::Applied(interface(200, "m01")));
    let attached = Event::Applied(interface(201, "m01"));
    assert_eq!(woken(&mut world, attached), (2, 1));
    let taken = Event::Applied(interface(202, "m02"));
    assert_eq!(woken(&mut world, taken), (MANY + 1, 1));
}

#[test]
fn of_many_that_want_an_interface_made_the_oldest_that_stays_makes_it() {
    const MAKES: &str =
        r#""ephemeral":{"networkInterfaceTemplate":{"spec":{"networkRef":{"name":"net"}}}}"#;
    let mut world = World::default();
    let maker = |world: &World| {
        let maker = world.namespace("ns").maker("a-x");
        maker.map(|meta| meta.name.to_string())
    };
    // Both want `a-x`: by the entry `x` of `a`, and by reference to one that exists.
    world.take(Event::Applied(naming("a", 1, 1, MAKES, false)));
    assert_eq!(maker(&world), None, "nobody else asks");
    let other = r#""networkInterfaceRef":{"name":"a-x"}"#;
    world.take(Event::Applied(naming("b", 0, 2, other, false)));
    assert_eq!(maker(&world).as_deref(), Some("a"));
    assert!(world.namespace("ns").claimant("a-x").is_some());
    world.take(Event::Applied(naming("a", 1, 3, MAKES, true)));
    assert_eq!(maker(&world), None);
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
        world.ending.push_back(endings::Ending {
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

#[test]
fn all_keys_of_a_scope_come_in_order_from_any_of_them_on() {
    let mut world = watching("a,b");
    world.list("a", &[("x", 1), ("y", 2), ("z", 3)]);
    world.list("b", &[("x", 4)]);
    let all: Vec<Key> = world.keys_in(&Scope::All, None).collect();
    assert_eq!(all.len(), 4);
    assert!(all.is_sorted());
    for (at, key) in all.iter().enumerate() {
        let rest = world.keys_in(&Scope::All, Some(key));
        assert!(rest.eq(all[at + 1..].iter().cloned()), "{key}");
    }
    assert!(
        world
            .keys_in(&scope("b"), None)
            .eq(all[3..].iter().cloned())
    );
}

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
    assert_eq!(dirty.len(), 1, "{dirty:?}");
    // The same again is no news.
    let mut dirty = Dirty::new();
    world.learn(parent(recorded), Source::Answer(None), &mut dirty);
    assert!(dirty.is_empty(), "{dirty:?}");
}
