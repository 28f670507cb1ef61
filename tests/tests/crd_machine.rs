// SPDX-License-Identifier: Apache-2.0

//! Machine: what its definition refuses, and what may be changed.

use crate::support::case::*;

/// A machine with an interface that is made from a template with this spec.
macro_rules! nic {
    ($spec:literal) => {
        concat!(
            "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {spec: ",
            $spec,
            "}}}]"
        )
    };
}

#[rustfmt::skip]
pub(crate) const REFUSED: &[Create] = &[
    Create("metadata.name = a.b", Cause("metadata.name", INVALID, "\"a.b\": a lowercase RFC 1123 label must consist of"), "metadata.name = a-b"),
    Create("spec.machineClassRef = {}", Cause("spec.machineClassRef.name", REQUIRED, "must be specified"), ""),
    Create("spec.machineClassRef -", Cause("spec.machineClassRef", REQUIRED, "Required value"), ""),
    Create("spec.machineClassRef.name = A", Cause("spec.machineClassRef.name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.machineClassRef.name = a.b"),
    Create("spec.machinePoolRef.name = A", Cause("spec.machinePoolRef.name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.machinePoolRef.name = a.b"),
    Create("spec.power = Maybe", Cause("spec.power", INVALID, "\"Maybe\": supported values: \"On\", \"Off\""), "spec.power = Off"),
    Create("spec.guestConfig.hostname = a.b", Cause("spec.guestConfig.hostname", INVALID, "\"a.b\": a lowercase RFC 1123 label must consist of"), "spec.guestConfig.hostname = a-b"),
    Create("spec.ignitionRef.name = A", Cause("spec.ignitionRef.name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.ignitionRef = {name: a, key: k}"),
    Create("spec.efiVars = [{name: a, uuid: u, value: v}, {name: a, uuid: u, value: w}]", Cause("spec.efiVars[1]", DUPLICATE, "{\"name\":\"a\"}"), "spec.efiVars = [{name: a, uuid: u, value: v}, {name: b, uuid: u, value: v}]"),
    Create("spec.efiVars = [{name: a, uuid: u}]", Cause("spec.efiVars[0].value", REQUIRED, "Required value"), "spec.efiVars = [{name: a, uuid: '', value: ''}]"),
];

#[rustfmt::skip]
pub(crate) const INTERFACES_REFUSED: &[Create] = &[
    Create("spec.networkInterfaces = [{name: A, networkInterfaceRef: {name: n}}]", Cause("spec.networkInterfaces[0].name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.networkInterfaces = [{name: a.b, networkInterfaceRef: {name: n}}]"),
    Create("spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}, {name: a, networkInterfaceRef: {name: o}}]", Cause("spec.networkInterfaces[1]", DUPLICATE, "Duplicate value: {\"name\":\"a\"}"),
        "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}, {name: b, networkInterfaceRef: {name: o}}]"),
    Create("spec.networkInterfaces = [{name: a}]", Cause("spec.networkInterfaces[0]", REQUIRED, "must specify one of: `networkInterfaceRef`, `ephemeral`"), "spec.networkInterfaces = []"),
    Create("spec.networkInterfaces = [{name: a, networkInterfaceRef: {}}]", Cause("spec.networkInterfaces[0]", REQUIRED, "must specify one of: "), "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}]"),
    Create("spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: N}}]", Cause("spec.networkInterfaces[0].networkInterfaceRef.name", INVALID, "\"N\": a lowercase RFC 1123 subdomain must consist of"), ""),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.networkInterfaceRef.name = n"), Cause("spec.networkInterfaces[0].ephemeral", FORBIDDEN, "must specify exactly one of: "),
        concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.networkInterfaceRef = {}")),
    Create("spec.networkInterfaces = [{name: a, ephemeral: {}}]", Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate", REQUIRED, "must be specified"), ""),
    Create("spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {}}}]", Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec", REQUIRED, "must be specified"), ""),
    Create(nic!("{networkRef: {}, ips: [{value: 10.0.0.1}]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.networkRef.name", REQUIRED, "must be specified"), nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}")),
    Create(nic!("{networkRef: {name: n}}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ipFamilies", REQUIRED, "must be specified when `ips` is empty"), nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], ipFamilies: null}")),
    Create(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], ipFamilies: [IPv6]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips", INVALID, "[0].value: must be of family IPv6 to match `ipFamilies[0]`"),
        nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], ipFamilies: [IPv4], attributes: {a: b}, providerID: p}")),
    Create(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], prefixes: [{value: 10.0.0.1/8}]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.prefixes", INVALID, "[*].value: must not have bits set beyond the prefix length"),
        nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], prefixes: [{value: 10.0.0.0/8}], machineRef: {name: m}}")),
    Create(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {ephemeral: {virtualIPTemplate: {metadata: {name: v}, spec: {type: Public, ipFamily: IPv4}}}}}"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name", FORBIDDEN, "may not be specified: the controller sets it"),
        nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4}}}}}")),
    Create(nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: p}, prefixLength: 24, ipFamily: IPv4}}}}]}"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips", INVALID, "[*].ephemeral.prefixTemplate.spec.prefixLength: must be 32 for IPv4, 128 for IPv6"),
        nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: p}, ipFamily: IPv4}}}}]}")),
];

