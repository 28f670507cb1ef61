// SPDX-License-Identifier: Apache-2.0

//! What must hold of the prefixes of a server, by sets of addresses: at any time, and once nothing moves any more.

use explore::invariants::object::{is_alive, is_spoilt, is_tended};
use ni_controller::world::Kind;
use serde_json::Value;

use crate::sim::server::{Server, uid};

const PREFIX: Kind = Kind::Prefix;

/// Addresses 10.0.0.0 to 10.0.0.127, a bit each.
type Set = u128;

/// The addresses of a block.
fn set(block: &str) -> Set {
    let (address, length) = block.split_once('/').expect("a CIDR");
    let first: u32 = address
        .rsplit('.')
        .next()
        .expect("an address")
        .parse()
        .expect("a number");
    let size = 1u32 << (32 - length.parse::<u32>().expect("a length"));
    ((1 << size) - 1) << first
}

fn sets(blocks: &Value) -> Set {
    let blocks = blocks.as_array().into_iter().flatten();
    blocks.fold(0, |all, block| all | set(block.as_str().expect("a CIDR")))
}

fn block(prefix: &Value) -> Option<Set> {
    prefix["spec"]["prefix"].as_str().map(set)
}

fn is_allocated(prefix: &Value) -> bool {
    prefix["status"]["phase"] == "Allocated"
}

/// The block of a prefix that can be a parent.
fn root(prefix: &Value) -> Option<Set> {
    block(prefix).filter(|block| is_allocated(prefix) && block.count_ones() > 1)
}

/// What the Allocated children of a parent hold of it, each.
fn held<'a>(
    server: &'a Server,
    parent: &'a Value,
    root: Set,
) -> impl Iterator<Item = (&'a Value, Set)> {
    let children = server.list(PREFIX).filter(|child| {
        child["spec"]["parentRef"]["name"] == parent["metadata"]["name"] && is_allocated(child)
    });
    let blocks = children.filter_map(|child| Some((child, block(child)?)));
    blocks.filter(move |(_, block)| block & !root == 0 && *block != root)
}

/// No two children of a parent have an address in common, and all that they have is in its record.
pub(crate) fn grants_hold(server: &Server) {
    for parent in server.list(PREFIX) {
        let Some(root) = root(parent) else { continue };
        let used = sets(&parent["status"]["used"]);
        let mut all = 0;
        for (child, block) in held(server, parent, root) {
            assert_eq!(all & block, 0, "granted twice: {child}\nof {parent}");
            assert_eq!(block & !used, 0, "not recorded: {child}\nof {parent}");
            all |= block;
        }
    }
}

/// Of every parent that is granting, the record is the exact cover of what is held, and who waits waits for nothing that is free.
pub(crate) fn rest_is_served(server: &Server) {
    let all_decode = !server.list(PREFIX).any(is_spoilt);
    for parent in server.list(PREFIX).filter(|prefix| is_tended(prefix)) {
        let Some(root) = root(parent) else { continue };
        let mut expected = held(server, parent, root).fold(0, |all, (_, block)| all | block);
        for entry in parent["status"]["pending"].as_array().into_iter().flatten() {
            let child = server
                .list(PREFIX)
                .find(|child| uid(child) == entry["uid"].as_str().unwrap());
            assert!(
                child.is_none_or(|child| !is_tended(child)) && (child.is_some() || !all_decode),
                "still under way: {entry}, {child:?} of {parent}"
            );
            expected |= set(entry["prefix"].as_str().unwrap());
        }
        let used = sets(&parent["status"]["used"]);
        assert_eq!(expected & !used, 0, "not recorded, of {parent}");
        assert!(
            !all_decode || used == expected,
            "leaked: {:x} of {parent}",
            used & !expected
        );
    }
    for child in server.list(PREFIX).filter(|prefix| is_tended(prefix)) {
        let ready = &child["status"]["conditions"][0];
        assert_ne!(
            ready["lastTransitionTime"], "1970-01-01T00:00:00Z",
            "no status: {child}"
        );
        if is_allocated(child) {
            assert_eq!(ready["status"], "True", "{child}");
        } else {
            assert_eq!(ready["status"], "False", "{child}");
            let able = server
                .list(PREFIX)
                .filter(|parent| may_serve(server, parent, child));
            assert_eq!(able.count(), 0, "waits for a free block: {child}");
        }
    }
}

/// Whether the parent has what the child asks for.
fn may_serve(server: &Server, parent: &Value, child: &Value) -> bool {
    let Some(root) = root(parent).filter(|_| is_tended(parent)) else {
        return false;
    };
    let reference = &child["spec"]["parentRef"]["name"];
    let selector = &child["spec"]["parentSelector"]["matchLabels"]["pool"];
    let selected = reference.is_null()
        && *selector == parent["metadata"]["labels"]["pool"]
        && selector.is_string();
    if !selected && *reference != parent["metadata"]["name"] || uid(parent) == uid(child) {
        return false;
    }
    let used = sets(&parent["status"]["used"]);
    let is_free = |asked: Set| asked & !root == 0 && asked != root && asked & used == 0;
    if let Some(asked) = block(child) {
        return is_free(asked);
    }
    // What names of those that an outside system manages stays free for them.
    let names = server.list(PREFIX).filter(|other| {
        is_alive(other) && !is_spoilt(other) && !is_tended(other) && !is_allocated(other)
    });
    let kept = names.filter_map(block).fold(0, |all, block| all | block);
    let length = child["spec"]["prefixLength"].as_u64().expect("a length");
    let size = 1u128 << (32 - length);
    let starts = (0..128 / size).map(|at| ((1 << size) - 1) << (at * size));
    starts
        .into_iter()
        .any(|asked| is_free(asked) && asked & kept == 0)
}
