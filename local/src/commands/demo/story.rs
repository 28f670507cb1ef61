// SPDX-License-Identifier: Apache-2.0

//! What happens in the demo, in order, and what each sample has to come to.

use anyhow::{Context, Result};
use ironcore_api::networking::{NetworkInterface, NetworkInterfaceState as State};
use serde_json::json;

use super::addresses;
use super::samples::apply;
use super::stage::{Goal, Stage};

/// The first address of the pool that the controller makes.
const PUBLIC: &str = "203.0.113.1";

/// Applies the samples, and brings the late network.
pub(super) async fn tell(stage: &mut Stage) -> Result<()> {
    let client = stage.client.clone();
    for file in [
        "networkinterface.yaml",
        "machine-ephemeral.yaml",
        "machine-existing.yaml",
        "machine-waiting.yaml",
    ] {
        apply(&client, file).await?;
    }
    println!();
    stage.until(&APPLIED).await?;
    stage.show().await?;
    println!("\nmachine-waiting waits for its network:\n");
    apply(&client, "network-late.yaml").await?;
    stage.until(&ALL_AVAILABLE).await?;
    stage.show().await?;
    show_status(stage)?;
    addresses::tell(stage).await
}

/// The status fields that the seed's manifest ends with.
fn show_status(stage: &Stage) -> Result<()> {
    let sample = stage
        .get("networkinterface-sample")
        .and_then(|sample| sample.status.clone());
    let mut status = sample.context("networkinterface-sample has no status")?;
    status.conditions.clear();
    status.observed_generation = None;
    let yaml = serde_norway::to_string(&json!({ "status": status }))?;
    println!(
        "The four fields of networkinterface-sample's status that IronCore has, too:\n\n{yaml}"
    );
    Ok(())
}

pub(super) fn state(interface: &NetworkInterface) -> Option<State> {
    interface.status.as_ref()?.state
}

fn ips(interface: &NetworkInterface) -> Vec<&str> {
    interface
        .status
        .iter()
        .flat_map(|status| &status.ips)
        .map(String::as_str)
        .collect()
}

pub(super) fn reason(interface: &NetworkInterface) -> Option<&str> {
    Some(&interface.status.as_ref()?.conditions.first()?.reason)
}

fn is_available(interface: &NetworkInterface, addresses: &[&str], holder: &str) -> bool {
    state(interface) == Some(State::Available)
        && ips(interface) == addresses
        && interface
            .spec
            .machine_ref
            .as_ref()
            .is_some_and(|machine| machine.name == holder)
}

const PRIMARY: Goal = Goal {
    what: "machine-ephemeral-primary is made and Available",
    interface: "machine-ephemeral-primary",
    test: Some(|it| is_available(it, &["10.0.0.11"], "machine-ephemeral")),
};

const DUAL: Goal = Goal {
    what: "machine-ephemeral-dual is made and Available with both of its addresses",
    interface: "machine-ephemeral-dual",
    test: Some(|it| is_available(it, &["10.0.0.12", "2001:db8::12"], "machine-ephemeral")),
};

const EXISTING: Goal = Goal {
    what: "networkinterface-existing is claimed by machine-existing and Available",
    interface: "networkinterface-existing",
    test: Some(|it| is_available(it, &["10.0.0.21"], "machine-existing")),
};

const SEED: Goal = Goal {
    what: "networkinterface-sample is Available with the seed's addresses",
    interface: "networkinterface-sample",
    test: Some(|it| {
        let public = it
            .status
            .as_ref()
            .and_then(|status| status.virtual_ip.as_deref());
        state(it) == Some(State::Available)
            && ips(it) == ["10.0.0.1"]
            && public == Some(PUBLIC)
            && it
                .status
                .as_ref()
                .is_some_and(|status| status.last_state_transition_time.is_some())
    }),
};

const APPLIED: [Goal; 5] = [
    PRIMARY,
    DUAL,
    EXISTING,
    SEED,
    Goal {
        what: "machine-waiting-primary waits for its network",
        interface: "machine-waiting-primary",
        test: Some(|it| state(it) == Some(State::Pending) && reason(it) == Some("NetworkNotFound")),
    },
];

const ALL_AVAILABLE: [Goal; 5] = [
    PRIMARY,
    DUAL,
    EXISTING,
    SEED,
    Goal {
        what: "machine-waiting-primary is Available",
        interface: "machine-waiting-primary",
        test: Some(|it| is_available(it, &["10.0.0.31"], "machine-waiting")),
    },
];
