// SPDX-License-Identifier: Apache-2.0

//! `deploy/overlays/namespaced`: controller and webhook for some namespaces, with Roles alone.

use std::collections::BTreeSet;

use k8s_openapi::api::authorization::v1::SubjectAccessReview;
use kube::Api;
use kube::api::PostParams;
use serde_json::json;
use xtask::webhooks::is_asked;

use crate::support::controller::{Controller, plan_with};
use crate::support::deployed::{
    CONTROLLER, Cluster, NAMESPACE, WEBHOOK, hand_out_an_address, keep_busy, refer_to_nothing,
    until_told_again,
};
use crate::support::space::{NET, NIC, Space};
use crate::support::text::{UNSEEN, check, ip, makes};
use crate::support::wait::eventually;

const OVERLAY: &str = "deploy/overlays/namespaced";
const TEAMS: [&str; 2] = ["team-a", "team-b"];

/// The namespaces in which a service account has asked for something; an empty name for a question about all.
fn places(cluster: &Cluster, account: &str) -> BTreeSet<String> {
    let (asked, _) = cluster.asked_by(account);
    let places = asked
        .iter()
        .filter_map(|what| what.split_once(" in "))
        // Discovery has no namespace.
        .filter(|(_, place)| !place.is_empty())
        .map(|(_, place)| place.to_owned());
    places.collect()
}

/// A machine with an interface, and one that nobody has reported on.
async fn store(space: &Space) {
    space.create(NET, "net", "").await;
    space.machine("m", &[makes("e", &ip("10.1.0.1"))]).await;
    space.interface("free", "10.1.0.2", "").await;
}

/// The API server decides by roles as its own watch of them shows them.
async fn until_it_may_not_list(space: &Space) {
    let attributes = json!({
        "namespace": space.name, "group": "compute.ironcore.dev", "resource": "machines", "verb": "list",
    });
    let user = format!("system:serviceaccount:{NAMESPACE}:{CONTROLLER}");
    let review = json!({ "spec": { "user": user, "resourceAttributes": attributes } });
    let review: SubjectAccessReview = serde_json::from_value(review).expect("a review");
    let reviews = Api::<SubjectAccessReview>::all(space.client.clone());
    eventually("it has no rights there", || async {
        let answer = reviews.create(&PostParams::default(), &review).await;
        let status = answer.expect("an answer").status.unwrap_or_default();
        (!status.allowed).then_some(()).ok_or("it may")
    })
    .await;
}

#[tokio::test]
async fn with_roles_alone_both_work_in_their_namespaces_and_leave_others_alone() {
    let cluster = Cluster::start_with(OVERLAY, &TEAMS).await;
    let other = cluster.space().await;
    store(&other).await;
    let webhook = cluster.mounted().await;
    let first = cluster.controller().await;
    let second = cluster.controller().await;
    webhook.until_ready().await;
    let teams = [
        cluster.space_called(TEAMS[0]).await,
        cluster.space_called(TEAMS[1]).await,
    ];
    for team in &teams {
        refer_to_nothing(team).await;
        keep_busy(team).await;
        hand_out_an_address(&cluster, team).await;
    }
    // The second tells again what holds, by the same Event.
    first.terminate().await;
    for team in &teams {
        until_told_again(team, &second).await;
    }
    // Each right in each namespace, and no refusal.
    cluster.until_all_is_used(CONTROLLER).await;
    cluster.until_all_is_used(WEBHOOK).await;

    let flag = format!("--namespaces={}", TEAMS.join(","));
    let account = cluster.account(CONTROLLER).await;
    let planned = plan_with(&account, &[&flag]);
    assert!(!planned.contains(&other.name), "{planned}");
    let (_, refused) = cluster.asked_by(CONTROLLER);
    assert!(refused.is_empty(), "{refused:#?}");

    // Nothing was asked about other namespaces, their objects are as they were stored, and not judged.
    let own = TEAMS.map(str::to_owned);
    assert_eq!(places(&cluster, WEBHOOK), own.clone().into());
    let mut expected = BTreeSet::from(own);
    expected.insert(NAMESPACE.to_owned());
    assert_eq!(places(&cluster, CONTROLLER), expected);
    let interfaces = other.list(NIC).await;
    let names: Vec<_> = interfaces
        .iter()
        .map(|nic| &nic["metadata"]["name"])
        .collect();
    assert_eq!(names, ["free"]);
    check(&interfaces[0], UNSEEN);
    let asked = is_asked(&other.client, &other.name).await;
    let why = asked.expect_err("it is not judged").to_string();
    assert!(why.contains("does not ask ni-webhook to fill in"), "{why}");
}

#[tokio::test]
async fn a_namespace_without_rights_holds_up_no_other() {
    let cluster = Cluster::start_with(OVERLAY, &TEAMS).await;
    let [able, unable] = [
        cluster.space_called(TEAMS[0]).await,
        cluster.space_called(TEAMS[1]).await,
    ];
    cluster.without_webhook(&able).await;
    store(&able).await;
    store(&unable).await;
    let binding = "rolebinding ironcore-ni-controller --namespace team-b";
    cluster.kubectl.run(&format!("delete {binding}")).await;
    until_it_may_not_list(&unable).await;
    let args = cluster.args(CONTROLLER).await;
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let controller = Controller::launch(&cluster.account(CONTROLLER).await, &args);
    able.until(NIC, "m-e", "status.state = Available").await;
    able.until(NIC, "free", "status.state = Available").await;
    eventually("it says what it lacks", || async {
        let log = controller.log();
        let lacks = |line: &str| line.contains(r#""namespace":"team-b","code":403"#);
        log.lines().any(lacks).then_some(()).ok_or(log)
    })
    .await;
    assert!(controller.answers("/livez").await);
    assert!(!controller.answers("/readyz").await);
    assert_eq!(unable.find(NIC, "m-e").await, None);

    let grant = "--role ironcore-ni-controller --serviceaccount ironcore-ni:ni-controller";
    cluster
        .kubectl
        .run(&format!("create {binding} {grant}"))
        .await;
    unable.until(NIC, "m-e", "status.state = Available").await;
    eventually("it is ready", || async {
        let ready = controller.answers("/readyz").await;
        ready.then_some(()).ok_or_else(|| controller.log())
    })
    .await;
}
