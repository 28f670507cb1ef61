// SPDX-License-Identifier: Apache-2.0

//! What is filled into an object where its author left it open (contract, Admission, Filled in): into the object itself,
//! never inside a template. A place that is left open is the field of an object that was decoded, so it is there.

use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::draft::{
    IpSource, List, MachineSpec, NetworkInterfaceSpec, PrefixSpec, Text, Volume, decode, given,
    texts,
};
use crate::address::IpFamily;
use crate::bound;
use crate::default::{Filling, Hint, device, families, family};

/// Fills in an interface's `ipFamilies` from its `ips`.
pub(super) fn network_interface(spec: &mut NetworkInterfaceSpec<'_>) -> Option<Filling> {
    if !spec.ipFamilies.is_empty() || spec.ips.is_too_long() {
        return None;
    }
    let families = families(spec.ips.entries().iter().map(hint))?;
    spec.ipFamilies = families
        .iter()
        .map(|family| named_family(*family))
        .collect();
    Some(Filling {
        pointer: "/spec/ipFamilies".to_owned(),
        value: json!(families),
    })
}

fn hint<'i>(ip: &'i IpSource<'_>) -> Hint<'i> {
    let template = ip.ephemeral.as_ref().and_then(|ephemeral| ephemeral.spec());
    Hint {
        value: ip.value.as_deref(),
        family: template.and_then(|spec| given(spec.ipFamily.as_deref())),
        prefix: template.and_then(|spec| spec.prefix.as_deref()),
    }
}

/// Fills in a Prefix's `ipFamily` from its `prefix`.
pub(super) fn prefix(spec: &mut PrefixSpec<'_>) -> Option<Filling> {
    if given(spec.ipFamily.as_deref()).is_some() {
        return None;
    }
    let family = family(spec.prefix.as_deref()?)?;
    spec.ipFamily = Some(named_family(family));
    Some(Filling {
        pointer: "/spec/ipFamily".to_owned(),
        value: json!(family),
    })
}

/// Fills in what has a default in a machine's spec, and the devices of its volumes: those that they had before an update, or the first that
/// are free.
pub(super) fn machine(spec: &mut MachineSpec<'_>, old: Option<&str>) -> Vec<Filling> {
    let mut fillings = Vec::new();
    spec.set_defaults(&mut fillings);
    let stored = old.map(stored_volumes).unwrap_or_default();
    let open = device::missing(
        &spec.volumes.entries().iter().map(named),
        stored.iter().map(named),
    );
    for (index, device) in open {
        fillings.push(Filling {
            pointer: format!("/spec/volumes/{index}/device"),
            value: json!(device),
        });
        spec.volumes.entries_mut()[index].device = Some(Text::owned(device));
    }
    fillings
}

/// The volumes of a stored machine. What does not decode is left out: a fault elsewhere in the stored object must not move a
/// disk.
fn stored_volumes(old: &str) -> Vec<Volume<'_>> {
    let old: StoredMachine<'_> = decode(old).unwrap_or_default();
    let volumes = old.spec.and_then(|spec| spec.volumes);
    let volumes = volumes.map_or("null", RawValue::get);
    let volumes: Stored<'_> = serde_json::from_str(volumes).unwrap_or_default();
    let volumes = volumes.0.read().iter();
    volumes.filter_map(|text| decode(text.get()).ok()).collect()
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredMachine<'a> {
    #[serde(borrow)]
    spec: Option<StoredSpec<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StoredSpec<'a> {
    #[serde(borrow)]
    volumes: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(transparent)]
struct Stored<'a>(
    #[serde(borrow, deserialize_with = "texts")] List<&'a RawValue, { bound::VOLUMES }>,
);

fn named<'v>(volume: &'v Volume<'_>) -> (&'v str, Option<&'v str>) {
    let name = volume.name.as_deref().unwrap_or_default();
    (name, given(volume.device.as_deref()))
}

/// Sets a field of the spec that is open.
pub(crate) fn word(
    field: &str,
    text: &mut Option<Text<'_>>,
    default: &'static str,
    fillings: &mut Vec<Filling>,
) {
    if given(text.as_deref()).is_none() {
        *text = Some(Text::fixed(default));
        fillings.push(Filling {
            pointer: format!("/spec/{field}"),
            value: json!(default),
        });
    }
}

fn named_family(family: IpFamily) -> Text<'static> {
    Text::fixed(family.as_str())
}
