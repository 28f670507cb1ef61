// SPDX-License-Identifier: Apache-2.0

//! Trimmed objects on kube's wire: what the watch and our requests receive.

use std::borrow::Cow;

use kube::Resource;
use kube::core::ObjectMeta;
use serde::{Deserialize, Deserializer};

use crate::world::{Kind, Object, Received};

/// An object as kube's watcher wants it: with the metadata that it resumes a watch from.
#[derive(Clone, Debug)]
pub struct Wire<T> {
    meta: ObjectMeta,
    /// The trimmed object.
    pub received: Received<T>,
}

impl<'de, T: Object> Deserialize<'de> for Wire<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let received = Received::<T>::deserialize(deserializer)?;
        let resource_version = Some(received.resource_version.clone());
        Ok(Self {
            meta: ObjectMeta {
                resource_version,
                ..ObjectMeta::default()
            },
            received,
        })
    }
}

impl<T: Object> Resource for Wire<T> {
    type DynamicType = ();
    type Scope = kube::core::NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        T::KIND.as_str().into()
    }
    fn group((): &()) -> Cow<'_, str> {
        T::KIND.group().into()
    }
    fn version((): &()) -> Cow<'_, str> {
        T::KIND.entry().version.into()
    }
    fn plural((): &()) -> Cow<'_, str> {
        T::KIND.plural().into()
    }
    fn meta(&self) -> &ObjectMeta {
        &self.meta
    }
    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.meta
    }
}

/// The collection's path in `namespace`.
pub fn path(kind: Kind, namespace: &str) -> String {
    format!(
        "/apis/{}/namespaces/{namespace}/{}",
        kind.api_version(),
        kind.plural()
    )
}
