// SPDX-License-Identifier: Apache-2.0

//! New keys, because the administrator wants them.

use std::time::{Duration, Instant};

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;

use super::act;
use super::cluster::{Cluster, NAMESPACE};
use super::figures::Figures;
use crate::support::wait::eventually_within;

const SECRET: &str = "ni-webhook-certificate";

/// What was there before.
pub(super) struct Before {
    ca: ByteString,
    begun: Instant,
}

/// So that the test need not wait for minutes: how long others have to learn of the next CA.
pub(super) const SETTLE: &str = "NI_WEBHOOK_ROTATION_SETTLE=5s";

/// Empties the Secret.
pub(super) async fn begin_rotation(cluster: &Cluster) -> Before {
    act("the certificate's Secret is emptied");
    let ca = data(cluster).await.0.expect("a CA");
    let patch = r#"{"data":null}"#;
    let run = format!("patch secret {SECRET} --namespace {NAMESPACE} --type merge --patch {patch}");
    cluster.kubectl.run(&run).await;
    Before {
        ca,
        begun: Instant::now(),
    }
}

/// Waits until another CA is the only one that the API server trusts. That nothing failed meanwhile, the stream tells.
pub(super) async fn rotated(cluster: &Cluster, before: &Before, figures: &mut Figures) {
    act("certificates are rotated");
    let patience = Duration::from_mins(3);
    eventually_within(patience, "another CA alone is trusted", || async {
        let (ca, next) = data(cluster).await;
        let ca = ca.filter(|ca| *ca != before.ca && next.is_none());
        let ca = ca.ok_or("the Secret has no new CA, or two")?;
        for kind in ["mutating", "validating"] {
            let get = format!("get {kind}webhookconfiguration ironcore-ni");
            let trusted = cluster.kubectl.json(&get).await;
            let bundle = &trusted["webhooks"][0]["clientConfig"]["caBundle"];
            let bundle = serde_json::from_value(bundle.clone()).map_err(|_| "no bundle")?;
            if ca != bundle {
                return Err("a configuration trusts another");
            }
        }
        Ok(())
    })
    .await;
    let seconds = before.begun.elapsed().as_secs_f64();
    let what = "new keys, with `--rotation-settle` 5 s";
    // Once that until the next CA is served, five times until the old one is distrusted, and a part that differs by replica.
    figures.time(what, seconds, 40.0);
}

/// The CA in use, and the next.
async fn data(cluster: &Cluster) -> (Option<ByteString>, Option<ByteString>) {
    let secrets = Api::<Secret>::namespaced(cluster.client.clone(), NAMESPACE);
    let secret = secrets.get(SECRET).await.expect("the Secret");
    let mut data = secret.data.unwrap_or_default();
    (data.remove("ca.crt"), data.remove("next-ca.crt"))
}
