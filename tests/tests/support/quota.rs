// SPDX-License-Identifier: Apache-2.0

//! A quota of interfaces, which nobody counts but a test.

use k8s_openapi::api::core::v1::ResourceQuota;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::json;

use super::space::{NIC, Space};
use super::wait::eventually;

const COUNT: &str = "count/networkinterfaces.networking.ironcore.dev";

/// Sets how many interfaces the namespace may have, and how many are counted: nobody else counts here.
pub(crate) async fn set_quota(space: &Space, hard: u32, used: u32) {
    let api = Api::<ResourceQuota>::namespaced(space.client.clone(), &space.name);
    let (hard, used) = (
        json!({ COUNT: hard.to_string() }),
        json!({ COUNT: used.to_string() }),
    );
    let params = PatchParams::apply("test").force();
    let quota = |body| Patch::Apply(body);
    let spec = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "metadata": { "name": "interfaces" }, "spec": { "hard": hard } });
    api.patch("interfaces", &params, &quota(spec))
        .await
        .expect("a quota");
    let status = json!({ "apiVersion": "v1", "kind": "ResourceQuota", "status": { "hard": hard, "used": used } });
    api.patch_status("interfaces", &params, &quota(status))
        .await
        .expect("a count");
}

/// Waits until the API server refuses a further interface.
pub(crate) async fn until_full(space: &Space) {
    eventually("the quota is full", || async {
        match space.try_create(NIC, "one-more", "", true).await {
            Err(kube::Error::Api(status)) if status.code == 403 => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
}
