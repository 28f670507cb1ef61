// SPDX-License-Identifier: Apache-2.0

//! Who is planned for when an object of another namespace changes.

use super::*;

/// What a watch says of an object.
type Of = fn(AnyObject) -> Event;

/// A world with pools that holds these objects.
fn world(objects: &[Value]) -> World {
    let mut world = World::new(&Watched {
        pools: Some(POOLS.into()),
        ..Watched::default()
    });
    for kind in Kind::ALL {
        list(&mut world, kind, objects);
    }
    world.take_change_of_pools();
    world
}

fn event(object: &Value, event: Of) -> Event {
    let kind = Kind::ALL
        .into_iter()
        .find(|kind| object["kind"] == kind.as_str());
    event(AnyObject::decode(kind.expect("one of them"), &object.to_string()).expect("metadata"))
}

/// The objects of other namespaces that are planned for when this is observed.
fn elsewhere(world: &mut World, object: &Value, of: Of) -> Vec<String> {
    let mut dirty = Dirty::new();
    world.observe(event(object, of), &mut dirty);
    let own = object["metadata"]["namespace"].as_str().expect("one");
    let others = dirty
        .changed
        .into_iter()
        .filter(|key| *key.namespace != *own);
    others.map(|key| key.to_string()).collect()
}

fn newer(object: Value) -> Value {
    with(
        object,
        &json!({ "metadata": { "resourceVersion": "8", "generation": 2 } }),
    )
}

#[test]
fn the_prefix_of_a_virtual_ip_is_planned_for_with_it_where_it_may_be_there() {
    let pool = || pool("pool", 1, "192.0.2.0/24");
    let address = [format!("Prefix {POOLS}/{UID}")];
    for (case, known, expected) in [
        ("neither pool nor prefix", vec![], &address[..0]),
        ("a pool", vec![pool()], &address),
        ("the prefix", vec![has("192.0.2.1")], &address),
    ] {
        let mut world = world(&known);
        let came = elsewhere(&mut world, &vip(), Event::Applied);
        assert_eq!(came, expected, "{case}");
        let went = elsewhere(&mut world, &newer(vip()), Event::Deleted);
        assert_eq!(went, expected, "{case}");
    }
}

#[test]
fn a_virtual_ip_is_planned_for_with_the_prefix_that_holds_its_address() {
    let mut world = world(&[vip()]);
    let reader = [format!("VirtualIP {NAMESPACE}/vip")];
    assert_eq!(
        elsewhere(&mut world, &has("192.0.2.1"), Event::Applied),
        reader
    );
    let gone = newer(has("192.0.2.1"));
    assert_eq!(elsewhere(&mut world, &gone, Event::Deleted), reader);
}

/// Of two that overlap the younger one hands out nothing, until the other one goes.
#[test]
fn a_pool_is_planned_for_when_another_one_changes() {
    let older = || pool("older", 1, "192.0.2.0/24");
    let mut world = world(&[older(), pool("younger", 2, "192.0.2.0/25")]);
    let mut dirty = Dirty::new();
    let goes = event(&newer(deleting(older())), Event::Applied);
    world.observe(goes, &mut dirty);
    assert!(
        dirty.changed.contains(&key(POOLS, Kind::Prefix, "younger")),
        "{dirty:?}"
    );
}

#[test]
fn only_a_virtual_ip_has_an_address_elsewhere() {
    let namesake = object(Kind::NetworkInterface, "vip", 1, &spec());
    let world = world(&[vip(), namesake]);
    let address = |kind, name| world.address_of(&key(NAMESPACE, kind, name));
    assert_eq!(
        address(Kind::VirtualIp, "vip"),
        Some(key(POOLS, Kind::Prefix, UID))
    );
    assert_eq!(address(Kind::VirtualIp, "unknown"), None);
    assert_eq!(address(Kind::NetworkInterface, "vip"), None);
}

#[test]
fn a_change_of_the_pools_blocks_is_reported_once() {
    let uses = |percent: u8| {
        let capacity = json!({ "usedPercent": percent, "largestFree": "192.0.2.0/25" });
        newer(with(
            pool("pool", 1, "192.0.2.0/24"),
            &json!({ "status": { "capacity": capacity } }),
        ))
    };
    let mut world = world(&[]);
    let mut observe = |objects: &[(&Value, Of)]| {
        for (object, of) in objects {
            world.observe(event(object, *of), &mut Dirty::new());
        }
        [world.take_change_of_pools(), world.take_change_of_pools()]
    };
    let pool = pool("pool", 1, "192.0.2.0/24");
    assert_eq!(observe(&[]), [false, false]);
    assert_eq!(observe(&[(&pool, Event::Applied)]), [true, false]);
    assert_eq!(observe(&[(&uses(50), Event::Applied)]), [false, false]);
    let gone = with(uses(50), &json!({ "metadata": { "resourceVersion": "9" } }));
    assert_eq!(observe(&[(&gone, Event::Deleted)]), [true, false]);
    // A later change of usage alone does not hide it.
    let again = with(
        uses(50),
        &json!({ "metadata": { "resourceVersion": "10", "uid": "another" } }),
    );
    let more = with(
        uses(60),
        &json!({ "metadata": { "resourceVersion": "11", "uid": "another" } }),
    );
    let both = [(&again, Event::Applied as Of), (&more, Event::Applied)];
    assert_eq!(observe(&both), [true, false]);
}
