// SPDX-License-Identifier: Apache-2.0

//! Lists, creates and watches the NetworkInterfaces of a namespace.
//!
//! Against a control plane of one's own:
//!
//! ```text
//! cargo xtask up --name example      # its last line: export KUBECONFIG=…
//! cargo run -p ironcore-api --example interfaces
//! ```

use futures::TryStreamExt;
use ironcore_api::address::IpFamily;
use ironcore_api::networking::{IpSource, NetworkInterface, NetworkInterfaceSpec};
use ironcore_api::reference::{LocalRef, Named};
use kube::api::{ListParams, PostParams};
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client, ResourceExt};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let interfaces: Api<NetworkInterface> = Api::default_namespaced(Client::try_default().await?);

    // Field selectors: those that no machine has.
    let unclaimed = ListParams::default().fields("spec.machineRef.name=");
    for interface in interfaces.list(&unclaimed).await? {
        println!("unclaimed: {}", line(&interface));
    }

    let spec = NetworkInterfaceSpec {
        network_ref: LocalRef::new("network-sample"),
        ip_families: vec![IpFamily::IPv4],
        ips: vec![IpSource {
            value: Some("10.0.0.99".to_owned()),
            ..IpSource::default()
        }],
        ..NetworkInterfaceSpec::default()
    };
    let example = NetworkInterface::new("example", spec);
    match interfaces.create(&PostParams::default(), &example).await {
        Ok(created) => println!("created: {}", line(&created)),
        Err(kube::Error::Api(status)) if status.is_already_exists() => println!("is there"),
        // What is refused says why, field by field.
        Err(error) => return Err(error.into()),
    }

    println!("watching; Ctrl-C ends it");
    watcher(interfaces, watcher::Config::default())
        .applied_objects()
        .default_backoff()
        .try_for_each(async |interface| {
            println!("{}", line(&interface));
            Ok(())
        })
        .await?;
    Ok(())
}

fn line(interface: &NetworkInterface) -> String {
    let status = interface.status.clone().unwrap_or_default();
    format!(
        "{} machine={} ips={:?} state={}",
        interface.name_any(),
        interface.spec.machine_ref.named().unwrap_or("-"),
        status.ips,
        status.state.unwrap_or_default().as_str(),
    )
}
