//! What is filled into an object where its author left it open (contract, Admission, Filled in): into the object itself,
//! never inside a template. A place that is left open is the field of an object that was decoded, so it is there.

use serde_json::json;

use super::draft::{
    Family, IpSource, Machine, MachineSpec, NetworkInterfaceSpec, PrefixSpec, Text, Volume, given,
};
use crate::address::IpFamily;
use crate::default::{Filling, Hint, device, families, family};

/// Fills in an interface's `ipFamilies` from its `ips`.
pub(super) fn network_interface(spec: &mut NetworkInterfaceSpec<'_>) -> Option<Filling> {
    if !spec.ipFamilies.is_empty() || spec.ips.is_too_long() {
        return None;
    }
    let families = families(spec.ips.entries().iter().map(hint))?;
    let words = families.iter().map(|family| Family(word(*family)));
    spec.ipFamilies = words.collect();
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
    spec.ipFamily = Some(word(family));
    Some(Filling {
        pointer: "/spec/ipFamily".to_owned(),
        value: json!(family),
    })
}

/// Fills in a machine's `power`, and the devices of its volumes: those that they had before an update, or the first that
/// are free.
pub(super) fn machine<'a>(spec: &mut MachineSpec<'a>, old: Option<&Machine<'a>>) -> Vec<Filling> {
    let mut fillings = Vec::new();
    if given(spec.power.as_deref()).is_none() {
        spec.power = Some(Text::fixed("On"));
        fillings.push(Filling {
            pointer: "/spec/power".to_owned(),
            value: json!("On"),
        });
    }
    let stored = old.and_then(|old| old.spec.as_ref());
    let stored = stored.map_or(&[][..], |spec| spec.volumes.read());
    let open = device::missing(
        spec.volumes.entries().iter().map(named),
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

fn named<'v>(volume: &'v Volume<'_>) -> (&'v str, Option<&'v str>) {
    let name = volume.name.as_deref().unwrap_or_default();
    (name, given(volume.device.as_deref()))
}

fn word(family: IpFamily) -> Text<'static> {
    Text::fixed(family.as_str())
}
