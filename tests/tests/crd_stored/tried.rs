// SPDX-License-Identifier: Apache-2.0

//! Which updates of an invalid stored object are accepted, and which are refused.

use kube::Api;
use kube::api::{Patch, PatchParams};
use kube::core::DynamicObject;
use serde_json::{Value, json};

use super::rules::Rule;
use crate::crd_faults::{AtFault, TEMPLATE};
use crate::support::case::dry_run;
use crate::support::object::{change, dynamic};

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

/// An invalid stored object, and the updates that are tried on it.
pub(super) struct Tried<'a> {
    pub(super) api: &'a Api<DynamicObject>,
    pub(super) of: &'a str,
    pub(super) rule: &'a Rule,
    pub(super) fault: &'a AtFault,
    /// As it is stored.
    pub(super) stored: Value,
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
    pub(super) async fn slips(&self) -> Vec<String> {
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
