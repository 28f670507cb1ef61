//! How a child differs from its template, field by field.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ironcore_api::networking::{NetworkInterfaceSpec, VirtualIPSource};
use ironcore_api::ownership::EPHEMERAL_MANAGED_BY;
use ironcore_api::reference::Named;
use serde::Serialize;
use serde_json::{Value, json};

use super::desired::machine_ref;
use super::same::{same_ip, same_list, same_prefix, same_virtual_ip};
use crate::plan::merge::merge_patch;
use crate::world::{Interface, Machine, Namespace, Pairs, Template};

/// A field of an interface that its template names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// A field of the spec that can't be changed (contract: it is met by replacing the interface).
    Fixed(&'static str),
    /// A field of the spec that can.
    Spec(&'static str),
    /// The label of this key.
    Label(String),
    /// The annotation of this key.
    Annotation(String),
}

impl Field {
    /// Whether this merge patch writes the field.
    fn is_in(&self, patch: &Value) -> bool {
        let (parent, key) = match self {
            Self::Fixed(key) | Self::Spec(key) => (&patch["spec"], *key),
            Self::Label(key) => (&patch["metadata"]["labels"], key.as_str()),
            Self::Annotation(key) => (&patch["metadata"]["annotations"], key.as_str()),
        };
        parent.get(key).is_some()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(name) | Self::Spec(name) => write!(f, "spec.{name}"),
            Self::Label(key) => write!(f, "metadata.labels[{key}]"),
            Self::Annotation(key) => write!(f, "metadata.annotations[{key}]"),
        }
    }
}

/// The fields in which a child differs from its template, each with what a merge patch says to bring it back; null for
/// those that can't be changed.
pub(super) type Difference = BTreeMap<Field, Value>;

/// Compares after defaulting, addresses as addresses, null = empty = absent (contract).
pub(super) fn difference(machine: &Machine, template: &Template, child: &Interface) -> Difference {
    let mut difference = fixed_difference(&template.spec, &child.spec);
    difference.extend(spec_difference(machine, &template.spec, &child.spec));
    let labels = different_pairs(&template.labels, &child.labels);
    difference.extend(labels.map(|(key, value)| (Field::Label(key), value)));
    // The mark is not the template's to take away.
    let annotations = different_pairs(&template.annotations, &child.annotations)
        .filter(|(key, _)| key != EPHEMERAL_MANAGED_BY);
    difference.extend(annotations.map(|(key, value)| (Field::Annotation(key), value)));
    difference
}

fn fixed_difference(want: &NetworkInterfaceSpec, have: &NetworkInterfaceSpec) -> Difference {
    let all = [
        (
            "networkRef",
            want.network_ref.named() == have.network_ref.named(),
        ),
        ("ipFamilies", want.ip_families == have.ip_families),
        ("attributes", want.attributes == have.attributes),
    ];
    let different = all.into_iter().filter(|(_, same)| !same);
    different
        .map(|(name, _)| (Field::Fixed(name), Value::Null))
        .collect()
}

fn spec_difference(
    machine: &Machine,
    want: &NetworkInterfaceSpec,
    have: &NetworkInterfaceSpec,
) -> Difference {
    let mut difference = Difference::new();
    let mut add = |name, value| difference.insert(Field::Spec(name), value);
    if have.machine_ref.as_ref() != Some(&machine_ref(machine)) {
        add("machineRef", value(&machine_ref(machine)));
    }
    // Addresses go with families, which can't be changed: those of other families would be refused.
    if want.ip_families == have.ip_families && !same_list(&want.ips, &have.ips, same_ip) {
        add("ips", value(&want.ips));
    }
    if !same_list(&want.prefixes, &have.prefixes, same_prefix) {
        add("prefixes", value(&want.prefixes));
    }
    let (want, have) = (want.virtual_ip.as_ref(), have.virtual_ip.as_ref());
    if !same_virtual_ip(want, have) {
        add("virtualIP", virtual_ip_patch(want, have));
    }
    difference
}

/// A merge patch merges objects: what is no longer wanted is nulled by name.
fn virtual_ip_patch(want: Option<&VirtualIPSource>, have: Option<&VirtualIPSource>) -> Value {
    match (want, have) {
        (None, _) => Value::Null,
        (Some(want), None) => value(want),
        (Some(want), Some(have)) => merge_patch(&value(want), &value(have)),
    }
}

/// What of `want` is missing or different in `have`; other keys are others' business.
fn different_pairs(want: &Pairs, have: &Pairs) -> impl Iterator<Item = (String, Value)> {
    want.iter()
        .filter(|(key, value)| have.get(key) != Some(value))
        .map(|(key, value)| (key.to_owned(), value.into()))
}

/// The merge patch that brings back what can be; `None` where there is nothing.
pub(super) fn patch(child: &Interface, difference: &Difference) -> Option<Value> {
    let mut patch = json!({ "metadata": { "uid": &*child.meta.uid } });
    // Others write these as well: what they wrote since must not get lost.
    let shared = |field: &Field| matches!(field, Field::Spec("prefixes" | "virtualIP"));
    if difference.keys().any(shared) {
        patch["metadata"]["resourceVersion"] = child.meta.version.to_string().into();
    }
    let mut any = false;
    for (field, value) in difference {
        let place = match field {
            Field::Fixed(_) => continue,
            Field::Spec(name) => &mut patch["spec"][*name],
            Field::Label(key) => &mut patch["metadata"]["labels"][key],
            Field::Annotation(key) => &mut patch["metadata"]["annotations"][key],
        };
        *place = value.clone();
        any = true;
    }
    any.then_some(patch)
}

/// The fields in which the interface `child` differs from what the machine `machine` declares; none where either is not
/// there, or not declared.
pub fn differing(namespace: &Namespace, machine: &str, child: &str) -> BTreeSet<Field> {
    let fields = || {
        let machine = namespace.machines.get(machine)?;
        let interface = namespace.interfaces.get(child)?;
        let mut all = machine.interfaces.iter();
        let declared = all.find(|declared| &*declared.interface == child)?;
        let template = declared.template.as_ref()?;
        Some(difference(machine, template, interface).into_keys())
    };
    fields().into_iter().flatten().collect()
}

/// As [`differing`], of the interface as the API server answered our write, and only the fields that were written: all
/// where it was created, those of `patch` where it was patched. Other fields are others' doing.
pub fn came_back_different(
    namespace: &Namespace,
    machine: &str,
    child: &str,
    patch: Option<&Value>,
) -> BTreeSet<Field> {
    let mut fields = differing(namespace, machine, child);
    fields.retain(|field| patch.is_none_or(|patch| field.is_in(patch)));
    fields
}

fn value<T: Serialize>(of: &T) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}
