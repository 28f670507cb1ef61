// SPDX-License-Identifier: Apache-2.0

//! Records that would take more bytes than one may.

use super::*;

/// So many single addresses with as many holes do not fit into a record.
const TOO_MANY: u32 = 44_000;

/// And so many do.
const MANY: usize = 35_000;

fn every_other_address() -> Vec<String> {
    let addresses = (0..TOO_MANY).map(|at| 0x0a80_0000 + 2 * at);
    let addresses = addresses.map(std::net::Ipv4Addr::from_bits);
    addresses.map(|address| format!("{address}/32")).collect()
}

#[test]
fn a_record_that_would_get_too_long_keeps_what_nobody_has_or_stays_as_it_is() {
    let held = every_other_address();
    let children = held.iter().enumerate();
    let children = children.map(|(at, block)| allocated(names(&format!("c-{at}"), 2, block)));
    let p = || parent("p", "10.0.0.0/8");
    let nothing_taken_back = records(p(), &["10.128.0.0/9"], &[]);
    let others = [nothing_taken_back, asks("a", 3, 32)];
    let mut scene = Scene::of(&children.chain(others).collect::<Vec<_>>());
    let expected = "10.0.0.0/32 10.128.0.0/9 10.0.0.0/32>a";
    assert_eq!(record(&scene).as_deref(), Some(expected));

    // A record from before a restore: many of those that have a block are not in it.
    let recorded: Vec<&str> = held.iter().take(MANY).map(String::as_str).collect();
    let newer = json!({ "metadata": { "resourceVersion": "8" } });
    let restored = with(records(p(), &recorded, &[]), &newer).to_string();
    let restored = AnyObject::decode(Kind::Prefix, &restored).expect("metadata");
    let restored = Event::Applied(restored);
    scene.world.observe(restored, &mut Dirty::new());
    assert_eq!(scene.plan(Kind::Prefix, "p").changes, []);
}
