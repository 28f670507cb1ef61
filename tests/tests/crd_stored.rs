// SPDX-License-Identifier: Apache-2.0

//! Every rule forgives: an object that broke it before there was such a rule can still be labelled, reported on, claimed,
//! released and changed in all else, lose its finalizers and be deleted. What an update brings of its own is refused.

mod copy;
mod rules;
mod tried;

use futures::{StreamExt, stream};
use ironcore_api::KINDS;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::core::DynamicObject;
use serde_json::{Value, json};

use crate::crd_faults::{AtFault, CHANGED, Changed, at_fault};
use crate::support::case::{causes, dry_run};
use crate::support::object::{change, dynamic, smallest};
use crate::support::{client, namespace};
use copy::{Copy, lax};
use rules::{paired, rules, rules_of};
use tried::Tried;

/// Requests under way at once.
const AT_ONCE: usize = 8;

/// The object as it is stored under the test's group, before there are rules.
fn storable(of: &str, index: usize, fault: &AtFault) -> Value {
    let mut object = fault.object.clone();
    if !fault.rule.starts_with("metadata.name") {
        object["metadata"]["name"] = format!("x{index}").into();
    }
    object["metadata"]["finalizers"] = json!(["example.org/f"]);
    let held = match of {
        "NetworkInterface" => Some("machineRef"),
        "VirtualIP" => Some("targetRef"),
        _ => None,
    };
    if let Some(field) = held
        && object["spec"].get(field).is_none()
    {
        object["spec"][field] = json!({"name": "holder", "uid": "u"});
    }
    object
}

async fn every_rule_forgives(of: &str) {
    let client = client().await;
    let ns = namespace(&client).await;
    let group = format!("{ns}.example.org");
    let copy = Copy::of(of, &group, &client);
    let api = copy.api(&ns);
    let mut found = Vec::new();
    rules(
        &copy.crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"],
        "",
        &mut found,
    );
    let faults = at_fault(of);
    let pairs = paired(&found, &faults);

    let in_group = |mut object: Value| {
        object["apiVersion"] = format!("{group}/v1alpha1").into();
        object
    };
    let mut good = in_group(smallest(of));
    good["metadata"]["name"] = "good".into();
    let good = dynamic(good);
    copy.install(&lax(copy.crd.clone()), async || {
        api.create(&PostParams::default(), &good).await.is_ok()
    })
    .await;
    let mut tried = Vec::new();
    for (index, (rule, fault)) in pairs.into_iter().enumerate() {
        let object = dynamic(in_group(storable(of, index, fault)));
        let stored = api.create(&PostParams::default(), &object).await;
        let stored = stored.unwrap_or_else(|error| panic!("{}: {error}", rule.name));
        let stored = serde_json::to_value(stored).expect("plain data");
        tried.push((rule, fault, stored));
    }
    let bad = dynamic(in_group(storable(of, tried.len(), &faults[0])));
    copy.install(&copy.crd, async || {
        let answer = api.create(&dry_run(), &bad).await;
        answer.is_err_and(|error| causes(&error).is_some())
    })
    .await;

    let api = &api;
    let in_group = &in_group;
    let slips = stream::iter(tried).map(|(rule, fault, stored)| async move {
        let fault = &AtFault {
            rule: fault.rule.clone(),
            object: in_group(fault.object.clone()),
        };
        let tried = Tried {
            api,
            of,
            rule,
            fault,
            stored,
        };
        let slips = tried.slips().await;
        slips
            .into_iter()
            .map(|slip| format!("{}\n  {slip}", rule.name))
            .collect::<Vec<_>>()
    });
    let slips: Vec<_> = slips.buffer_unordered(AT_ONCE).concat().await;
    assert!(slips.is_empty(), "{}", slips.join("\n"));
    is_deleted(api, "x2").await;

    let all = Api::<CustomResourceDefinition>::all(client.clone());
    let name = copy.crd["metadata"]["name"].as_str().unwrap();
    all.delete(name, &DeleteParams::default()).await.unwrap();
}

/// An object at fault goes when its finalizer does.
async fn is_deleted(api: &Api<DynamicObject>, name: &str) {
    api.delete(name, &DeleteParams::default()).await.unwrap();
    let released = Patch::Merge(json!({"metadata": {"finalizers": null}}));
    api.patch(name, &PatchParams::default(), &released)
        .await
        .unwrap();
    assert!(api.get_opt(name).await.unwrap().is_none());
}

/// This needs no server, so whoever adds a rule learns soon that it lacks an object.
#[test]
fn each_rule_has_an_object_that_breaks_it() {
    for kind in &KINDS {
        let found = rules_of(kind);
        paired(&found, &at_fault(kind.kind));
        let changed = CHANGED.iter().find(|(of, _)| *of == kind.kind);
        let changed = changed.map_or(&[][..], |(_, cases)| cases);
        for rule in found.iter().filter(|rule| rule.is_on_change) {
            let mut cases = changed.iter();
            assert!(
                cases.any(|Changed(name, ..)| rule.name.starts_with(name)),
                "no object breaks the rule {}",
                rule.name
            );
        }
    }
}

#[tokio::test]
async fn every_rule_of_a_network_interface_forgives() {
    every_rule_forgives("NetworkInterface").await;
}

#[tokio::test]
async fn every_rule_of_a_virtual_ip_forgives() {
    every_rule_forgives("VirtualIP").await;
}

#[tokio::test]
async fn every_rule_of_a_network_forgives() {
    every_rule_forgives("Network").await;
}

#[tokio::test]
async fn every_rule_of_a_machine_forgives() {
    every_rule_forgives("Machine").await;
}

#[tokio::test]
async fn every_rule_of_a_prefix_forgives() {
    every_rule_forgives("Prefix").await;
}

/// Rules on changes: each refuses one.
#[tokio::test]
async fn every_rule_on_a_change_refuses_one() {
    let client = client().await;
    let ns = namespace(&client).await;
    for (of, cases) in CHANGED {
        let kind = crate::support::kind(of);
        let api = crate::support::objects(&client, &ns, &kind);
        let mut found = rules_of(&kind);
        found.retain(|rule| rule.is_on_change);
        assert_eq!(found.len(), cases.len(), "{of}");
        for (index, Changed(name, stored, changes)) in cases.iter().enumerate() {
            let rule = found.iter().find(|rule| rule.name.starts_with(name));
            let rule = rule.unwrap_or_else(|| panic!("no rule {name}"));
            let mut object = smallest(of);
            object["metadata"]["name"] = format!("x{index}").into();
            change(&mut object, stored);
            let stored = api.create(&PostParams::default(), &dynamic(object)).await;
            let mut object = serde_json::to_value(stored.unwrap()).unwrap();
            change(&mut object, changes);
            let answer = api
                .replace(&format!("x{index}"), &dry_run(), &dynamic(object))
                .await;
            assert!(rule.refuses(&answer), "{name}: {answer:?}");
        }
    }
}
