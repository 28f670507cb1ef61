// SPDX-License-Identifier: Apache-2.0

//! All objects at one revision.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

use ironcore_api::KINDS;
use ironcore_api::ownership::{EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER};
use serde_json::Value;

/// One of our kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Machine,
    NetworkInterface,
    Prefix,
    VirtualIp,
    Network,
}

impl Kind {
    pub(super) fn of(group: &str, plural: &str) -> Option<Self> {
        let kind = KINDS
            .iter()
            .find(|kind| kind.group == group && kind.plural == plural)?;
        Some(match kind.kind {
            "Machine" => Self::Machine,
            "NetworkInterface" => Self::NetworkInterface,
            "Prefix" => Self::Prefix,
            "VirtualIP" => Self::VirtualIp,
            _ => Self::Network,
        })
    }

    /// Group, version and names.
    pub(super) fn api(self) -> &'static ironcore_api::Kind {
        ironcore_api::Kind::named(self.name())
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Machine => "Machine",
            Self::NetworkInterface => "NetworkInterface",
            Self::Prefix => "Prefix",
            Self::VirtualIp => "VirtualIP",
            Self::Network => "Network",
        }
    }
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) kind: Kind,
    pub(super) namespace: Arc<str>,
    pub(super) name: Arc<str>,
}

impl Key {
    pub(super) fn new(kind: Kind, namespace: &str, name: &str) -> Self {
        Self {
            kind,
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// Another of the same namespace.
    pub(super) fn beside(&self, kind: Kind, name: &str) -> Self {
        Self {
            kind,
            namespace: self.namespace.clone(),
            name: name.into(),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.kind.name(), self.namespace, self.name)
    }
}

/// An object, and the revision of its last write.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) object: Arc<Value>,
    pub(super) revision: i64,
}

impl Known {
    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.object.pointer(pointer).unwrap_or(&Value::Null)
    }

    pub(super) fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    pub(super) fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).as_array().map_or(&[], Vec::as_slice)
    }

    pub(super) fn uid(&self) -> &str {
        self.text("/metadata/uid")
    }

    pub(super) fn is_deleting(&self) -> bool {
        self.object.pointer("/metadata/deletionTimestamp").is_some()
    }

    /// The owner that controls it, and its uid.
    pub(super) fn owner(&self) -> Option<Owner<'_>> {
        let owners = self.list("/metadata/ownerReferences");
        let owner = owners.iter().find(|owner| owner["controller"] == true)?;
        let kind = match owner["kind"].as_str()? {
            "Machine" => Kind::Machine,
            "NetworkInterface" => Kind::NetworkInterface,
            _ => return None,
        };
        Some(Owner {
            kind,
            name: owner["name"].as_str()?,
            uid: owner["uid"].as_str()?,
        })
    }

    /// Its owner, if it is a managed child.
    pub(super) fn manager(&self) -> Option<Owner<'_>> {
        let marked = self.at("/metadata/annotations")[EPHEMERAL_MANAGED_BY] == EPHEMERAL_MANAGER;
        self.owner().filter(|_| marked)
    }
}

/// Whom an object names as its controller.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner<'a> {
    pub(super) kind: Kind,
    pub(super) name: &'a str,
    pub(super) uid: &'a str,
}

/// One write, as it changed the world.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) revision: i64,
    pub(super) key: Key,
    pub(super) before: Option<Known>,
    pub(super) after: Option<Known>,
    /// `managedFields` after it.
    pub(super) managers: Value,
}

/// All objects.
#[derive(Clone, Debug, Default)]
pub(super) struct World {
    objects: HashMap<Key, Known>,
    /// By the owner's uid.
    children: HashMap<Arc<str>, BTreeSet<Key>>,
}

impl World {
    pub(super) fn get(&self, key: &Key) -> Option<&Known> {
        self.objects.get(key)
    }

    /// The owner itself, not another object of its name.
    pub(super) fn owner(&self, child: &Key, owner: Owner<'_>) -> Option<&Known> {
        let found = self.get(&child.beside(owner.kind, owner.name));
        found.filter(|found| found.uid() == owner.uid)
    }

    pub(super) fn children(&self, uid: &str) -> impl Iterator<Item = &Key> {
        self.children.get(uid).into_iter().flatten()
    }

    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = (&Key, &Known)> {
        self.objects.iter().filter(move |(key, _)| key.kind == kind)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&Key, &Known)> {
        self.objects.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    /// Takes in a write.
    pub(super) fn write(&mut self, revision: i64, key: Key, object: Option<Value>) -> Change {
        let mut managers = Value::Null;
        let after = object.map(|mut object| {
            // Long, and asked for once.
            managers = object["metadata"]["managedFields"].take();
            Known {
                object: Arc::new(object),
                revision,
            }
        });
        let before = match &after {
            Some(known) => self.objects.insert(key.clone(), known.clone()),
            None => self.objects.remove(&key),
        };
        if let Some(owner) = before.as_ref().and_then(Known::owner)
            && let Some(children) = self.children.get_mut(owner.uid)
        {
            children.remove(&key);
            if children.is_empty() {
                self.children.remove(owner.uid);
            }
        }
        if let Some(owner) = after.as_ref().and_then(Known::owner) {
            let children = self.children.entry(owner.uid.into()).or_default();
            children.insert(key.clone());
        }
        Change {
            revision,
            key,
            before,
            after,
            managers,
        }
    }
}
