//! The part of an object's metadata that planners read.

use std::collections::BTreeMap;
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
#[derive(Clone, Debug, PartialEq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

impl From<BTreeMap<String, String>> for Pairs {
    fn from(map: BTreeMap<String, String>) -> Self {
        let pairs = map
            .into_iter()
            .filter(|(key, _)| key != KUBECTL_LAST_APPLIED)
            .map(|(key, value)| (Str::from(key), Str::from(value)));
        let pairs: Arc<[(Str, Str)]> = pairs.collect();
        Self((!pairs.is_empty()).then_some(pairs))
    }
}

/// Metadata as the API server sends it, without what nobody reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawMeta {
    name: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    uid: String,
    /// The version as text, for the watch.
    #[serde(default)]
    pub resource_version: String,
    #[serde(default)]
    generation: i64,
    creation_timestamp: Option<Time>,
    deletion_timestamp: Option<Time>,
    /// Labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// Annotations.
    pub annotations: Option<BTreeMap<String, String>>,
    #[serde(default)]
    owner_references: Vec<OwnerReference>,
    /// Finalizers.
    #[serde(default)]
    pub finalizers: Vec<String>,
    #[serde(default)]
    managed_fields: Vec<Managed>,
}

/// Who wrote fields of an object, and when last.
#[derive(Deserialize)]
struct Managed {
    #[serde(default)]
    manager: String,
    time: Option<Time>,
}

impl RawMeta {
    /// The trimmed form.
    pub fn trim(&self) -> Meta {
        let annotation = |key: &str| self.annotations.as_ref().and_then(|all| all.get(key));
        let is_controller = |owner: &&OwnerReference| owner.controller == Some(true);
        let owner = self.owner_references.iter().find(is_controller);
        let others = self.owner_references.iter();
        let others: Box<[OwnerReference]> = others
            .filter(|other| Some(*other) != owner)
            .cloned()
            .collect();
        Meta {
            name: self.name.as_str().into(),
            namespace: self.namespace.as_str().into(),
            uid: self.uid.as_str().into(),
            version: self.resource_version.parse().unwrap_or(0),
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
                    api_version: owner.api_version.as_str().into(),
                    kind: owner.kind.as_str().into(),
                    name: owner.name.as_str().into(),
                    uid: owner.uid.as_str().into(),
                })
            }),
            other_owners: (!others.is_empty()).then_some(others),
            last_writer: self.last_writer().map(Str::from),
        }
    }

    fn last_writer(&self) -> Option<&str> {
        let others = self.managed_fields.iter();
        let others = others.filter(|managed| managed.manager != FIELD_MANAGER);
        let last = others.max_by_key(|managed| managed.time.as_ref().map(|time| time.0))?;
        Some(&last.manager)
    }
}
