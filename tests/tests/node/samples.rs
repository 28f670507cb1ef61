// SPDX-License-Identifier: Apache-2.0

//! `deploy/samples`, as the user guide has them applied.

use super::act;
use super::cluster::Cluster;
use super::install::until_available;
use crate::support::space::{MACHINE, NIC, VIP};
use crate::support::text::check;

/// They become what they say, through the deployed webhook and controller, and the garbage collector takes what is to go.
pub(super) async fn do_what_they_say(cluster: &Cluster) {
    act("samples");
    let space = cluster.space().await;
    let kubectl = &cluster.kubectl;
    let apply = format!("apply --namespace {} -f deploy/samples", space.name);
    kubectl.run(&apply).await;
    let interfaces = [
        "machine-ephemeral-primary",
        "machine-ephemeral-dual",
        "machine-waiting-primary",
        "networkinterface-existing",
    ];
    for interface in interfaces {
        until_available(&space, interface).await;
    }
    // Nobody hands out public addresses here.
    space
        .report(VIP, "virtualip-sample", "status.ip = 203.0.113.1")
        .await;
    until_available(&space, "networkinterface-sample").await;
    let describe = format!(
        "describe --namespace {} networkinterface networkinterface-sample",
        space.name
    );
    let described = kubectl.run(&describe).await.out;
    assert!(described.contains("203.0.113.1"), "{described}");

    let mut warnings = space.events().await;
    warnings.retain(|told| told.warning);
    assert!(warnings.is_empty(), "{warnings:#?}");

    let warned = kubectl.run(&format!("{apply}/warned")).await;
    assert!(warned.err.contains("Warning: "), "{}", warned.err);
    let Err(refused) = kubectl.try_run(&format!("{apply}/refused")).await else {
        panic!("what is malformed was taken")
    };
    let denied = "admission webhook \"mutate.ni.ironcore.dev\" denied the request";
    assert!(refused.err.contains(denied), "{}", refused.err);

    act("garbage collection");
    space.delete(MACHINE, "machine-ephemeral").await;
    space.delete(MACHINE, "machine-existing").await;
    for interface in ["machine-ephemeral-primary", "machine-ephemeral-dual"] {
        space.until_gone(NIC, interface).await;
    }
    let released = space
        .until(NIC, "networkinterface-existing", "spec.machineRef -")
        .await;
    check(&released, "status.state = Available");
    space.delete_namespace().await;
    space.until_namespace_is_gone().await;
}
