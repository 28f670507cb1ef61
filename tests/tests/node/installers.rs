// SPDX-License-Identifier: Apache-2.0

//! The other ways to install: with each an interface is made, and then it goes again.

use xtask::deploy::{Wanted, deploy};

use super::act;
use super::cluster::{Cluster, NAMESPACE};
use super::install::until_available;
use crate::support::helm::helm;
use crate::support::judged::MUTATE;
use crate::support::kubeconfig;
use crate::support::space::{NET, NIC};
use crate::support::text::{check, ip, makes};
use crate::support::wait::eventually;

/// `cargo xtask deploy`, whose word it is that all is ready.
pub(super) async fn xtask_deploy(cluster: &Cluster) {
    act("installed by `cargo xtask deploy`");
    let wanted = Wanted {
        kubeconfig: Some(kubeconfig()),
        context: None,
        overlay: "self-signed".to_owned(),
        timeout: "2m".to_owned(),
    };
    deploy(&wanted).await.expect("ready");
    works(cluster).await;
    let delete = "delete -k deploy/overlays/self-signed --timeout=120s";
    cluster.kubectl.run(delete).await;
}

/// The chart, by the command in docs/install.md.
pub(super) async fn helm_install(cluster: &Cluster) {
    act("installed by Helm");
    let kubeconfig = kubeconfig();
    let run = async |args: &str| {
        let args: Vec<&str> = args.split(' ').collect();
        let done = helm(&args, Some(&kubeconfig)).await;
        done.unwrap_or_else(|why| panic!("helm {args:?}: {why}"))
    };
    let said = run(
        "install ironcore-ni deploy/helm/ironcore-ni --namespace ironcore-ni --create-namespace",
    )
    .await;
    assert!(said.contains("STATUS: deployed"), "{said}");
    let label = "pod-security.kubernetes.io/enforce=restricted";
    let label = format!("label namespace {NAMESPACE} {label}");
    assert_eq!(cluster.kubectl.run(&label).await.err, "");
    cluster.until_rolled_out().await;
    works(cluster).await;
    run("uninstall ironcore-ni --namespace ironcore-ni --wait").await;
    let delete = format!("delete namespace {NAMESPACE} --timeout=120s");
    cluster.kubectl.run(&delete).await;
}

/// A machine gets its interface, with what the webhook fills in.
async fn works(cluster: &Cluster) {
    let space = cluster.space().await;
    eventually("a Network is taken", || {
        space.try_create(NET, "net", "", false)
    })
    .await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    until_available(&space, "a-e").await;
    // What is in the answer to a create, neither the schema nor the controller has filled in.
    let open = "spec.ips = [{value: 10.0.0.9}]; spec.ipFamilies = []";
    let own = space.create(NIC, "own", open).await;
    check(&own, "spec.ipFamilies = [IPv4]");
    let malformed = "spec.ips = [{value: 10.0.0.256}]";
    let refused = space.try_create(NIC, "malformed", malformed, false).await;
    let error = refused.expect_err("it is malformed").to_string();
    assert!(error.contains(MUTATE), "{error}");
    space.delete_namespace().await;
    space.until_namespace_is_gone().await;
}
