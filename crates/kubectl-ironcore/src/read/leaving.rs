// SPDX-License-Identifier: Apache-2.0

//! Finalizers of objects that are being deleted: the world keeps them of few kinds.

use std::collections::BTreeMap;

use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use ni_controller::world::Key;

use crate::check::Leaving;

/// So many are read: of more, each waits for the same as a rule.
const MOST: usize = 200;

/// What keeps each of the first of these; of those that are gone, nothing.
pub(crate) async fn leaving(
    client: &Client,
    keys: impl Iterator<Item = Key>,
) -> kube::Result<BTreeMap<Key, Leaving>> {
    let mut all = BTreeMap::new();
    for key in keys.take(MOST) {
        let entry = key.kind.entry();
        let of = GroupVersionKind::gvk(entry.group, entry.version, entry.kind);
        let resource = ApiResource::from_gvk_with_plural(&of, entry.plural);
        let api: Api<DynamicObject> =
            Api::namespaced_with(client.clone(), &key.namespace, &resource);
        let Some(metadata) = api.get_metadata_opt(&key.name).await? else {
            continue;
        };
        if let Some(since) = metadata.metadata.deletion_timestamp {
            let finalizers = metadata.metadata.finalizers.unwrap_or_default();
            all.insert(key, Leaving { since, finalizers });
        }
    }
    Ok(all)
}
