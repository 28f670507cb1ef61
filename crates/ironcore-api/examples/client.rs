// SPDX-License-Identifier: Apache-2.0

//! A Rust client of the kinds: what `docs/clients.md` shows. It makes a namespace of its own, creates, watches, applies
//! and is refused, and fails where the API server, the webhook or the controller do not answer as it is told here.
//!
//! ```text
//! cargo xtask up --name example      # its last line: export KUBECONFIG=…
//! cargo run -p ironcore-api --example client
//! ```

use anyhow::{Context, Result, bail, ensure};
use futures::TryStreamExt;
use ironcore_api::address::IpFamily;
use ironcore_api::compute::Machine;
use ironcore_api::networking::{
    IpSource, Network, NetworkInterface, NetworkInterfaceSpec, NetworkInterfaceState, NetworkSpec,
    PrefixSource,
};
use ironcore_api::reference::LocalRef;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Patch, PatchParams, PostParams};
use kube::core::response::StatusCause;
use kube::runtime::{WatchStreamExt, watcher};
use kube::{Api, Client};
use serde_json::{Value, json};

/// Whatever is waited for comes within milliseconds; on a busy machine within seconds.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let client = Client::try_default().await?;
    let namespace = namespace(&client).await?;
    let interfaces = Api::namespaced(client.clone(), &namespace);
    tokio::time::timeout(PATIENCE, watched(&interfaces)).await??;
    applied(&Api::namespaced(client, &namespace)).await?;
    refused(&interfaces).await
}

/// A new namespace, with the Network `net`.
async fn namespace(client: &Client) -> Result<String> {
    let mut namespace = Namespace::default();
    namespace.metadata.generate_name = Some("rust-".to_owned());
    let created = Api::all(client.clone())
        .create(&PostParams::default(), &namespace)
        .await?;
    let name = created
        .metadata
        .name
        .context("a namespace without a name")?;
    let networks: Api<Network> = Api::namespaced(client.clone(), &name);
    let network = Network::new("net", NetworkSpec::default());
    networks.create(&PostParams::default(), &network).await?;
    Ok(name)
}

// ANCHOR: create
async fn create(interfaces: &Api<NetworkInterface>) -> kube::Result<NetworkInterface> {
    let spec = NetworkInterfaceSpec {
        network_ref: LocalRef::new("net"),
        // ip_families may be left out: the webhook infers them.
        ips: vec![IpSource {
            value: Some("10.0.0.1".to_owned()),
            ..IpSource::default()
        }],
        ..NetworkInterfaceSpec::default()
    };
    interfaces
        .create(
            &PostParams::default(),
            &NetworkInterface::new("example", spec),
        )
        .await
}
// ANCHOR_END: create

// ANCHOR: watch
/// The interface once it has all that it asks for.
async fn until_available(
    interfaces: &Api<NetworkInterface>,
    name: &str,
) -> Result<NetworkInterface> {
    let one = watcher::Config::default().fields(&format!("metadata.name={name}"));
    let events = watcher(interfaces.clone(), one)
        .default_backoff()
        .applied_objects();
    let mut events = std::pin::pin!(events);
    while let Some(interface) = events.try_next().await? {
        let status = interface.status.clone().unwrap_or_default();
        if status.state == Some(NetworkInterfaceState::Available) {
            return Ok(interface);
        }
        // Why it is not: a sentence that names the object in the way.
        for ready in status
            .conditions
            .iter()
            .filter(|condition| condition.type_ == "Ready")
        {
            println!("{name} is {}: {}", ready.reason, ready.message);
        }
    }
    bail!("the watch ended")
}
// ANCHOR_END: watch

async fn watched(interfaces: &Api<NetworkInterface>) -> Result<()> {
    let created = create(interfaces).await?;
    ensure!(
        created.spec.ip_families.len() == 1,
        "the webhook did not fill in ipFamilies"
    );
    let interface = until_available(interfaces, "example").await?;
    let ips = interface.status.unwrap_or_default().ips;
    println!("example is Available, with {ips:?}");
    ensure!(ips == ["10.0.0.1"], "the status has other addresses");
    Ok(())
}

