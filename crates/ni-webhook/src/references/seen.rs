// SPDX-License-Identifier: Apache-2.0

//! An object on kube's wire, trimmed to its name.

use std::borrow::Cow;

use ironcore_api::reference::Referent;
use kube::Resource;
use kube::core::{DynamicResourceScope, ObjectMeta};
use serde::{Deserialize, Deserializer};

/// The name of an object; labels, annotations and managed fields are not even decoded.
#[derive(Clone, Debug)]
pub(super) struct Seen(ObjectMeta);

impl Seen {
    /// Its namespace and name.
    pub(super) fn names(&self) -> (&str, &str) {
        let namespace = self.0.namespace.as_deref().unwrap_or_default();
        (namespace, self.0.name.as_deref().unwrap_or_default())
    }
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: Option<String>,
    namespace: Option<String>,
    resource_version: Option<String>,
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Metadata {
            name,
            namespace,
            resource_version,
        } = Object::deserialize(deserializer)?.metadata;
        Ok(Self(ObjectMeta {
            name,
            namespace,
            resource_version,
            ..ObjectMeta::default()
        }))
    }
}

impl Resource for Seen {
    type DynamicType = Referent;
    type Scope = DynamicResourceScope;

    fn metadata_api() -> bool {
        true
    }

    fn kind(referent: &Referent) -> Cow<'_, str> {
        referent.kind().kind.into()
    }

    fn group(referent: &Referent) -> Cow<'_, str> {
        referent.kind().group.into()
    }

    fn version(referent: &Referent) -> Cow<'_, str> {
        referent.kind().version.into()
    }

    fn plural(referent: &Referent) -> Cow<'_, str> {
        referent.kind().plural.into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.0
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.0
    }
}
