// SPDX-License-Identifier: Apache-2.0

//! All versions of the prefixes of a namespace, as a watch of the test's own shows them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use futures::{StreamExt, TryStreamExt};
use kube::api::{ListParams, WatchEvent, WatchParams};
use serde_json::Value;
use tokio::task::JoinHandle;

use super::prefixes::{Block, block_of};
use super::space::{PREFIX, Space};
use super::text::at;
use super::wait::eventually;

/// One version of an object, or its end.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub object: Value,
    pub deleted: bool,
}

/// What a watch has shown so far.
pub(crate) struct History {
    versions: Arc<Mutex<Vec<Version>>>,
    task: JoinHandle<()>,
}

impl Drop for History {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl History {
    /// Watches from now on; what is there already is its first versions.
    pub(crate) async fn begin(space: &Space) -> Self {
        let api = space.api(PREFIX);
        let list = api.list(&ListParams::default()).await.expect("a list");
        let version = |object, deleted| Version {
            object: serde_json::to_value(object).expect("plain data"),
            deleted,
        };
        let first = list.items.into_iter().map(|object| version(object, false));
        let versions = Arc::new(Mutex::new(first.collect::<Vec<_>>()));
        let from = list.metadata.resource_version.expect("a version");
        let shown = versions.clone();
        let task = tokio::spawn(async move {
            let params = WatchParams::default().timeout(290).disable_bookmarks();
            let events = api.watch(&params, &from).await.expect("a watch");
            let mut events = events.boxed();
            while let Some(event) = events.try_next().await.expect("an event") {
                let version = match event {
                    WatchEvent::Added(object) | WatchEvent::Modified(object) => {
                        version(object, false)
                    }
                    WatchEvent::Deleted(object) => version(object, true),
                    other => panic!("{other:?}"),
                };
                shown.lock().expect("no panic").push(version);
            }
        });
        Self { versions, task }
    }

    /// All versions up to this moment, in order.
    pub(crate) async fn so_far(&self, space: &Space) -> Vec<Version> {
        let mark = space.root("end-of-history", "192.0.2.0/24", "").await;
        space.delete(PREFIX, "end-of-history").await;
        let uid = at(&mark, "metadata.uid");
        eventually("the watch has come this far", || async {
            assert!(!self.task.is_finished(), "the watch has ended");
            let versions = self.versions.lock().expect("no panic");
            let is_mark = |version: &Version| at(&version.object, "metadata.uid") == uid;
            let end = versions.iter().position(is_mark);
            end.map(|end| versions[..end].to_vec())
                .ok_or(versions.len())
        })
        .await
    }
}

/// What a version says of grants.
struct Said {
    uid: Value,
    parent: Option<String>,
    /// Its block, once it is Allocated.
    block: Option<Block>,
    used: Vec<Block>,
    /// The blocks that are under way, and to whom, by UID.
    pending: Vec<(Block, Value)>,
}

impl Said {
    fn by(object: &Value) -> Self {
        let list = |field: &str| {
            let list = object["status"][field].as_array();
            list.cloned().unwrap_or_default().into_iter()
        };
        let block = |text: &Value| Block::new(text.as_str().expect("a text"));
        Self {
            uid: at(object, "metadata.uid"),
            parent: object["spec"]["parentRef"]["name"]
                .as_str()
                .map(str::to_owned),
            block: block_of(object),
            used: list("used").map(|text| block(&text)).collect(),
            pending: list("pending")
                .map(|entry| (block(&entry["prefix"]), entry["uid"].clone()))
                .collect(),
        }
    }
}

/// Fails if, at any version, two children of one parent have an address in common, one has what does not lie in its parent
/// or in the parent's record, or one becomes Allocated that the record did not name for its block.
pub(crate) fn check_grants(versions: &[Version]) {
    let mut known: BTreeMap<&str, Said> = BTreeMap::new();
    for version in versions {
        let name = version.object["metadata"]["name"].as_str().expect("a name");
        if version.deleted {
            known.remove(name);
            continue;
        }
        let before = known.insert(name, Said::by(&version.object));
        let said = &known[name];
        if let (Some(parent), Some(block)) = (&said.parent, said.block) {
            let parent = known.get_key_value(parent.as_str()).expect("the parent");
            check_recorded(name, block, parent);
            let is_new = before.is_none_or(|before| before.block.is_none());
            let named = parent.1.pending.contains(&(block, said.uid.clone()));
            assert!(named || !is_new, "{name} was not to get {block:?}");
            let others = known
                .iter()
                .filter(|(other, theirs)| **other != name && theirs.parent == said.parent);
            for (other, theirs) in others {
                let overlaps = theirs.block.is_some_and(|theirs| block.overlaps(theirs));
                assert!(!overlaps, "{name} and {other} both have {block:?}");
            }
        }
        let children = known
            .iter()
            .filter(|(_, child)| child.parent.as_deref() == Some(name));
        for (child, block) in children.filter_map(|(child, said)| Some((child, said.block?))) {
            check_recorded(child, block, (&name, said));
        }
    }
}

fn check_recorded(name: &str, block: Block, (parent, said): (&&str, &Said)) {
    let whole = said.block.expect("a parent that is Allocated");
    assert!(
        block.lies_in(whole) && block != whole,
        "{name}: {block:?} is no part of {parent}"
    );
    let recorded = said.used.iter().any(|used| block.lies_in(*used));
    assert!(
        recorded,
        "{name}: {block:?} is not in the record of {parent}"
    );
}
