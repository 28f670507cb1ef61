// SPDX-License-Identifier: Apache-2.0

//! Whether the API server asks `ni-webhook`.

use std::time::Duration;

use anyhow::{Result, bail};
use ironcore_api::KINDS;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, PostParams};
use kube::{Api, Client, Error};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::configuration::VALIDATE;
use crate::process::{Tied, log_tail};

/// For a certificate to be made, and for the API server to see that it may trust it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Returns once objects pass through both endpoints of `server`; fails when it ends before.
pub async fn wait_until_asked(client: &Client, server: &mut Tied) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while let Err(why) = is_asked(client, client.default_namespace()).await {
        server.check()?;
        if Instant::now() > deadline {
            let tail = server.log().map(log_tail).unwrap_or_default();
            bail!("after {PATIENCE:?} {why:#}{tail}");
        }
        sleep(Duration::from_millis(30)).await;
    }
    Ok(())
}

/// Fails, saying why, unless objects of the namespace pass through both endpoints. Stores nothing. Under
/// `--network-references=deny` it takes a Network named `probe` there.
pub async fn is_asked(client: &Client, namespace: &str) -> Result<()> {
    match dry_run(client, namespace, "NetworkInterface", &open_families()).await {
        Ok(object) if object.data["spec"]["ipFamilies"] == json!(["IPv4"]) => {}
        Ok(_) => bail!("the API server does not ask ni-webhook to fill in"),
        Err(error) => bail!("the API server cannot ask ni-webhook: {}", told(&error)),
    }
    match dry_run(client, namespace, "Machine", &long_child()).await {
        Err(Error::Api(status)) if status.message.contains(VALIDATE) => Ok(()),
        Err(error) => bail!("the API server cannot ask ni-webhook: {}", told(&error)),
        Ok(_) => bail!("the API server does not ask ni-webhook about what will be stored"),
    }
}

/// Of an answer, what it says; not all that it holds.
fn told(error: &Error) -> String {
    match error {
        Error::Api(status) => status.message.clone(),
        other => other.to_string(),
    }
}

/// What only the mutating endpoint completes.
fn open_families() -> Value {
    json!({
        "metadata": { "generateName": "probe-" },
        "spec": { "networkRef": { "name": "probe" }, "ips": [{ "value": "192.0.2.1" }] },
    })
}

/// What only the validating endpoint can refuse: how long the interface's name will be shows when the machine has its
/// own.
fn long_child() -> Value {
    let template =
        json!({ "spec": { "networkRef": { "name": "probe" }, "ips": [{ "value": "192.0.2.1" }] } });
    let name = ["a".repeat(63).as_str(); 4].join(".")[..250].to_owned();
    json!({
        "metadata": { "generateName": "probe-" },
        "spec": {
            "machineClassRef": { "name": "probe" },
            "networkInterfaces": [{ "name": name, "ephemeral": { "networkInterfaceTemplate": template } }],
        },
    })
}

async fn dry_run(
    client: &Client,
    namespace: &str,
    kind: &str,
    object: &Value,
) -> kube::Result<DynamicObject> {
    let known = KINDS.iter().find(|known| known.kind == kind);
    let known = known.expect("one of our kinds");
    let gvk = GroupVersionKind::gvk(known.group, known.version, known.kind);
    let resource = ApiResource::from_gvk_with_plural(&gvk, known.plural);
    let mut object = object.clone();
    object["apiVersion"] = known.api_version().into();
    object["kind"] = kind.into();
    let object: DynamicObject = serde_json::from_value(object).expect("an object");
    let params = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    Api::namespaced_with(client.clone(), namespace, &resource)
        .create(&params, &object)
        .await
}
