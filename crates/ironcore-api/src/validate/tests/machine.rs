// SPDX-License-Identifier: Apache-2.0

//! Machine.

use super::{Cause, Create, Table, Update};
use crate::field::FaultReason::{Duplicate, Forbidden, Invalid, NotSupported, Required, TooLong};

pub(super) const TABLE: Table = (
    "Machine",
    &[REFUSED, INTERFACES_REFUSED, NAMES_REFUSED, VOLUMES_REFUSED],
    CHANGES,
);

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

/// A machine with an interface that is made from a template with this metadata.
macro_rules! meta {
    ($metadata:literal) => {
        concat!(
            "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: n}, \
             ips: [{value: 10.0.0.1}]}, metadata: {",
            $metadata,
            "}}}}]"
        )
    };
}

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("metadata.name = a.b", Cause("metadata.name", Invalid, "\"a.b\": a lowercase RFC 1123 label must consist of"), "metadata.name = a-b"),
    Create("spec.machineClassRef = {}", Cause("spec.machineClassRef.name", Required, "must be specified"), ""),
    Create("spec.machineClassRef -", Cause("spec.machineClassRef.name", Required, "must be specified"), "spec.machineClassRef = {name: c}"),
    Create("spec -", Cause("spec", Required, "must be specified"), ""),
    Create("metadata.name = 64*a", Cause("metadata.name", Invalid, "must be no more than 63 characters"), "metadata.name -; metadata.generateName = a-"),
    Create("spec.machinePoolSelector.k = 64*v", Cause("spec.machinePoolSelector.k", TooLong, "63"), "spec.machinePoolSelector = null"),
    Create("spec.machinePoolSelector.k = '!'", Cause("spec.machinePoolSelector", Invalid, "Invalid value: \"!\": a valid label must be"), "spec.machinePoolSelector.k = v"),
    Create("spec.machinePoolSelector = {'x y': v}", Cause("spec.machinePoolSelector", Invalid, "Invalid value: \"x y\": name part must consist of"), "spec.machinePoolSelector = {example.com/x: v}"),
    Create("spec.tolerations = [{operator: Exists}]; spec.tolerations.0.effect = 33*e", Cause("spec.tolerations[0].effect", TooLong, "32"), "spec.tolerations = [{}]"),
    Create("spec.efiVars = [{uuid: u, value: v}]", Cause("spec.efiVars[0].name", Required, "must be specified"), "spec.efiVars = null"),
    Create("spec.efiVars = [{name: a, value: v}]", Cause("spec.efiVars[0].uuid", Required, "must be specified"), ""),
    Create("spec.machineClassRef.name = A", Cause("spec.machineClassRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.machineClassRef.name = a.b"),
    Create("spec.machinePoolRef.name = A", Cause("spec.machinePoolRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.machinePoolRef.name = a.b"),
    Create("spec.power = Maybe", Cause("spec.power", NotSupported, "\"Maybe\": supported values: \"On\", \"Off\""), "spec.power = Off"),
    Create("spec.guestConfig.hostname = a.b", Cause("spec.guestConfig.hostname", Invalid, "\"a.b\": a lowercase RFC 1123 label must consist of"), "spec.guestConfig.hostname = a-b"),
    Create("spec.ignitionRef.name = A", Cause("spec.ignitionRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.ignitionRef = {name: a, key: k}"),
    Create("spec.efiVars = [{name: a, uuid: u, value: v}, {name: a, uuid: u, value: w}]", Cause("spec.efiVars[1].name", Duplicate, "Duplicate value: \"a\""), "spec.efiVars = [{name: a, uuid: u, value: v}, {name: b, uuid: u, value: v}]"),
    Create("spec.efiVars = [{name: a, uuid: u}]", Cause("spec.efiVars[0].value", Required, "Required value: must be specified"), "spec.efiVars = [{name: a, uuid: '', value: ''}]"),
];

#[rustfmt::skip]
const INTERFACES_REFUSED: &[Create] = &[
    Create("spec.networkInterfaces = [{name: A, networkInterfaceRef: {name: n}}]", Cause("spec.networkInterfaces[0].name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.networkInterfaces = [{name: a.b, networkInterfaceRef: {name: n}}]"),
    Create("spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}, {name: a, networkInterfaceRef: {name: o}}]", Cause("spec.networkInterfaces[1].name", Duplicate, "Duplicate value: \"a\""),
        "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}, {name: b, networkInterfaceRef: {name: o}}]"),
    Create("spec.networkInterfaces = [{name: a}]", Cause("spec.networkInterfaces[0]", Required, "must specify one of: `networkInterfaceRef`, `ephemeral`"), "spec.networkInterfaces = []"),
    Create("spec.networkInterfaces = [{name: a, networkInterfaceRef: {}}]", Cause("spec.networkInterfaces[0]", Required, "must specify one of: "), "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}}]"),
    Create("spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: N}}]", Cause("spec.networkInterfaces[0].networkInterfaceRef.name", Invalid, "\"N\": a lowercase RFC 1123 subdomain must consist of"), ""),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.networkInterfaceRef.name = n"), Cause("spec.networkInterfaces[0].ephemeral", Forbidden, "must specify exactly one of: "),
        concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.networkInterfaceRef = {}")),
    Create("spec.networkInterfaces = [{name: a, ephemeral: {}}]", Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate", Required, "must be specified"), ""),
    Create("spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {}}}]", Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec", Required, "must be specified"), ""),
    Create(meta!("labels: {a: '!'}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.metadata.labels", Invalid, "Invalid value: \"!\": a valid label must be"), meta!("labels: {a: b}")),
    Create(meta!("labels: {'x y': b}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.metadata.labels", Invalid, "Invalid value: \"x y\": name part must consist of"), meta!("labels: {example.com/a: ''}")),
    Create(meta!("annotations: {'x y': b}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.metadata.annotations", Invalid, "Invalid value: \"x y\": name part must consist of"), meta!("annotations: {Example.com/a: '!'}")),
    Create(
        "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: n}, ipFamilies: [IPv4], \
         ips: [{value: 10.0.0.1}], prefixes: [{ephemeral: {prefixTemplate: {metadata: {annotations: {}}, spec: {parentRef: {name: p}, \
         prefixLength: 24, ipFamily: IPv4}}}}]}}}}]; \
         spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.spec.prefixes.0.ephemeral.prefixTemplate.metadata.annotations.a = 65500*v",
        Cause(
            "spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.prefixes",
            TooLong,
            "Too long: may not be more than 65536 bytes",
        ),
        "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: n}, ipFamilies: [IPv4], \
         ips: [{value: 10.0.0.1}], prefixes: [{ephemeral: {prefixTemplate: {metadata: {annotations: {}}, spec: {parentRef: {name: p}, \
         prefixLength: 24, ipFamily: IPv4}}}}]}}}}]; \
         spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.spec.prefixes.0.ephemeral.prefixTemplate.metadata.annotations.a = 65000*v",
    ),
    Create(concat!(meta!("annotations: {}"), "; spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.metadata.annotations.a = 262144*v"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.metadata.annotations", TooLong, "Too long: may not be more than 262144 bytes"),
        concat!(meta!("annotations: {}"), "; spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.metadata.annotations.a = 262143*v")),
    Create(nic!("{networkRef: {}, ips: [{value: 10.0.0.1}]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.networkRef.name", Required, "must be specified"), nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}")),
    Create(nic!("{networkRef: {name: n}}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ipFamilies", Required, "must be specified when `ips` is empty"), nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], ipFamilies: null}")),
    Create(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], ipFamilies: [IPv6]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips[0].value", Invalid, "\"10.0.0.1\": must be of family IPv6 to match `ipFamilies[0]`"),
        nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], ipFamilies: [IPv4], attributes: {a: b}, providerID: p}")),
    Create(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], prefixes: [{value: 10.0.0.1/8}]}"), Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.prefixes[0].value", Invalid, "must not have bits set beyond the prefix length"),
        nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], prefixes: [{value: 10.0.0.0/8}], machineRef: {name: m}}")),
    Create(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {ephemeral: {virtualIPTemplate: {metadata: {name: v}, spec: {type: Public, ipFamily: IPv4}}}}}"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name", Forbidden, "may not be specified: the controller sets it"),
        nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4}}}}}")),
    Create(nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: p}, prefixLength: 24, ipFamily: IPv4}}}}]}"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips[0].ephemeral.prefixTemplate.spec.prefixLength", Invalid, "24: must be 32 for IPv4, 128 for IPv6"),
        nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: p}, ipFamily: IPv4}}}}]}")),
];

