// SPDX-License-Identifier: Apache-2.0

//! Every rule forgives: an object that broke it before there was such a rule can still be labelled, reported on, claimed,
//! released and changed in all else, lose its finalizers and be deleted. What an update brings of its own is refused.

use futures::{StreamExt, stream};
use ironcore_api::{KINDS, Kind};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use kube::{Api, Client};
use serde_json::{Value, json};

use crate::crd_faults::{AtFault, CHANGED, Changed, TEMPLATE, at_fault};
use crate::support::case::{causes, dry_run};
use crate::support::object::{change, dynamic, smallest};
use crate::support::{client, namespace};

/// Requests under way at once.
const AT_ONCE: usize = 8;

/// The definition of a kind under a group of the test's own, so that other tests keep theirs.
struct Copy {
    crd: Value,
    client: Client,
}

impl Copy {
    fn of(kind: &str, group: &str, client: &Client) -> Self {
        let kind = KINDS.into_iter().find(|known| known.kind == kind).unwrap();
        let mut crd = serde_json::to_value((kind.crd)()).unwrap();
        crd["metadata"]["name"] = format!("{}.{group}", kind.plural).into();
        crd["spec"]["group"] = group.into();
        // Names that other kinds have already would keep it from being served.
        crd["spec"]["names"]["shortNames"] = json!([]);
        crd["spec"]["names"]["categories"] = json!([]);
        Self {
            crd,
            client: client.clone(),
        }
    }

    fn api(&self, namespace: &str) -> Api<DynamicObject> {
        let spec = &self.crd["spec"];
        let kind = GroupVersionKind::gvk(
            spec["group"].as_str().unwrap(),
            "v1alpha1",
            spec["names"]["kind"].as_str().unwrap(),
        );
        let resource =
            ApiResource::from_gvk_with_plural(&kind, spec["names"]["plural"].as_str().unwrap());
        Api::namespaced_with(self.client.clone(), namespace, &resource)
    }

    /// Installs the definition, and waits until `is_in_force`.
    async fn install(&self, crd: &Value, mut is_in_force: impl AsyncFnMut() -> bool) {
        let name = crd["metadata"]["name"].as_str().unwrap();
        let params = PatchParams::apply("test").force();
        let all = Api::<CustomResourceDefinition>::all(self.client.clone());
        all.patch(name, &params, &Patch::Apply(crd)).await.unwrap();
        for _ in 0..200 {
            if is_in_force().await {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{name} did not come into force");
    }
}

/// The definition without its rules.
fn lax(mut schema: Value) -> Value {
    if let Value::Object(keywords) = &mut schema {
        for keyword in ["x-kubernetes-validations", "pattern"] {
            keywords.remove(keyword);
        }
    }
    match schema {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, lax(value)))
            .collect(),
        Value::Array(items) => items.into_iter().map(lax).collect(),
        value => value,
    }
}

/// A rule of a definition.
struct Rule {
    /// The field that it blames, and its message.
    name: String,
    field: String,
    /// Texts, of which each of its messages has one.
    says: Vec<String>,
    /// Whether it is on a change, and not on a value.
    is_on_change: bool,
}

impl Rule {
    fn of(path: &str, rule: &Value) -> Self {
        let text = |key: &str| rule[key].as_str().unwrap_or_default().to_owned();
        let field = format!("{path}{}", text("fieldPath"));
        // What stands between quotes, with the values left out.
        let expression = text("messageExpression");
        let texts = expression.split('\'').skip(1).step_by(2);
        let texts = texts.filter(|text| text.len() > 8).map(str::to_owned);
        let says: Vec<_> = texts.collect();
        Self {
            name: format!("{field}: {}", text("message")),
            says: if says.is_empty() {
                vec![text("message")]
            } else {
                says
            },
            is_on_change: text("rule").contains("oldSelf") && rule["optionalOldSelf"] != true,
            field,
        }
    }

    /// Whether this is why it is refused.
    fn refuses(&self, answer: &kube::Result<DynamicObject>) -> bool {
        let Err(error) = answer else {
            return false;
        };
        let causes = causes(error).unwrap_or_default();
        causes.iter().any(|(field, _, message)| {
            let says = self.says.iter().any(|text| message.contains(text));
            without_indices(field) == self.field && says
        })
    }
}