// ANCHOR: apply
/// Says what `owner` wants of a machine, and no more: what others want of it stays.
async fn apply(machines: &Api<Machine>, owner: &str, spec: Value) -> kube::Result<Machine> {
    let machine = json!({
        "apiVersion": "compute.ironcore.dev/v1alpha1",
        "kind": "Machine",
        "metadata": {"name": "example"},
        "spec": spec,
    });
    machines
        .patch(
            "example",
            &PatchParams::apply(owner),
            &Patch::Apply(&machine),
        )
        .await
}

/// An entry of `networkInterfaces`: lists of a machine are merged by name.
fn entry(name: &str, address: &str) -> Value {
    let spec = json!({"networkRef": {"name": "net"}, "ips": [{"value": address}]});
    json!({"name": name, "ephemeral": {"networkInterfaceTemplate": {"spec": spec}}})
}
// ANCHOR_END: apply

async fn applied(machines: &Api<Machine>) -> Result<()> {
    let class = json!({"name": "class"});
    let primary = json!({"machineClassRef": class, "power": "On", "networkInterfaces": [entry("primary", "10.0.0.2")]});
    apply(machines, "machines", primary).await?;
    let backup =
        json!({"machineClassRef": class, "networkInterfaces": [entry("backup", "10.0.0.3")]});
    let both = names(&apply(machines, "backups", backup).await?);
    ensure!(
        both == ["primary", "backup"],
        "merged by name, the interfaces are {both:?}"
    );
    let one = names(&apply(machines, "backups", json!({"machineClassRef": class})).await?);
    ensure!(
        one == ["primary"],
        "what is no longer applied is still among {one:?}"
    );
    match apply(
        machines,
        "backups",
        json!({"machineClassRef": class, "power": "Off"}),
    )
    .await
    {
        Err(kube::Error::Api(status)) if status.is_conflict() => println!("{}", status.message),
        other => bail!("another owner's field was not refused with a conflict: {other:?}"),
    }
    Ok(())
}

fn names(machine: &Machine) -> Vec<String> {
    machine
        .spec
        .network_interfaces
        .iter()
        .map(|entry| entry.name.clone())
        .collect()
}

// ANCHOR: causes
/// What is wrong with an object that was refused: one cause for each fault, with the field's path.
fn causes(error: &kube::Error) -> &[StatusCause] {
    match error {
        kube::Error::Api(status) if status.is_invalid() => status
            .details
            .as_ref()
            .map_or(&[], |details| &details.causes),
        _ => &[],
    }
}
// ANCHOR_END: causes

async fn refused(interfaces: &Api<NetworkInterface>) -> Result<()> {
    let address = |text: &str| IpSource {
        value: Some(text.to_owned()),
        ..IpSource::default()
    };
    let spec = NetworkInterfaceSpec {
        ip_families: vec![IpFamily::IPv4],
        ips: vec![address("10.0.0.256")],
        prefixes: vec![PrefixSource::default()],
        ..NetworkInterfaceSpec::default()
    };
    let faulty = NetworkInterface::new("faulty", spec);
    let Err(error) = interfaces.create(&PostParams::default(), &faulty).await else {
        bail!("a faulty interface was stored");
    };
    let told: Vec<_> = causes(&error)
        .iter()
        .inspect(|cause| println!("{}: {}", cause.field, cause.message))
        .map(|cause| (cause.field.as_str(), cause.reason.as_str()))
        .collect();
    let expected = [
        ("spec.networkRef.name", "FieldValueRequired"),
        ("spec.ips[0].value", "FieldValueInvalid"),
        ("spec.prefixes[0]", "FieldValueRequired"),
    ];
    ensure!(told == expected, "the causes are {told:?}");
    Ok(())
}
