// SPDX-License-Identifier: Apache-2.0

//! Machine: what its author reads from the webhook.

use crate::support::case::*;
use crate::support::judged::judged;

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

/// A name of 252 characters.
macro_rules! long {
    () => {
        concat!(
            "a23456789.b23456789.c23456789.d23456789.e23456789.f23456789.g23456789.h23456789.i23456789.j23456789.",
            "a23456789.b23456789.c23456789.d23456789.e23456789.f23456789.g23456789.h23456789.i23456789.j23456789.",
            "a23456789.b23456789.c23456789.d23456789.e23456789.ab"
        )
    };
}

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("metadata.name = a.b", Cause("metadata.name", INVALID, "Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of"), "metadata.name = a-b"),
    Create("spec.guestConfig.hostname = a.b", Cause("spec.guestConfig.hostname", INVALID, "Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of"), "spec.guestConfig.hostname = a-b"),
    Create("spec.machineClassRef = {}", Cause("spec.machineClassRef.name", REQUIRED, "must be specified"), ""),
    Create("spec.machineClassRef.name = A", Cause("spec.machineClassRef.name", INVALID, "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.machineClassRef.name = a.b"),
    Create("spec.machinePoolRef.name = A", Cause("spec.machinePoolRef.name", INVALID, "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.machinePoolRef.name = ''"),
    Create("spec.power = Maybe", Cause("spec.power", NOT_SUPPORTED, "Unsupported value: \"Maybe\": supported values: \"On\", \"Off\""), "spec.power = Off"),
    Create("spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}, {name: a, networkInterfaceRef: {name: o}}]", Cause("spec.networkInterfaces[1].name", DUPLICATE, "Duplicate value: \"a\""), "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}, {name: b, networkInterfaceRef: {name: o}}]"),
    Create("spec.networkInterfaces = [{name: A, networkInterfaceRef: {name: n}}]", Cause("spec.networkInterfaces[0].name", INVALID, "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.networkInterfaces = [{name: a.b, networkInterfaceRef: {name: n}}]"),
    Create("spec.networkInterfaces = [{name: a}]", Cause("spec.networkInterfaces[0]", REQUIRED, "must specify one of: `networkInterfaceRef`, `ephemeral`"), "spec.networkInterfaces = null"),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.networkInterfaceRef.name = n"), Cause("spec.networkInterfaces[0].ephemeral", FORBIDDEN, "must specify exactly one of: "), nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}")),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.name = ", long!()), Cause("spec.networkInterfaces[0].name", INVALID, "as the name of the NetworkInterface created for it, must be no more than 253 characters"),
        concat!("spec.networkInterfaces = [{networkInterfaceRef: {name: n}, name: ", long!(), "}]")),
];

#[rustfmt::skip]
const TEMPLATES_REFUSED: &[Create] = &[
    Create(nic!("{networkRef: {name: n}, ipFamilies: [IPv4, IPv6], ips: [{value: 10.0.0.1}, {value: 10.0.0.2}]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips[1].value", INVALID, "Invalid value: \"10.0.0.2\": must be of family IPv6 to match `ipFamilies[1]`"),
        nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}, {value: 'fd00::1'}]}")),
    Create(nic!("{networkRef: {}, ips: [{value: 10.0.0.1}]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.networkRef.name", REQUIRED, "must be specified"), nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}")),
    Create(nic!("{networkRef: {name: n}}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ipFamilies", REQUIRED, "must be specified when `ips` is empty"), nic!("{networkRef: {name: n}, ipFamilies: null, ips: [{value: 'fd00::1'}]}")),
    Create(nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {ipFamily: IPv4, parentRef: {name: p}, prefixLength: 24}}}}]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips[0].ephemeral.prefixTemplate.spec.prefixLength", INVALID, "Invalid value: 24: "),
        nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {ipFamily: IPv4, parentRef: {name: p}}}}}]}")),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4}}}}}"), "; spec.networkInterfaces.0.name = a.b"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.virtualIP.ephemeral", INVALID, "\"x-a.b\": as the name of the VirtualIP created for it, a lowercase RFC 1123 label must"), nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4}}}}}")),
];