#[rustfmt::skip]
const NAMES_REFUSED: &[Create] = &[
    Create("spec.networkInterfaces = [{networkInterfaceRef: {name: n}}]", Cause("spec.networkInterfaces[0].name", Required, "must be specified"), "spec.networkInterfaces = null"),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.name = 252*a"), Cause("spec.networkInterfaces[0].name", Invalid, "as the name of the NetworkInterface created for it, must be no more than 253 characters"),
        concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.name = 251*a")),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.1/32}}}}]}"), "; spec.networkInterfaces.0.name = 250*a"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.ips[0].ephemeral", Invalid, "as the name of the Prefix created for it, must be no more than 253 characters"),
        concat!(nic!("{networkRef: {name: n}, ips: [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.1/32}}}}]}"), "; spec.networkInterfaces.0.name = 249*a")),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {ephemeral: {virtualIPTemplate: {spec: {type: Public, ipFamily: IPv4}}}}}"), "; spec.networkInterfaces.0.name = a.b"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.spec.virtualIP.ephemeral", Invalid, "\"x-a.b\": as the name of the VirtualIP created for it, a lowercase RFC 1123 label must"),
        concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}], virtualIP: {virtualIPRef: {name: v}}}"), "; spec.networkInterfaces.0.name = a.b")),
    Create(concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; spec.networkInterfaces.0.ephemeral.networkInterfaceTemplate.metadata.name = 254*a"),
        Cause("spec.networkInterfaces[0].ephemeral.networkInterfaceTemplate.metadata.name", TooLong, "253"),
        concat!(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "; metadata.name -; metadata.generateName = x-; spec.networkInterfaces.0.name = 253*a")),
];

