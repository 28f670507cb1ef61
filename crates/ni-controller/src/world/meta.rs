// SPDX-License-Identifier: Apache-2.0

//! The part of an object's metadata that planners read.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arcstr::ArcStr;
use ironcore_api::ownership;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{OwnerReference, Time};
use k8s_openapi::jiff::Timestamp;
use serde::Deserialize;

use super::kinds::Kind;
use crate::FIELD_MANAGER;

/// A string that many objects may share: a pointer of one word.
pub type Str = ArcStr;

/// An annotation that `kubectl apply` keeps for itself: the whole object once more, which no planner reads.
pub const KUBECTL_LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Metadata as planners need it.
#[derive(Clone, Debug, PartialEq)]
pub struct Meta {
    /// Name, unique among the objects of its kind and namespace.
    pub name: Str,
    /// Namespace.
    pub namespace: Str,
    /// UID: distinguishes the object from an earlier one of its name.
    pub uid: Str,
    /// `resourceVersion`, comparable among objects of one kind.
    pub version: u64,
    /// `generation`: counts changes of the spec.
    pub generation: i64,
    /// `creationTimestamp`, for "the oldest".
    pub created: Timestamp,
    /// Whether it bears a `deletionTimestamp`.
    pub deleting: bool,
    /// Whether it bears `common.ironcore.dev/managed-by`: an outside system manages it.
    pub external: bool,
    /// Whether it bears the mark of what controllers of this API make.
    pub ephemeral: bool,
    /// Its controller owner, if any.
    pub owner: Option<Box<Owner>>,
    /// Its other owner references, if any: who changes the controller owner writes the list whole.
    pub other_owners: Option<Box<[OwnerReference]>>,
    /// The field manager, other than this controller, that wrote it last, as far as `managedFields` say.
    pub last_writer: Option<Str>,
}

/// A controller owner reference.
#[derive(Clone, Debug, PartialEq, Hash)]
pub struct Owner {
    /// Its `apiVersion`: other groups have kinds of the same name.
    pub api_version: Str,
    /// Kind of the owner.
    pub kind: Str,
    /// Name of the owner.
    pub name: Str,
    /// UID of the owner.
    pub uid: Str,
}

/// Leaves out the version and the last writer, which change without changing the object; `==` compares them too.
impl Hash for Meta {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            name,
            namespace,
            uid,
            version: _,
            generation,
            created,
            deleting,
            external,
            ephemeral,
            owner,
            other_owners,
            last_writer: _,
        } = self;
        (name, namespace, uid, generation, created).hash(state);
        (deleting, external, ephemeral, owner).hash(state);
        let others = other_owners.as_deref().unwrap_or_default();
        others.len().hash(state);
        for other in others {
            let OwnerReference {
                api_version,
                block_owner_deletion,
                controller,
                kind,
                name,
                uid,
            } = other;
            (api_version, block_owner_deletion, controller).hash(state);
            (kind, name, uid).hash(state);
        }
    }
}

impl Owner {
    /// Whether the owner is of this kind. Other groups have kinds of the same name.
    pub fn is_a(&self, kind: Kind) -> bool {
        let group = self.api_version.split('/').next();
        &*self.kind == kind.as_str() && group == Some(kind.group())
    }
}

impl Meta {
    /// Seniority: of two objects the lesser is the older (creationTimestamp, then uid).
    pub fn seniority(&self) -> (Timestamp, &str) {
        (self.created, &self.uid)
    }

    /// Kind and name of the controller owner, if the world holds such objects.
    pub(super) fn owner_key(&self) -> Option<(Kind, Str)> {
        let owner = self.owner.as_ref()?;
        let kind = Kind::ALL.into_iter().find(|kind| owner.is_a(*kind))?;
        Some((kind, owner.name.clone()))
    }

    /// Whether the object with this UID is the controller owner.
    pub fn is_owned_by(&self, owner: &str) -> bool {
        let reference = self.owner.as_ref();
        reference.is_some_and(|reference| &*reference.uid == owner)
    }

    /// Whether this is a child that its owner let go to keep it: the mark, and no owner (contract, Names).
    pub fn is_retained(&self) -> bool {
        self.ephemeral && self.owner.is_none()
    }

    /// Whether this is a managed child of the object with UID `owner`: mark and controller reference (contract, Names).
    pub fn is_managed_by(&self, owner: &str) -> bool {
        self.ephemeral && self.is_owned_by(owner)
    }
}

/// Labels or annotations, sorted by key. Many objects have the same, so that copies share them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pairs(Option<Arc<[(Str, Str)]>>);

impl Pairs {
    fn all(&self) -> &[(Str, Str)] {
        self.0.as_deref().unwrap_or(&[])
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        let at = self.all().binary_search_by(|(k, _)| (**k).cmp(key)).ok()?;
        Some(&self.all()[at].1)
    }

