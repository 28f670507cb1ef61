// SPDX-License-Identifier: Apache-2.0

//! The definitions and the rules say the same: what schema or CEL refuse, the rules refuse, for the same reason and in the same
//! words, on an object for each rule, and on many that are nearly right. So whatever the webhook lets pass is stored, and a user
//! reads the same with and without it.

mod nearly;

use futures::{StreamExt, stream};
use ironcore_api::compute::Machine;
use ironcore_api::ipam::Prefix;
use ironcore_api::networking::{Network, NetworkInterface, VirtualIP};
use ironcore_api::validate::Judgement;
use ironcore_api::{KINDS, Kind};
use kube::Api;
use kube::api::PostParams;
use kube::core::{DynamicObject, Status};
use serde_json::Value;

use crate::crd_faults::{AtFault, CHANGED, Changed, at_fault};
use crate::support::case::dry_run;
use crate::support::object::{change, dynamic, smallest};
use crate::support::{client, kind, namespace, objects, wording};
use nearly::{bases, pairs};

/// Objects of each kind that are tried, as new ones and as changes of others.
const TRIED: usize = 400;
/// Requests under way at once.
const AT_ONCE: usize = 8;

/// What the webhook would say: what there is to say of the object with what is filled in, and that object.
fn judge(of: &Kind, object: &Value, old: Option<&Value>) -> (Option<Judgement>, Value) {
    let old = old.map(Value::to_string);
    let Ok(judgement) = of.fill_and_judge(&object.to_string(), old.as_deref()) else {
        return (None, object.clone());
    };
    let mut filled = object.clone();
    for filling in &judgement.fillings {
        let (parent, field) = filling.pointer.rsplit_once('/').expect("a field");
        let parent = filled.pointer_mut(parent).expect("its parent is there");
        parent[field] = filling.value.clone();
    }
    (Some(judgement), filled)
}

/// How the two go together on an object.
enum Verdicts {
    /// Both take it.
    Taken,
    /// Both refuse it.
    Refused,
    /// Only the rules refuse it: they say more than the definitions can.
    OnlyRules,
    /// They disagree; how.
    Slip(String),
}

/// What the rules say of an object, beside what the server says, which `send` asks.
async fn verdicts<F: Future<Output = kube::Result<DynamicObject>>>(
    of: &Kind,
    object: Value,
    old: Option<Value>,
    send: impl Fn(Value) -> F,
) -> Verdicts {
    let (judgement, filled) = judge(of, &object, old.as_ref());
    let slip = |what: String| {
        let old = old.as_ref().map(|old| &old["spec"]);
        Verdicts::Slip(format!(
            "{what}: {} {}\n  was {old:?}",
            object["metadata"]["name"], object["spec"]
        ))
    };
    match judgement {
        // With what is filled in: that is what the server gets to see.
        Some(judgement) if judgement.faults.is_empty() => match send(filled).await {
            Ok(_) => Verdicts::Taken,
            Err(error) => slip(format!("only the server refuses ({error})")),
        },
        Some(judgement) => match send(object.clone()).await {
            Ok(_) => Verdicts::OnlyRules,
            Err(kube::Error::Api(status)) if status.code == 422 => {
                let unsaid = unsaid(of, &object, old.as_ref(), &status);
                if unsaid.is_empty() {
                    Verdicts::Refused
                } else {
                    slip(format!("only the server says {}", unsaid.join("\n  and ")))
                }
            }
            Err(error) => slip(format!(
                "the server does not say what is wrong ({error}), the rules say {judgement:?}"
            )),
        },
        // What the rules cannot read is let through to the schema, which may not take it, unless nobody can read it.
        None => match send(object.clone()).await {
            Err(_) => Verdicts::Refused,
            Ok(stored) if is_readable(of, &stored) => {
                slip("only the rules cannot read it".to_owned())
            }
            Ok(_) => Verdicts::OnlyRules,
        },
    }
}

/// What the definitions say of an object, with nothing filled in, and the rules do not.
fn unsaid(of: &Kind, object: &Value, old: Option<&Value>, status: &Status) -> Vec<String> {
    let old = old.map(Value::to_string);
    let judgement = of.judge(&object.to_string(), old.as_deref());
    wording::unsaid(status, &judgement.expect("it was read").faults)
}

/// Whether it decodes as what clients of the crate read.
fn is_readable(of: &Kind, object: &DynamicObject) -> bool {
    let object = serde_json::to_value(object).expect("plain data");
    match of.kind {
        "NetworkInterface" => serde_json::from_value::<NetworkInterface>(object).is_ok(),
        "VirtualIP" => serde_json::from_value::<VirtualIP>(object).is_ok(),
        "Network" => serde_json::from_value::<Network>(object).is_ok(),
        "Machine" => serde_json::from_value::<Machine>(object).is_ok(),
        "Prefix" => serde_json::from_value::<Prefix>(object).is_ok(),
        kind => panic!("{kind}"),
    }
}

/// Fails with all disagreements, or if there were too few objects of either sort for the agreement to mean anything.
async fn check(all: impl stream::Stream<Item = impl Future<Output = Verdicts>>) {
    let all: Vec<Verdicts> = all.buffer_unordered(AT_ONCE).collect().await;
    let (mut taken, mut refused, mut slips) = (0, 0, Vec::new());
    for verdicts in all {
        match verdicts {
            Verdicts::Taken => taken += 1,
            Verdicts::Refused => refused += 1,
            Verdicts::OnlyRules => {}
            Verdicts::Slip(slip) => slips.push(slip),
        }
    }
    assert!(
        slips.is_empty(),
        "{} of {TRIED}\n{}",
        slips.len(),
        slips.join("\n")
    );
    assert!(
        taken >= TRIED / 20 && refused >= TRIED / 4,
        "of {TRIED} both take {taken} and refuse {refused}"
    );
}