/// `a[1].b` as `a[].b`.
fn without_indices(path: &str) -> String {
    let mut parts = path.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let after = part.split_once(']').map_or("", |(_, after)| after);
        format!("{all}[]{after}")
    })
}

/// All rules at and below a schema.
fn rules(schema: &Value, path: &str, found: &mut Vec<Rule>) {
    let own = schema["x-kubernetes-validations"].as_array();
    found.extend(own.into_iter().flatten().map(|rule| Rule::of(path, rule)));
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let deeper = [path, name].join(".");
        rules(field, deeper.trim_start_matches('.'), found);
    }
    for (keyword, mark) in [("items", "[]"), ("additionalProperties", "{}")] {
        if schema[keyword].is_object() {
            rules(&schema[keyword], &format!("{path}{mark}"), found);
        }
    }
}

/// Changes of a spec that have nothing to do with the rule of this name.
fn harmless(of: &str, rule: &str) -> Vec<String> {
    let about = |part: &str| rule.starts_with(part);
    let mut changes = match of {
        "NetworkInterface" => vec![
            "spec.machineRef = {name: m, uid: u}",
            "spec.machineRef -; spec.providerID -",
            "spec.providerID = p",
            "spec.prefixes.+ = {value: 10.9.0.0/16}",
            "spec.virtualIP = {virtualIPRef: {name: v}}",
        ],
        "VirtualIP" => vec!["spec.targetRef = {name: n, uid: u}", "spec.targetRef -"],
        "Network" => vec![
            "spec.providerID = p",
            "spec.peerings.+ = {name: new, networkRef: {name: new}}",
            "spec.incomingPeerings.+ = {name: new}",
        ],
        "Machine" => vec![
            "spec.power = Off",
            "spec.machinePoolSelector.a = b",
            "spec.networkInterfaces.+ = {name: new, networkInterfaceRef: {name: new}}",
            "spec.volumes.+ = {name: new, emptyDisk: {}}",
            "spec.tolerations.+ = {key: k}",
            "spec.efiVars.+ = {name: a, uuid: u, value: v}",
            "spec.ignitionRef.key = k",
        ],
        _ => Vec::new(),
    };
    match of {
        "NetworkInterface" if !about("spec.ips") => changes.push("spec.ips.0 = {value: 10.0.0.9}"),
        // All else of a Prefix may not change.
        "Prefix"
            if !about("spec.prefix: must be specified")
                && !about("spec.prefixLength: may not be specified")
                && !about("spec.parentRef") =>
        {
            changes.push("spec.parentRef.name = p");
        }
        "Machine" if !about("spec.machinePoolRef") => changes.push("spec.machinePoolRef.name = p"),
        "Network" if about("spec.peerings") => {
            changes.push("spec.peerings.0.prefixes.+ = {name: new}");
        }
        _ => {}
    }
    if about("spec.volumes[]")
        && !about("spec.volumes[].device")
        && !about("spec.volumes[].name: must be specified")
    {
        changes.push("spec.volumes.0.device = odz");
    }
    let mut changes: Vec<_> = changes.into_iter().map(str::to_owned).collect();
    if about(TEMPLATE)
        && !rule.contains("emplate: must be specified")
        && !rule.contains("emplate.spec: must be specified")
    {
        let template = TEMPLATE.replace("[]", ".0");
        for change in [
            "metadata.labels.a = b",
            "spec.providerID = p",
            "spec.machineRef.uid = u",
            "spec.prefixes.+ = {value: 10.9.0.0/16}",
            "spec.virtualIP = {virtualIPRef: {name: v}}",
        ] {
            changes.push(format!("{template}.{change}"));
        }
    }
    changes
}

/// An object that is stored at fault, and what is asked of it.
struct Tried<'a> {
    api: &'a Api<DynamicObject>,
    of: &'a str,
    rule: &'a Rule,
    fault: &'a AtFault,
    /// As it is stored.
    stored: Value,
}