    /// All pairs in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all().iter().map(|(key, value)| (&**key, &**value))
    }

    /// All pairs as they are shared; `None` where there are none.
    pub(super) fn shared(&mut self) -> Option<&mut Arc<[(Str, Str)]>> {
        self.0.as_mut()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl<K, V> From<BTreeMap<K, V>> for Pairs
where
    K: AsRef<str>,
    V: AsRef<str>,
{
    fn from(map: BTreeMap<K, V>) -> Self {
        let pairs = map
            .into_iter()
            .filter(|(key, _)| key.as_ref() != KUBECTL_LAST_APPLIED)
            .map(|(key, value)| (Str::from(key.as_ref()), Str::from(value.as_ref())));
        let pairs: Arc<[(Str, Str)]> = pairs.collect();
        Self((!pairs.is_empty()).then_some(pairs))
    }
}

/// A text of the JSON that is decoded, without a copy where it has no escapes.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl AsRef<str> for Text<'_> {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&Text<'_>> for Str {
    fn from(text: &Text<'_>) -> Self {
        (*text.0).into()
    }
}

/// Metadata as the API server sends it, without what nobody reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub struct RawMeta<'a> {
    name: Text<'a>,
    #[serde(default)]
    namespace: Text<'a>,
    #[serde(default)]
    uid: Text<'a>,
    /// The version as text, for the watch.
    #[serde(default)]
    pub resource_version: Text<'a>,
    #[serde(default)]
    generation: i64,
    creation_timestamp: Option<Time>,
    deletion_timestamp: Option<Time>,
    /// Labels.
    pub labels: Option<BTreeMap<Text<'a>, Text<'a>>>,
    /// Annotations.
    pub annotations: Option<BTreeMap<Text<'a>, Text<'a>>>,
    #[serde(default)]
    owner_references: Vec<RawOwner<'a>>,
    /// Finalizers.
    #[serde(default)]
    pub finalizers: Vec<Text<'a>>,
    #[serde(default)]
    managed_fields: Vec<Managed<'a>>,
}

/// An owner reference.
#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
struct RawOwner<'a> {
    #[serde(default)]
    api_version: Text<'a>,
    block_owner_deletion: Option<bool>,
    controller: Option<bool>,
    #[serde(default)]
    kind: Text<'a>,
    #[serde(default)]
    name: Text<'a>,
    #[serde(default)]
    uid: Text<'a>,
}

impl From<&RawOwner<'_>> for OwnerReference {
    fn from(raw: &RawOwner<'_>) -> Self {
        let RawOwner {
            api_version,
            block_owner_deletion,
            controller,
            kind,
            name,
            uid,
        } = raw;
        Self {
            api_version: api_version.0.clone().into_owned(),
            block_owner_deletion: *block_owner_deletion,
            controller: *controller,
            kind: kind.0.clone().into_owned(),
            name: name.0.clone().into_owned(),
            uid: uid.0.clone().into_owned(),
        }
    }
}

/// Who wrote fields of an object, and when last.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Managed<'a> {
    #[serde(default)]
    manager: Text<'a>,
    time: Option<Time>,
}

impl RawMeta<'_> {
    /// The trimmed form.
    pub fn trim(&self) -> Meta {
        let annotation = |key: &str| {
            let mut all = self.annotations.iter().flatten();
            all.find_map(|(known, value)| (known.as_ref() == key).then_some(value.as_ref()))
        };
        let is_controller = |owner: &&RawOwner<'_>| owner.controller == Some(true);
        let owner = self.owner_references.iter().find(is_controller);
        let others = self.owner_references.iter();
        let others: Box<[OwnerReference]> = others
            .filter(|other| Some(*other) != owner)
            .map(OwnerReference::from)
            .collect();
        Meta {
            name: Str::from(&self.name),
            namespace: Str::from(&self.namespace),
            uid: Str::from(&self.uid),
            version: self.resource_version.as_ref().parse().unwrap_or(0),
            generation: self.generation,
            created: self
                .creation_timestamp
                .as_ref()
                .map_or(Timestamp::MIN, |time| time.0),
            deleting: self.deletion_timestamp.is_some(),
            external: annotation(ownership::MANAGED_BY).is_some(),
            ephemeral: annotation(ownership::EPHEMERAL_MANAGED_BY)
                .is_some_and(|value| value == ownership::EPHEMERAL_MANAGER),
            owner: owner.map(|owner| {
                Box::new(Owner {
                    api_version: Str::from(&owner.api_version),
                    kind: Str::from(&owner.kind),
                    name: Str::from(&owner.name),
                    uid: Str::from(&owner.uid),
                })
            }),
            other_owners: (!others.is_empty()).then_some(others),
            last_writer: self.last_writer().map(Str::from),
        }
    }

    fn last_writer(&self) -> Option<&Text<'_>> {
        let others = self.managed_fields.iter();
        let others = others.filter(|managed| managed.manager.as_ref() != FIELD_MANAGER);
        let last = others.max_by_key(|managed| managed.time.as_ref().map(|time| time.0))?;
        Some(&last.manager)
    }
}
