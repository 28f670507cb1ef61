// SPDX-License-Identifier: Apache-2.0

//! Blocks that were freed rest before they are granted again.

use super::*;

#[test]
fn blocks_rest_as_long_as_there_is_other_room() {
    let resting = |until: &str| {
        let resting = json!([{ "prefix": "10.0.0.0/32", "until": until }]);
        with(
            parent("p", "10.0.0.0/31"),
            &json!({ "status": { "resting": resting } }),
        )
    };
    let (later, past) = ("1970-01-01T01:00:00Z", "1970-01-01T00:00:01Z");
    let now = "1970-01-01T00:16:40Z";
    let one = vec![asks("a", 3, 32)];
    let two = vec![asks("a", 3, 32), asks("b", 4, 32)];
    for (until, children, expected) in [
        (later, one.clone(), "10.0.0.1/32 10.0.0.1/32>a"),
        (later, two, "10.0.0.0/31 10.0.0.0/32>b 10.0.0.1/32>a"),
        (past, one.clone(), "10.0.0.0/32 10.0.0.0/32>a"),
        (now, one, "10.0.0.0/32 10.0.0.0/32>a"),
    ] {
        let scene = Scene::of(&[children, vec![resting(until)]].concat());
        assert_eq!(record(&scene).as_deref(), Some(expected), "{until}");
    }
}

#[test]
fn what_is_freed_rests_for_the_delay_and_no_block_of_what_is_used_does() {
    let p = records(parent("p", "10.0.0.0/29"), &["10.0.0.0/30"], &[]);
    let mut scene = Scene::of(&[p, allocated(names("a", 2, "10.0.0.1/32"))]);
    scene.options.reuse_delay = Duration::from_mins(5);
    let resting = status(&scene, "p").unwrap()["resting"].clone();
    // An eighth of five minutes is 37 whole seconds: 1300 is rounded up to 1332.
    let until = "1970-01-01T00:22:12Z";
    let expected = ["10.0.0.0/32", "10.0.0.2/31"];
    let expected = expected.map(|block| json!({ "prefix": block, "until": until }));
    assert_eq!(resting, json!(expected));
}
