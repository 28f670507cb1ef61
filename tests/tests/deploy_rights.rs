// SPDX-License-Identifier: Apache-2.0

//! Controller and webhook with the rights that `deploy/` gives them, no more and no fewer than they use.

use std::collections::BTreeSet;

use crate::support::controller::plan;
use crate::support::deployed::{
    CONTROLLER, Cluster, UNSEEN, WEBHOOK, hand_out_an_address, keep_busy, refer_to_nothing,
    until_told_again,
};
use crate::support::rendered::probes;
use crate::support::space::NET;
use crate::support::text::{ip, makes};

#[tokio::test]
async fn controller_and_webhook_use_all_rights_that_they_are_given_and_lack_none() {
    let cluster = Cluster::start("deploy").await;
    let webhook = cluster.self_signed().await;
    let first = cluster.controller().await;
    let second = cluster.controller().await;
    webhook.until_ready().await;
    for path in probes(&cluster.deployment(WEBHOOK).await) {
        assert!(webhook.answers(&path).await, "{path}");
    }
    for path in probes(&cluster.deployment(CONTROLLER).await) {
        assert!(first.answers(&path).await, "{path}");
        assert!(
            second.answers(&path).await,
            "{path}: of the one that stands by"
        );
    }
    let space = cluster.space().await;
    refer_to_nothing(&space).await;
    keep_busy(&space).await;
    hand_out_an_address(&cluster, &space).await;
    // The second tells again what holds, by the same Event.
    first.terminate().await;
    until_told_again(&space, &second).await;
    cluster.until_all_is_used(CONTROLLER).await;
    cluster.until_all_is_used(WEBHOOK).await;
    // As an administrator would before an upgrade.
    plan(&cluster.account(CONTROLLER).await);
    let (_, refused) = cluster.asked_by(CONTROLLER);
    assert!(refused.is_empty(), "{refused:#?}");
}

#[tokio::test]
async fn a_webhook_with_mounted_certificates_may_read_what_is_referred_to_and_nothing_else() {
    let cluster = Cluster::start("deploy/overlays/cert-manager").await;
    let _webhook = cluster.mounted().await;
    let referred_to = [
        "networking.ironcore.dev/networkinterfaces",
        "networking.ironcore.dev/networks",
        "networking.ironcore.dev/virtualips",
        "ipam.ironcore.dev/prefixes",
    ];
    let verbs = ["get", "list", "watch"];
    let expected = referred_to.map(|kind| verbs.map(|verb| format!("{verb} {kind}")));
    let expected: BTreeSet<String> = expected.into_iter().flatten().collect();
    assert_eq!(cluster.granted(WEBHOOK).await, expected);
    refer_to_nothing(&cluster.space().await).await;
    cluster.until_all_is_used(WEBHOOK).await;
}

#[tokio::test]
async fn without_the_finalizers_right_no_interface_can_be_made_where_owners_are_guarded() {
    let cluster = Cluster::start("deploy").await;
    let space = cluster.space().await;
    cluster.without_webhook(&space).await;
    let patch = r#"[{"op":"remove","path":"/rules/1"}]"#;
    cluster
        .kubectl
        .run(&format!(
            "patch clusterrole ironcore-ni-controller --type json --patch {patch}"
        ))
        .await;
    assert!(!cluster.granted(CONTROLLER).await.contains(UNSEEN[0]));
    let _controller = cluster.controller().await;
    space.create(NET, "net", "").await;
    space.machine("a", &[makes("e", &ip("10.0.0.1"))]).await;
    space
        .warned("Machine a", "ChildRefused", "cannot set blockOwnerDeletion")
        .await;
}
