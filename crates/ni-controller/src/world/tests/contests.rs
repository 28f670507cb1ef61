// SPDX-License-Identifier: Apache-2.0

//! Of many that ask for the same one has it, and the others are woken only when that changes.

use super::*;

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
        dirty.changed.len()
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
        let names = dirty.changed.iter().map(|key| &*key.name);
        (
            dirty.changed.len(),
            names.filter(|name| *name == "x").count(),
        )
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
