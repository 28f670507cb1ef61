// SPDX-License-Identifier: Apache-2.0

//! What a list does not show and only an answer has shown is in doubt, until something newer tells.

use super::*;

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
