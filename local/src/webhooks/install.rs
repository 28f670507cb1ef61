// SPDX-License-Identifier: Apache-2.0

//! Both configurations on an API server.

use std::fmt::Debug;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, Resource, ResourceExt};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Configurations, Reach};

/// Where `ni-webhook` keeps its Secret.
const NAMESPACE: &str = "ironcore-ni";

/// Installs both by server-side apply, and the namespace of the Secret that `ni-webhook --self-signed` makes. It fills
/// in the caBundle; until then what they are about is refused.
pub async fn install(client: &Client, reach: &Reach) -> Result<()> {
    let namespace = Namespace {
        metadata: ObjectMeta {
            name: Some(NAMESPACE.to_owned()),
            ..ObjectMeta::default()
        },
        ..Namespace::default()
    };
    apply(client, &namespace).await?;
    Configurations::new(reach).install(client).await
}

impl Configurations {
    /// Installs both by server-side apply; a caBundle that somebody keeps stays.
    pub async fn install(&self, client: &Client) -> Result<()> {
        apply(client, &self.mutating).await?;
        apply(client, &self.validating).await
    }
}

async fn apply<K>(client: &Client, object: &K) -> Result<()>
where
    K: Clone + Debug + Serialize + DeserializeOwned + Resource<DynamicType = ()>,
{
    let name = object.name_any();
    let params = PatchParams::apply("xtask").force();
    let applied = Api::<K>::all(client.clone())
        .patch(&name, &params, &Patch::Apply(object))
        .await;
    applied.with_context(|| format!("installing {} {name}", K::kind(&())))?;
    Ok(())
}