#[rustfmt::skip]
pub(crate) const VOLUMES_REFUSED: &[Create] = &[
    Create("spec.volumes = [{name: A, emptyDisk: {}}]", Cause("spec.volumes[0].name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.volumes = [{name: a.b, emptyDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}}, {name: a, localDisk: {}}]", Cause("spec.volumes[1]", DUPLICATE, "Duplicate value: {\"name\":\"a\"}"), "spec.volumes = [{name: a, emptyDisk: {}}, {name: b, localDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}, device: oda}, {name: b, emptyDisk: {}, device: oda}]", Cause("spec.volumes", INVALID, "[*].device: must be unique"), "spec.volumes = [{name: a, emptyDisk: {}, device: oda}, {name: b, emptyDisk: {}, device: odb}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}, device: sda1}]", Cause("spec.volumes[0].device", INVALID, "\"sda1\": must be a device name"), "spec.volumes = [{name: a, emptyDisk: {}, device: odaa}]"),
    Create("spec.volumes = [{name: a}]", Cause("spec.volumes[0]", REQUIRED, "must specify one of: `volumeRef`, `emptyDisk`, `localDisk`, `ephemeral`"), "spec.volumes = []"),
    Create("spec.volumes = [{name: a, volumeRef: {}}]", Cause("spec.volumes[0]", REQUIRED, "must specify one of: "), "spec.volumes = [{name: a, volumeRef: {name: v}}]"),
    Create("spec.volumes = [{name: a, volumeRef: {name: v}, emptyDisk: {}}]", Cause("spec.volumes[0].emptyDisk", FORBIDDEN, "must specify exactly one of: "), "spec.volumes = [{name: a, volumeRef: {}, emptyDisk: {}}]"),
    Create("spec.volumes = [{name: a, volumeRef: {name: V}}]", Cause("spec.volumes[0].volumeRef.name", INVALID, "\"V\": a lowercase RFC 1123 subdomain must consist of"), ""),
    Create("spec.volumes = [{name: a, emptyDisk: {sizeLimit: -1}}]", Cause("spec.volumes[0].emptyDisk.sizeLimit", INVALID, "must be a quantity greater than or equal to 0"), "spec.volumes = [{name: a, emptyDisk: {sizeLimit: 0}}]"),
    Create("spec.volumes = [{name: a, localDisk: {sizeLimit: -1Gi}}]", Cause("spec.volumes[0].localDisk.sizeLimit", INVALID, "must be a quantity greater than or equal to 0"), "spec.volumes = [{name: a, localDisk: {sizeLimit: 1.5Gi}}]"),
    Create("spec.volumes = [{name: a, localDisk: {sizeLimit: much}}]", Cause("spec.volumes[0].localDisk.sizeLimit", INVALID, "must be a quantity greater than or equal to 0"), "spec.volumes = [{name: a, localDisk: {sizeLimit: '10'}}]"),
    Create("spec.volumes = [{name: a, ephemeral: {}}]", Cause("spec.volumes[0].ephemeral.volumeTemplate", REQUIRED, "must be specified"), ""),
    Create("spec.volumes = [{name: a, ephemeral: {volumeTemplate: {}}}]", Cause("spec.volumes[0].ephemeral.volumeTemplate.spec", REQUIRED, "must be specified"), "spec.volumes = [{name: a, ephemeral: {volumeTemplate: {spec: {any: [1, {b: null}]}}}}]"),
];

const IMAGE: &str = "spec.volumes = [{name: a, localDisk: {image: i}}, {name: b, emptyDisk: {}}]";

#[rustfmt::skip]
pub(crate) const CHANGES: &[Update] = &[
    Update("", "spec.machineClassRef.name = other", Some(Cause("spec.machineClassRef", FORBIDDEN, "field is immutable"))),
    Update("", "spec.machinePoolRef.name = p", None),
    Update("spec.machinePoolRef = {}", "spec.machinePoolRef.name = p", None),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef.name = q", Some(Cause("spec.machinePoolRef", FORBIDDEN, "field cannot be modified once set"))),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef -", Some(Cause("spec.machinePoolRef", FORBIDDEN, "field cannot be cleared once set"))),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef = {}", Some(Cause("spec.machinePoolRef", FORBIDDEN, "field cannot be cleared once set"))),
    Update("", "spec.guestConfig.hostname = h", Some(Cause("spec.guestConfig.hostname", FORBIDDEN, "field is immutable"))),
    Update("spec.guestConfig.hostname = h", "spec.guestConfig.hostname = i", Some(Cause("spec.guestConfig.hostname", FORBIDDEN, "field is immutable"))),
    Update("spec.guestConfig.hostname = h", "spec.guestConfig -", Some(Cause("spec.guestConfig.hostname", FORBIDDEN, "field is immutable"))),
    Update("", "spec.guestConfig = {}", None),
    Update(IMAGE, "spec.volumes.0.localDisk.image = j", Some(Cause("spec.volumes[0].localDisk.image", FORBIDDEN, "field cannot be modified once set"))),
    Update(IMAGE, "spec.volumes.0 = {name: a, emptyDisk: {}}", Some(Cause("spec.volumes[0].localDisk.image", FORBIDDEN, "field cannot be cleared once set"))),
    Update(IMAGE, "spec.volumes.0 -", Some(Cause("spec.volumes", FORBIDDEN, "may not remove a volume that has a `localDisk.image`"))),
    Update(IMAGE, "spec.volumes = [{name: c, emptyDisk: {}}, {name: a, localDisk: {image: i}}]", None),
    Update("spec.volumes = [{name: a, localDisk: {}}]", "spec.volumes.0.localDisk.image = i", None),
    Update("", "spec.power = Off", None),
    Update("", nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), None),
    Update(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), nic!("{networkRef: {name: m}, ips: [{value: 'fd00::1'}], attributes: {a: b}}"), None),
    Update(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "spec.networkInterfaces -", None),
    Update("", "spec.tolerations = [{key: k, operator: Exists}]; spec.machinePoolSelector.a = b; spec.ignitionRef.name = i", None),
];

#[tokio::test]
async fn refused() {
    creates("Machine", REFUSED).await;
}

#[tokio::test]
async fn interfaces_refused() {
    creates("Machine", INTERFACES_REFUSED).await;
}

#[tokio::test]
async fn volumes_refused() {
    creates("Machine", VOLUMES_REFUSED).await;
}

#[tokio::test]
async fn changes() {
    updates("Machine", CHANGES).await;
}
