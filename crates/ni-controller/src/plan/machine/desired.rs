//! The interface that a template asks for, and how an existing one differs from it.

use ironcore_api::address::{parse_ip, parse_prefix};
use ironcore_api::networking::{IpSource, NetworkInterfaceSpec, PrefixSource, VirtualIPSource};
use ironcore_api::ownership::{self, EPHEMERAL_MANAGED_BY, EPHEMERAL_MANAGER};
use ironcore_api::reference::{Named, UidRef};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::world::{Interface, Kind, Machine, Pairs, Str, Template};

/// How a child differs from its template.
#[derive(Debug, PartialEq)]
pub(super) enum Difference {
    /// Not at all.
    None,
    /// In what can be changed in place, by this merge patch.
    Mutable(Value),
    /// In this field, which can't be changed.
    Fixed(&'static str),
}

/// The interface `name` as the template asks for it.
pub(super) fn body(machine: &Machine, name: &Str, template: &Template) -> Value {
    let mut annotations = object(&template.annotations);
    annotations.insert(EPHEMERAL_MANAGED_BY.to_owned(), EPHEMERAL_MANAGER.into());
    let owner = ownership::controller_reference(
        Kind::Machine.api_version(),
        Kind::Machine.as_str(),
        &machine.meta.name,
        &machine.meta.uid,
    );
    let mut spec = template.spec.clone();
    spec.machine_ref = Some(machine_ref(machine));
    let mut metadata = json!({
        "namespace": &*machine.meta.namespace,
        "name": &**name,
        "annotations": annotations,
        "ownerReferences": [owner],
    });
    if !template.labels.is_empty() {
        metadata["labels"] = object(&template.labels).into();
    }
    json!({
        "apiVersion": Kind::NetworkInterface.api_version(),
        "kind": Kind::NetworkInterface.as_str(),
        "metadata": metadata,
        "spec": spec,
    })
}

/// Compares after defaulting, addresses as addresses, null = empty = absent (contract).
pub(super) fn difference(machine: &Machine, template: &Template, child: &Interface) -> Difference {
    let (want, have) = (&template.spec, &child.spec);
    if want.network_ref.named() != have.network_ref.named() {
        return Difference::Fixed("spec.networkRef");
    }
    if want.ip_families != have.ip_families {
        return Difference::Fixed("spec.ipFamilies");
    }
    if want.attributes != have.attributes {
        return Difference::Fixed("spec.attributes");
    }
    let spec = spec_patch(machine, want, have);
    let mut metadata = Map::new();
    insert_some(
        &mut metadata,
        "labels",
        pairs_patch(&template.labels, &child.labels),
    );
    insert_some(
        &mut metadata,
        "annotations",
        annotations_patch(template, child),
    );
    if spec.is_empty() && metadata.is_empty() {
        return Difference::None;
    }
    metadata.insert("uid".into(), (*child.meta.uid).into());
    let mut patch = json!({ "metadata": metadata });
    if !spec.is_empty() {
        patch["spec"] = spec.into();
    }
    Difference::Mutable(patch)
}

fn machine_ref(machine: &Machine) -> UidRef {
    UidRef::new(&*machine.meta.name, &*machine.meta.uid)
}

fn spec_patch(
    machine: &Machine,
    want: &NetworkInterfaceSpec,
    have: &NetworkInterfaceSpec,
) -> Map<String, Value> {
    let mut patch = Map::new();
    if have.machine_ref.as_ref() != Some(&machine_ref(machine)) {
        patch.insert("machineRef".into(), value(&machine_ref(machine)));
    }
    if !same_list(&want.ips, &have.ips, same_ip) {
        patch.insert("ips".into(), value(&want.ips));
    }
    if !same_list(&want.prefixes, &have.prefixes, same_prefix) {
        patch.insert("prefixes".into(), value(&want.prefixes));
    }
    if !same_virtual_ip(want.virtual_ip.as_ref(), have.virtual_ip.as_ref()) {
        patch.insert(
            "virtualIP".into(),
            replacement(want.virtual_ip.as_ref(), have.virtual_ip.as_ref()),
        );
    }
    patch
}

/// A merge patch merges objects: a source that is no longer wanted is nulled by name.
fn replacement(want: Option<&VirtualIPSource>, have: Option<&VirtualIPSource>) -> Value {
    let (Some(want), Some(_)) = (want, have) else {
        return want.map_or(Value::Null, value);
    };
    json!({
        "virtualIPRef": want.virtual_ip_ref,
        "ephemeral": want.ephemeral.as_ref().map(|ephemeral| {
            let mut ephemeral = value(ephemeral);
            null_absent(&mut ephemeral);
            ephemeral
        }),
    })
}

/// Names the optional fields of a virtual IP's template that are absent, so that a merge patch clears them.
fn null_absent(ephemeral: &mut Value) {
    let template = &mut ephemeral["virtualIPTemplate"];
    for (parent, fields) in [
        ("metadata", ["labels", "annotations"]),
        ("spec", ["reclaimPolicy", "targetRef"]),
    ] {
        if let Some(object) = template.get_mut(parent).and_then(Value::as_object_mut) {
            for field in fields {
                object.entry(field).or_insert(Value::Null);
            }
        }
    }
}

fn same_list<T>(want: &[T], have: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    want.len() == have.len() && want.iter().zip(have).all(|(want, have)| same(want, have))
}

fn same_ip(want: &IpSource, have: &IpSource) -> bool {
    want.ephemeral == have.ephemeral
        && same_text(want.value.as_deref(), have.value.as_deref(), |text| {
            parse_ip(text).ok()
        })
}

fn same_prefix(want: &PrefixSource, have: &PrefixSource) -> bool {
    want.ephemeral == have.ephemeral
        && same_text(want.value.as_deref(), have.value.as_deref(), |text| {
            parse_prefix(text).ok()
        })
}

fn same_text<P: PartialEq>(
    want: Option<&str>,
    have: Option<&str>,
    parse: impl Fn(&str) -> Option<P>,
) -> bool {
    want == have
        || want
            .and_then(&parse)
            .is_some_and(|want| have.and_then(&parse) == Some(want))
}

fn same_virtual_ip(want: Option<&VirtualIPSource>, have: Option<&VirtualIPSource>) -> bool {
    let reference = |source: Option<&VirtualIPSource>| {
        source.and_then(|s| s.virtual_ip_ref.named().map(str::to_owned))
    };
    let ephemeral = |source: Option<&VirtualIPSource>| source.and_then(|s| s.ephemeral.clone());
    reference(want) == reference(have) && ephemeral(want) == ephemeral(have)
}

/// What of `want` is missing or different in `have`; other keys are others' business.
fn pairs_patch(want: &Pairs, have: &Pairs) -> Map<String, Value> {
    let different = want
        .iter()
        .filter(|(key, value)| have.get(key) != Some(value));
    different
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect()
}

/// As `pairs_patch`; the mark is not the template's to take away.
fn annotations_patch(template: &Template, child: &Interface) -> Map<String, Value> {
    let mut patch = pairs_patch(&template.annotations, &child.annotations);
    patch.remove(EPHEMERAL_MANAGED_BY);
    patch
}

fn insert_some(map: &mut Map<String, Value>, key: &str, patch: Map<String, Value>) {
    if !patch.is_empty() {
        map.insert(key.to_owned(), patch.into());
    }
}

fn object(pairs: &Pairs) -> Map<String, Value> {
    pairs
        .iter()
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect()
}

fn value<T: Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}