impl Tried<'_> {
    fn name(&self) -> &str {
        self.stored["metadata"]["name"].as_str().expect("a name")
    }

    async fn replace(&self, object: Value) -> kube::Result<DynamicObject> {
        let name = object["metadata"]["name"]
            .as_str()
            .expect("a name")
            .to_owned();
        self.api.replace(&name, &dry_run(), &dynamic(object)).await
    }

    /// All that goes otherwise than it should.
    async fn slips(&self) -> Vec<String> {
        let mut slips = Vec::new();
        let mut again = self.fault.object.clone();
        again["metadata"]["name"] = format!("{}-again", self.name()).into();
        let created = self.api.create(&dry_run(), &dynamic(again)).await;
        if !self.rule.refuses(&created) {
            slips.push(format!("created: {created:?}"));
        }
        for (what, answer) in [
            (
                "labelled",
                self.merge(json!({"metadata": {"labels": {"a": "b"}}}))
                    .await,
            ),
            (
                "given a finalizer",
                self.merge(json!({"metadata": {"finalizers": ["a.b/c", "a.b/d"]}}))
                    .await,
            ),
            (
                "without finalizers",
                self.merge(json!({"metadata": {"finalizers": null}})).await,
            ),
            ("reported on", self.report().await),
        ] {
            slips.extend(answer.err().map(|error| format!("{what}: {error}")));
        }
        for changes in harmless(self.of, &self.rule.name) {
            let mut object = self.stored.clone();
            change(&mut object, &changes);
            let answer = self.replace(object).await;
            slips.extend(answer.err().map(|error| format!("{changes}: {error}")));
        }
        slips.extend(self.slips_of_more().await);
        slips
    }

    async fn merge(&self, patch: Value) -> kube::Result<DynamicObject> {
        let params = PatchParams {
            dry_run: true,
            ..PatchParams::default()
        };
        self.api
            .patch(self.name(), &params, &Patch::Merge(patch))
            .await
    }

    async fn report(&self) -> kube::Result<DynamicObject> {
        let (field, value) = match self.of {
            "VirtualIP" => ("ip", "1.2.3.4"),
            "Prefix" => ("phase", "Allocated"),
            "Machine" => ("state", "Running"),
            _ => ("state", "Available"),
        };
        let params = PatchParams {
            dry_run: true,
            ..PatchParams::default()
        };
        let status = Patch::Merge(json!({"status": {field: value}}));
        self.api.patch_status(self.name(), &params, &status).await
    }

    /// The fault brought to an object without it, and once more to a list that has it.
    async fn slips_of_more(&self) -> Option<String> {
        if !self.rule.field.starts_with("spec") {
            return None;
        }
        let good = self.api.get("good").await.expect("it is stored");
        let mut good = serde_json::to_value(good).expect("plain data");
        good["spec"] = self.fault.object["spec"].clone();
        let answer = self.replace(good).await;
        if !self.rule.refuses(&answer) {
            return Some(format!("brought to another object: {answer:?}"));
        }
        let (list, entry) = self.rule.name.split_once(": [*]")?;
        // That entries are unique is a rule on the list.
        if entry.ends_with("must be unique") {
            return None;
        }
        let pointer = format!("/{}", list.replace("[]", "/0").replace('.', "/"));
        let mut object = self.stored.clone();
        let list = object
            .pointer_mut(&pointer)
            .and_then(Value::as_array_mut)
            .expect("a list");
        list.extend_from_within(..);
        let answer = self.replace(object).await;
        (!self.rule.refuses(&answer)).then(|| format!("brought once more: {answer:?}"))
    }
}

/// Each rule, beside the object that breaks it. Fails where there is a rule without one, or an object without a rule.
fn paired<'a>(rules: &'a [Rule], faults: &'a [AtFault]) -> Vec<(&'a Rule, &'a AtFault)> {
    let pair = |fault: &'a AtFault| {
        let mut its = rules
            .iter()
            .filter(|rule| !rule.is_on_change && rule.name.starts_with(&fault.rule));
        match (its.next(), its.next()) {
            (Some(rule), None) => (rule, fault),
            _ => panic!("{} is not the beginning of one rule", fault.rule),
        }
    };
    let pairs: Vec<_> = faults.iter().map(pair).collect();
    for rule in rules.iter().filter(|rule| !rule.is_on_change) {
        let objects = pairs
            .iter()
            .filter(|(other, _)| other.name == rule.name)
            .count();
        assert!(objects > 0, "no object breaks the rule {}", rule.name);
    }
    pairs
}

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

/// The rules of a kind's definition.
fn rules_of(kind: &Kind) -> Vec<Rule> {
    let crd = serde_json::to_value((kind.crd)()).unwrap();
    let mut found = Vec::new();
    rules(
        &crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"],
        "",
        &mut found,
    );
    found
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
