// SPDX-License-Identifier: Apache-2.0

//! Why a prefix has no block yet.

use super::record;
use crate::plan::View;
use crate::plan::condition::{NO_ROOM, Verdict};
use crate::plan::list::some_of;
use crate::world::{Asks, Kind, Prefix};

/// Why a prefix waits.
pub(super) struct Waits {
    /// The condition's reason.
    pub reason: &'static str,
    /// Whether only a change of the prefix itself can help.
    pub stalled: bool,
    /// Whether there is an Event: it has a parent, but no room there.
    pub event: bool,
    /// The whole sentence.
    pub message: String,
}

impl Waits {
    fn invalid(message: String) -> Self {
        Self {
            reason: "InvalidSpec",
            stalled: true,
            event: false,
            message,
        }
    }

    fn for_parent(message: String) -> Self {
        Self {
            reason: "WaitsForParent",
            stalled: false,
            event: false,
            message,
        }
    }

    fn no_room(message: String) -> Self {
        Self {
            reason: NO_ROOM,
            stalled: false,
            event: true,
            message,
        }
    }

    /// As the condition says it.
    pub(super) fn verdict(&self) -> Verdict<'_> {
        Verdict {
            ready: false,
            stalled: self.stalled,
            reason: self.reason,
            message: &self.message,
        }
    }

    /// The requested block can never lie in this parent.
    fn outside(message: String) -> Self {
        Self {
            reason: "OutsideParent",
            stalled: true,
            event: true,
            message,
        }
    }
}

/// Why the prefix waits; `None` where a parent has room for it, and is about to grant it.
pub(super) fn judge(prefix: &Prefix, view: View<'_>) -> Option<Waits> {
    let Some(asks) = prefix.asks() else {
        return Some(Waits::invalid(unreadable(prefix)));
    };
    match prefix.parent_name() {
        Some(name) => judge_named(name, asks, view),
        None => judge_selected(prefix, asks, view),
    }
}

/// Stored before the rules.
fn unreadable(prefix: &Prefix) -> String {
    match &prefix.spec.prefix {
        Some(text) => format!("spec.prefix: Invalid value: {text:?}: must be a valid CIDR"),
        None if prefix.is_root() => "spec.prefix: Required value".to_owned(),
        None => "spec.prefixLength: Required value: must be a length of the family".to_owned(),
    }
}

fn judge_named(name: &str, asks: Asks, view: View<'_>) -> Option<Waits> {
    let waits = |why: &str| {
        Some(Waits::for_parent(format!(
            "waits for Prefix {name}, which {why}"
        )))
    };
    let Some(meta) = view.namespace.meta(Kind::Prefix, name) else {
        return waits("does not exist");
    };
    let Some(parent) = view.namespace.prefixes.get(name) else {
        return waits("does not decode");
    };
    let Some(block) = parent.granted else {
        return waits(if meta.deleting {
            "is being deleted"
        } else {
            "is Pending"
        });
    };
    if let Asks::Block(asked) = asks
        && (!block.contains(asked) || block == asked)
    {
        let message = format!(
            "spec.prefix {asked} is not a smaller part of {block}, the block of Prefix {name}"
        );
        return Some(Waits::outside(message));
    }
    if let Asks::Length(family, _) = asks
        && family != block.family()
    {
        let message =
            format!("spec.ipFamily {family} is not that of {block}, the block of Prefix {name}");
        return Some(Waits::outside(message));
    }
    if let Asks::Length(_, length) = asks
        && length <= block.length()
    {
        let message = format!(
            "spec.prefixLength {length} is not a smaller part of {block}, the block of Prefix {name}"
        );
        return Some(Waits::outside(message));
    }
    if let Some(why) = record::obstacle(parent, view) {
        return waits(why);
    }
    if record::has_room(parent, asks, view) {
        return None;
    }
    Some(Waits::no_room(match asks {
        Asks::Block(asked) => format!("Prefix {name} has no room for {asked}: it is taken"),
        Asks::Length(_, length) => format!("Prefix {name} ({block}) has no room for a /{length}"),
    }))
}

fn judge_selected(prefix: &Prefix, asks: Asks, view: View<'_>) -> Option<Waits> {
    let parents = view
        .namespace
        .allocation()
        .candidates(prefix, view.namespace);
    let (mut able, mut names) = (false, Vec::new());
    for parent in parents {
        if record::obstacle(parent, view).is_some() {
            continue;
        }
        if record::has_room(parent, asks, view) {
            return None;
        }
        able = true;
        names.push(&*parent.meta.name);
    }
    if !able {
        let family = prefix.spec.ip_family.map_or("", |family| family.as_str());
        let message =
            format!("waits for a Prefix of family {family} that spec.parentSelector selects");
        return Some(Waits::for_parent(message));
    }
    let what = match asks {
        Asks::Block(asked) => asked.to_string(),
        Asks::Length(_, length) => format!("a /{length}"),
    };
    let names = some_of(names).unwrap_or_default();
    Some(Waits::no_room(format!(
        "no Prefix that spec.parentSelector selects has room for {what}: {names}"
    )))
}
