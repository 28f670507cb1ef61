// SPDX-License-Identifier: Apache-2.0

// ANCHOR: list
//! Shows the interfaces of all namespaces.

use ironcore_api::networking::NetworkInterface;
use kube::{Api, Client, ResourceExt, api::ListParams};

#[tokio::main(flavor = "current_thread")]
async fn main() -> kube::Result<()> {
    let all: Api<NetworkInterface> = Api::all(Client::try_default().await?);
    for nic in all.list(&ListParams::default()).await? {
        let (namespace, name) = (nic.namespace().unwrap_or_default(), nic.name_any());
        let status = nic.status.unwrap_or_default();
        println!("{namespace} {name} {:?} {:?}", status.state, status.ips);
    }
    Ok(())
}
// ANCHOR_END: list
