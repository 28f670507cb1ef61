// SPDX-License-Identifier: Apache-2.0

//! The demo's scenes about addresses: from a prefix, from a public pool, from an outside provider; kept over a machine's death; and what
//! a full prefix says.

use anyhow::{Context, Result};
use ironcore_api::compute::Machine;
use ironcore_api::networking::{NetworkInterface, NetworkInterfaceState as State, VirtualIP};
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams};
use serde_json::json;

use super::samples::apply;
use super::stage::{Goal, Stage};
use super::story::{reason, state};

const MACHINE: &str = "machine-allocated";
/// What an outside provider hands out.
const OUTSIDE: &str = "2001:db8:ffff::1";

/// Tells them.
pub(super) async fn tell(stage: &mut Stage) -> Result<()> {
    let client = stage.client.clone();
    println!(
        "machine-allocated requests both of its addresses, as machines of machine-controller-manager do:\n"
    );
    apply(&client, "addresses/prefix.yaml").await?;
    apply(&client, "addresses/machine.yaml").await?;
    stage.until(&[ALLOCATED]).await?;
    stage.show_all("ipam", "prefixes").await?;
    println!(
        "\nIts public address is retained: the machine is deleted, and another machine of that name gets the address again.\n"
    );
    delete_machine(stage).await?;
    stage.until(&[GONE]).await?;
    stage.show_all("networking", "virtualips").await?;
    println!();
    apply(&client, "addresses/machine.yaml").await?;
    stage.until(&[ALLOCATED]).await?;
    println!(
        "\nmachine-many takes the three addresses that are left, and machine-late requests one more:\n"
    );
    apply(&client, "addresses/machine-many.yaml").await?;
    stage.until(&[served(1), served(2), served(3)]).await?;
    apply(&client, "addresses/machine-late.yaml").await?;
    stage.until(&[FULL]).await?;
    stage.show_all("ipam", "prefixes").await?;
    println!("\nAn address becomes free, and the machine that waits gets it:\n");
    delete_machine(stage).await?;
    stage.until(&[GONE, SERVED_AT_LAST]).await?;
    println!(
        "\nNo public pool has IPv6 addresses. They come from an outside provider, whose part the demo plays.\n"
    );
    apply(&client, "addresses/virtualip-outside.yaml").await?;
    stage.until(&[WAITS_FOR_PROVIDER]).await?;
    provide(stage).await?;
    stage.until(&[PROVIDED]).await?;
    println!();
    Ok(())
}

async fn delete_machine(stage: &Stage) -> Result<()> {
    println!("$ kubectl delete machine {MACHINE}");
    let api = Api::<Machine>::namespaced(stage.client.clone(), "default");
    let deleted = api.delete(MACHINE, &DeleteParams::default()).await;
    deleted.with_context(|| format!("deleting {MACHINE}"))?;
    Ok(())
}

/// Writes the virtual IP's status, as a provider does.
async fn provide(stage: &Stage) -> Result<()> {
    let status = json!({ "status": { "ip": OUTSIDE } });
    println!(
        "$ kubectl patch virtualip virtualip-outside --subresource=status --type=merge --patch '{status}'"
    );
    let api = Api::<VirtualIP>::namespaced(stage.client.clone(), "default");
    api.patch_status(
        "virtualip-outside",
        &PatchParams::default(),
        &Patch::Merge(&status),
    )
    .await
    .context("writing the virtual IP's status")?;
    Ok(())
}

fn has(interface: &NetworkInterface, ip: &str, public: Option<&str>) -> bool {
    let status = interface.status.as_ref();
    status.is_some_and(|status| {
        status.state == Some(State::Available)
            && (ip.is_empty() || status.ips == [ip])
            && public.is_none_or(|public| status.virtual_ip.as_deref() == Some(public))
    })
}

const ALLOCATED: Goal = Goal {
    what: "machine-allocated-primary has an address of the prefix and a public one",
    interface: "machine-allocated-primary",
    test: Some(|it| has(it, "10.0.1.0", Some("203.0.113.2"))),
};

const GONE: Goal = Goal {
    what: "machine-allocated-primary is gone",
    interface: "machine-allocated-primary",
    test: None,
};

/// One of the interfaces of machine-many is Available.
fn served(number: usize) -> Goal {
    const NAMES: [&str; 3] = ["machine-many-1", "machine-many-2", "machine-many-3"];
    Goal {
        what: "three interfaces of machine-many are Available",
        interface: NAMES[number - 1],
        test: Some(|it| has(it, "", None)),
    }
}

const FULL: Goal = Goal {
    what: "machine-late-primary says that the prefix is full",
    interface: "machine-late-primary",
    test: Some(|it| {
        let status = it.status.as_ref();
        let mut conditions = status.iter().flat_map(|status| &status.conditions);
        state(it) == Some(State::Pending)
            && conditions.any(|condition| condition.message.contains("has no room for a /32"))
    }),
};

const SERVED_AT_LAST: Goal = Goal {
    what: "machine-late-primary is Available",
    interface: "machine-late-primary",
    test: Some(|it| has(it, "10.0.1.0", None)),
};

const WAITS_FOR_PROVIDER: Goal = Goal {
    what: "networkinterface-outside waits for its public address",
    interface: "networkinterface-outside",
    test: Some(|it| state(it) == Some(State::Pending) && reason(it) == Some("VirtualIPPending")),
};

const PROVIDED: Goal = Goal {
    what: "networkinterface-outside is Available with the provider's address",
    interface: "networkinterface-outside",
    test: Some(|it| has(it, "2001:db8::41", Some(OUTSIDE))),
};