#[rustfmt::skip]
const VOLUMES_REFUSED: &[Create] = &[
    Create("spec.volumes = [{name: A, emptyDisk: {}}]", Cause("spec.volumes[0].name", INVALID, "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.volumes = [{name: a.b, emptyDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}}, {name: a, localDisk: {}}]", Cause("spec.volumes[1].name", DUPLICATE, "Duplicate value: \"a\""), "spec.volumes = [{name: a, emptyDisk: {}}, {name: b, localDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}, device: oda}, {name: b, emptyDisk: {}, device: oda}]", Cause("spec.volumes[1].device", DUPLICATE, "Duplicate value: \"oda\""), "spec.volumes = [{name: a, emptyDisk: {}}, {name: b, emptyDisk: {}, device: oda}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}, device: sda1}]", Cause("spec.volumes[0].device", INVALID, "Invalid value: \"sda1\": must be a device name"), "spec.volumes = [{name: a, emptyDisk: {}, device: odaa}]"),
    Create("spec.volumes = [{name: a}]", Cause("spec.volumes[0]", REQUIRED, "must specify one of: `volumeRef`, `emptyDisk`, `localDisk`, `ephemeral`"), "spec.volumes = null"),
    Create("spec.volumes = [{name: a, volumeRef: {name: v}, emptyDisk: {}}]", Cause("spec.volumes[0].emptyDisk", FORBIDDEN, "must specify exactly one of: "), "spec.volumes = [{name: a, volumeRef: {}, emptyDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {sizeLimit: -1Gi}}]", Cause("spec.volumes[0].emptyDisk.sizeLimit", INVALID, "Invalid value: \"-1Gi\": must be a quantity greater than or equal to 0"), "spec.volumes = [{name: a, emptyDisk: {sizeLimit: 1Gi}}]"),
];

const IMAGE: &str = "spec.volumes = [{name: a, localDisk: {image: i}}, {name: b, emptyDisk: {}}]";

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("", "spec.machineClassRef.name = other", Some(Cause("spec.machineClassRef", FORBIDDEN, "field is immutable"))),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef.name = q", Some(Cause("spec.machinePoolRef", FORBIDDEN, "field cannot be modified once set"))),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef -", Some(Cause("spec.machinePoolRef", FORBIDDEN, "field cannot be cleared once set"))),
    Update("", "spec.machinePoolRef.name = p", None),
    Update("", "spec.guestConfig.hostname = h", Some(Cause("spec.guestConfig.hostname", FORBIDDEN, "field is immutable"))),
    Update("spec.guestConfig.hostname = h", "spec.guestConfig -", Some(Cause("spec.guestConfig.hostname", FORBIDDEN, "field is immutable"))),
    Update(IMAGE, "spec.volumes.0.localDisk.image = j", Some(Cause("spec.volumes[0].localDisk.image", FORBIDDEN, "field cannot be modified once set"))),
    Update(IMAGE, "spec.volumes.0 -", Some(Cause("spec.volumes", FORBIDDEN, "may not remove a volume that has a `localDisk.image`"))),
    Update(IMAGE, "spec.volumes = [{name: c, emptyDisk: {}}, {name: a, localDisk: {image: i}}]", None),
    Update(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), nic!("{networkRef: {name: m}, ips: [{value: 'fd00::1'}], attributes: {a: b}}"), None),
    Update("", "spec.power = Off; spec.tolerations = [{key: k, operator: Exists}]; spec.ignitionRef.name = i", None),
];

#[tokio::test]
async fn refused() {
    judged()
        .await
        .judge()
        .await
        .creates("Machine", REFUSED)
        .await;
}

#[tokio::test]
async fn templates_refused() {
    judged()
        .await
        .judge()
        .await
        .creates("Machine", TEMPLATES_REFUSED)
        .await;
}

#[tokio::test]
async fn volumes_refused() {
    judged()
        .await
        .judge()
        .await
        .creates("Machine", VOLUMES_REFUSED)
        .await;
}

#[tokio::test]
async fn changes() {
    judged()
        .await
        .judge()
        .await
        .updates("Machine", CHANGES)
        .await;
}