async fn api_of(of: &Kind) -> Api<DynamicObject> {
    let client = client().await;
    let namespace = namespace(&client).await;
    objects(&client, &namespace, of)
}

/// New objects.
async fn creates_agree(of: &str) {
    let of = kind(of);
    let api = &api_of(&of).await;
    let create = |object: Value| async move {
        let object = serde_json::from_value(object).map_err(kube::Error::SerdeError)?;
        api.create(&dry_run(), &object).await
    };
    let objects = stream::iter(pairs(&of));
    check(objects.map(|(_, object)| verdicts(&of, object, None, create))).await;
}

/// Changes of objects that are stored.
async fn updates_agree(of: &str) {
    let of = kind(of);
    let api = &api_of(&of).await;
    for base in bases(&of) {
        let created = api.create(&PostParams::default(), &dynamic(base)).await;
        created.expect("a base is right");
    }
    let replace = |object: Value| async move {
        let object: DynamicObject =
            serde_json::from_value(object).map_err(kube::Error::SerdeError)?;
        let name = object.metadata.name.clone().unwrap_or_default();
        api.replace(&name, &dry_run(), &object).await
    };
    let changes = stream::iter(pairs(&of)).map(|(base, mut object)| async move {
        object["metadata"]["name"] = base["metadata"]["name"].clone();
        let old = api
            .get(object["metadata"]["name"].as_str().expect("a name"))
            .await;
        let old = serde_json::to_value(old.expect("it is stored")).expect("plain data");
        object["metadata"]["resourceVersion"] = old["metadata"]["resourceVersion"].clone();
        (object, old)
    });
    let changes = changes.buffer_unordered(AT_ONCE);
    check(changes.map(|(object, old)| verdicts(&of, object, Some(old), replace))).await;
}

/// Whatever a rule of the definitions says, the webhook's rules say: for each of them, of an object that breaks it.
#[tokio::test]
async fn each_rule_says_the_same_in_both() {
    let mut slips = Vec::new();
    for of in KINDS {
        let api = &api_of(&of).await;
        let create = |object: Value| async move { api.create(&dry_run(), &dynamic(object)).await };
        for AtFault { rule, object } in at_fault(of.kind) {
            let answer = create(object.clone()).await;
            slips.extend(otherwise(&rule, answer, |status| {
                unsaid(&of, &object, None, status)
            }));
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

/// The same of rules on changes.
#[tokio::test]
async fn each_rule_on_a_change_says_the_same_in_both() {
    let mut slips = Vec::new();
    for (of, cases) in CHANGED {
        let of = kind(of);
        let api = &api_of(&of).await;
        let replace = |object: Value| async move {
            let name = object["metadata"]["name"]
                .as_str()
                .expect("a name")
                .to_owned();
            api.replace(&name, &dry_run(), &dynamic(object)).await
        };
        for (index, Changed(rule, stored, changes)) in cases.iter().enumerate() {
            let mut object = smallest(of.kind);
            object["metadata"]["name"] = format!("x{index}").into();
            change(&mut object, stored);
            let stored = api.create(&PostParams::default(), &dynamic(object)).await;
            let old = serde_json::to_value(stored.expect(rule)).expect("plain data");
            let mut object = old.clone();
            change(&mut object, changes);
            let answer = replace(object.clone()).await;
            slips.extend(otherwise(rule, answer, |status| {
                unsaid(&of, &object, Some(&old), status)
            }));
        }
    }
    assert!(slips.is_empty(), "{}", slips.join("\n"));
}

/// What is wrong, unless the definition refuses, and says nothing that the rules don't say.
fn otherwise(
    rule: &str,
    answer: kube::Result<DynamicObject>,
    unsaid: impl FnOnce(&Status) -> Vec<String>,
) -> Option<String> {
    match answer {
        Ok(_) => Some(format!("{rule}: the definition takes it")),
        Err(kube::Error::Api(status)) => {
            let unsaid = unsaid(&status);
            (!unsaid.is_empty())
                .then(|| format!("{rule}: only the server says {}", unsaid.join("\n  and ")))
        }
        Err(error) => Some(format!("{rule}: {error}")),
    }
}

#[tokio::test]
async fn network_interfaces() {
    creates_agree("NetworkInterface").await;
}

#[tokio::test]
async fn machines() {
    creates_agree("Machine").await;
}

#[tokio::test]
async fn networks() {
    creates_agree("Network").await;
}

#[tokio::test]
async fn virtual_ips() {
    creates_agree("VirtualIP").await;
}

#[tokio::test]
async fn prefixes() {
    creates_agree("Prefix").await;
}

#[tokio::test]
async fn changed_network_interfaces() {
    updates_agree("NetworkInterface").await;
}

#[tokio::test]
async fn changed_machines() {
    updates_agree("Machine").await;
}

#[tokio::test]
async fn changed_networks() {
    updates_agree("Network").await;
}

#[tokio::test]
async fn changed_virtual_ips() {
    updates_agree("VirtualIP").await;
}

#[tokio::test]
async fn changed_prefixes() {
    updates_agree("Prefix").await;
}