#[rustfmt::skip]
const VOLUMES_REFUSED: &[Create] = &[
    Create("spec.volumes = [{name: A, emptyDisk: {}}]", Cause("spec.volumes[0].name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.volumes = [{name: a.b, emptyDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}}, {name: a, localDisk: {}}]", Cause("spec.volumes[1].name", Duplicate, "Duplicate value: \"a\""), "spec.volumes = [{name: a, emptyDisk: {}}, {name: b, localDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}, device: oda}, {name: b, emptyDisk: {}, device: oda}]", Cause("spec.volumes[1].device", Duplicate, "Duplicate value: \"oda\""), "spec.volumes = [{name: a, emptyDisk: {}, device: oda}, {name: b, emptyDisk: {}, device: odb}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}, device: sda1}]", Cause("spec.volumes[0].device", Invalid, "\"sda1\": must be a device name"), "spec.volumes = [{name: a, emptyDisk: {}, device: odaa}]"),
    Create("spec.volumes = [{name: a}]", Cause("spec.volumes[0]", Required, "must specify one of: `volumeRef`, `emptyDisk`, `localDisk`, `ephemeral`"), "spec.volumes = []"),
    Create("spec.volumes = [{name: a, volumeRef: {}}]", Cause("spec.volumes[0]", Required, "must specify one of: "), "spec.volumes = [{name: a, volumeRef: {name: v}}]"),
    Create("spec.volumes = [{name: a, volumeRef: {name: v}, emptyDisk: {}}]", Cause("spec.volumes[0].emptyDisk", Forbidden, "must specify exactly one of: `volumeRef`, `emptyDisk`, `localDisk`, `ephemeral`"), "spec.volumes = [{name: a, volumeRef: {}, emptyDisk: {}}]"),
    Create("spec.volumes = [{emptyDisk: {}}]", Cause("spec.volumes[0].name", Required, "must be specified"), ""),
    Create("spec.volumes = [{name: a, emptyDisk: {}, device: ''}]", Cause("spec.volumes[0].device", Invalid, "\"\": must be a device name"), "spec.volumes = [{name: a, emptyDisk: {}, device: null}, {name: b, emptyDisk: {}}]"),
    Create("spec.volumes = [{name: a, emptyDisk: {}}]; spec.volumes.0.emptyDisk.sizeLimit = 65*1", Cause("spec.volumes[0].emptyDisk.sizeLimit", TooLong, "64"), "spec.volumes = [{name: a, emptyDisk: {}}]; spec.volumes.0.emptyDisk.sizeLimit = 64*1"),
    Create("spec.volumes = [{name: a, volumeRef: {name: V}}]", Cause("spec.volumes[0].volumeRef.name", Invalid, "\"V\": a lowercase RFC 1123 subdomain must consist of"), ""),
    Create("spec.volumes = [{name: a, emptyDisk: {sizeLimit: -1}}]", Cause("spec.volumes[0].emptyDisk.sizeLimit", Invalid, "Invalid value: -1: must be a quantity greater than or equal to 0"), "spec.volumes = [{name: a, emptyDisk: {sizeLimit: 0}}]"),
    Create("spec.volumes = [{name: a, localDisk: {sizeLimit: -1Gi}}]", Cause("spec.volumes[0].localDisk.sizeLimit", Invalid, "\"-1Gi\": must be a quantity greater than or equal to 0"), "spec.volumes = [{name: a, localDisk: {sizeLimit: 1.5Gi}}]"),
    Create("spec.volumes = [{name: a, localDisk: {sizeLimit: much}}]", Cause("spec.volumes[0].localDisk.sizeLimit", Invalid, "\"much\": must be a quantity greater than or equal to 0"), "spec.volumes = [{name: a, localDisk: {sizeLimit: '10'}}]"),
    Create("spec.volumes = [{name: a, ephemeral: {}}]", Cause("spec.volumes[0].ephemeral.volumeTemplate", Required, "must be specified"), ""),
    Create("spec.volumes = [{name: a, ephemeral: {volumeTemplate: {}}}]", Cause("spec.volumes[0].ephemeral.volumeTemplate.spec", Required, "must be specified"), "spec.volumes = [{name: a, ephemeral: {volumeTemplate: {spec: {any: [1, {b: null}]}}}}]"),
];

const IMAGE: &str = "spec.volumes = [{name: a, localDisk: {image: i}}, {name: b, emptyDisk: {}}]";

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("", "spec.machineClassRef = {}", Some(Cause("spec.machineClassRef.name", Required, "must be specified"))),
    Update("", "spec.machineClassRef.name = other", Some(Cause("spec.machineClassRef", Forbidden, "field is immutable"))),
    Update("", "spec.machinePoolRef.name = p", None),
    Update("spec.machinePoolRef = {}", "spec.machinePoolRef.name = p", None),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef.name = q", Some(Cause("spec.machinePoolRef", Forbidden, "field cannot be modified once set"))),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef -", Some(Cause("spec.machinePoolRef", Forbidden, "field cannot be cleared once set"))),
    Update("spec.machinePoolRef.name = p", "spec.machinePoolRef = {}", Some(Cause("spec.machinePoolRef", Forbidden, "field cannot be cleared once set"))),
    Update("", "spec.guestConfig.hostname = h", Some(Cause("spec.guestConfig.hostname", Forbidden, "field is immutable"))),
    Update("spec.guestConfig.hostname = h", "spec.guestConfig.hostname = i", Some(Cause("spec.guestConfig.hostname", Forbidden, "field is immutable"))),
    Update("spec.guestConfig.hostname = h", "spec.guestConfig -", Some(Cause("spec.guestConfig.hostname", Forbidden, "field is immutable"))),
    Update("", "spec.guestConfig = {}", None),
    Update(IMAGE, "spec.volumes.0.localDisk.image = j", Some(Cause("spec.volumes[0].localDisk.image", Forbidden, "field cannot be modified once set"))),
    Update(IMAGE, "spec.volumes.0 = {name: a, emptyDisk: {}}", Some(Cause("spec.volumes[0].localDisk.image", Forbidden, "field cannot be cleared once set"))),
    Update(IMAGE, "spec.volumes.0 -", Some(Cause("spec.volumes", Forbidden, "may not remove a volume that has a `localDisk.image`"))),
    Update(IMAGE, "spec.volumes = [{name: c, emptyDisk: {}}, {name: a, localDisk: {image: i}}]", None),
    Update("spec.volumes = [{name: a, localDisk: {}}]", "spec.volumes.0.localDisk.image = i", None),
    Update("status.volumes = [{name: a}]", "spec.volumes = [{name: b, emptyDisk: {}}, {name: a, emptyDisk: {}}]", Some(Cause("spec.volumes[1].name", Duplicate, "Duplicate value: \"a\": must not be the name of a volume in `status.volumes`"))),
    Update("status.volumes = [{name: a}]; spec.volumes = [{name: a, emptyDisk: {}}]", "spec.volumes.0 = {name: a, localDisk: {}}; spec.power = Off", None),
    Update("status.volumes = a", "spec.volumes = [{name: a, emptyDisk: {}}]", None),
    Update("status.volumes = [{}, {name: ''}]", "spec.volumes = [{name: a, emptyDisk: {}}]", None),
    Update("", "spec.power = Off", None),
    Update("", nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), None),
    Update(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), nic!("{networkRef: {name: m}, ips: [{value: 'fd00::1'}], attributes: {a: b}}"), None),
    Update(nic!("{networkRef: {name: n}, ips: [{value: 10.0.0.1}]}"), "spec.networkInterfaces -", None),
    Update("", "spec.tolerations = [{key: k, operator: Exists}]; spec.machinePoolSelector.a = b; spec.ignitionRef.name = i", None),
];
