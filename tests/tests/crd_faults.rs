// SPDX-License-Identifier: Apache-2.0

//! For each rule of the definitions an object that breaks it, as nothing else of it does where that can be.

use serde_json::{Value, json};

use crate::support::object::{change, smallest};

/// Where a machine has the spec of an interface.
pub(crate) const TEMPLATE: &str = "spec.networkInterfaces[].ephemeral.networkInterfaceTemplate";
/// Rules that a machine's templates don't have, as they would be too expensive there: a name is a pattern, and of a text that is
/// not a prefix it is not said why.
const NO_RULE_IN_TEMPLATES: [&str; 5] = [
    "spec.prefixes: [*].ephemeral.prefixTemplate.spec.parentRef.name",
    "spec.prefixes: [*].value: must not have leading 0s",
    "spec.prefixes: [*].value: must not have an IPv4-mapped",
    "spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must not have leading 0s",
    "spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must not have an IPv4-mapped",
];

/// The field and message of a rule, as far as they tell it from others, and what breaks it: changes to the smallest object of its kind.
pub(crate) struct Fault(pub &'static str, pub &'static str);

/// The field and message of a rule on a change, what is stored, and a change that breaks the rule.
pub(crate) struct Changed(pub &'static str, pub &'static str, pub &'static str);

/// An entry of `ips` or `prefixes` that comes from a template with this spec.
macro_rules! prefix {
    ($list:literal, $spec:literal) => {
        concat!(
            "spec.",
            $list,
            " = [{ephemeral: {prefixTemplate: {spec: ",
            $spec,
            "}}}]"
        )
    };
}

/// An entry of `ips` or `prefixes` that comes from a template with this in its metadata.
macro_rules! named {
    ($list:literal, $field:literal) => {
        concat!(
            "spec.",
            $list,
            " = [{ephemeral: {prefixTemplate: {metadata: {",
            $field,
            ": a}, spec: {prefix: 10.0.0.1/32}}}}]"
        )
    };
}

/// A virtual IP that comes from a template like this.
macro_rules! virtual_ip {
    ($template:literal) => {
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate = ", $template)
    };
}

/// Two ips, the second from a template with this spec.
macro_rules! second {
    ($spec:literal) => {
        concat!(
            "spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: 10.0.0.1}, {ephemeral: {prefixTemplate: {spec: ",
            $spec,
            "}}}]"
        )
    };
}

/// Of a NetworkInterface, and of an interface template in a Machine.
#[rustfmt::skip]
pub(crate) const INTERFACES: &[Fault] = &[
    Fault("spec.networkRef.name: must be specified", "spec.networkRef = {}"),
    Fault("spec.networkRef.name: a lowercase RFC 1123 subdomain must", "spec.networkRef.name = Net_1"),
    Fault("spec.machineRef.name: a lowercase RFC 1123 label must", "spec.machineRef.name = a.b"),
    Fault("spec.machineRef.name: must be no more than 63", "spec.machineRef.name = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    Fault("spec.ipFamilies: must be specified when `ips` is empty", "spec.ipFamilies -; spec.ips -"),
    Fault("spec.ipFamilies: must be specified when `ips` is empty", "spec.ipFamilies = null; spec.ips = null"),
    Fault("spec.ips: must have one item for each item of `ipFamilies`", "spec.ips = null"),
    Fault("spec.ipFamilies: must be specified when an entry of `ips` is a template", concat!("spec.ipFamilies -; ", prefix!("ips", "{parentRef: {name: a}}"))),
    Fault("spec.ipFamilies: [*]: must be unique", "spec.ipFamilies = [IPv4, IPv4]; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]"),
    Fault("spec.ipFamilies: [*]: supported values: ", "spec.ipFamilies = [IPv5]"),
    Fault("spec.ips: must have one item for each item of `ipFamilies`", "spec.ipFamilies = [IPv4, IPv6]"),
    Fault("spec.ips: [1]: must not be of the family of `ips[0]`", "spec.ipFamilies -; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]"),
    Fault("spec.ips: [0].value: must be ", "spec.ips.0.value = 'fd00::1'"),
    Fault("spec.ips: [0].ephemeral.prefixTemplate.spec.ipFamily: must be ", prefix!("ips", "{parentRef: {name: a}, ipFamily: IPv6}")),
    Fault("spec.ips: [0].ephemeral.prefixTemplate.spec.prefix: must be ", prefix!("ips", "{prefix: 'fd00::1/128'}")),
    Fault("spec.ips: [0].ephemeral.prefixTemplate.spec.prefixLength: must be ", prefix!("ips", "{parentRef: {name: a}, prefixLength: 128}")),
    Fault("spec.ips: [1].value: must be ", "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 10.0.0.2"),
    Fault("spec.ips: [1].ephemeral.prefixTemplate.spec.ipFamily: must be ", second!("{parentRef: {name: a}, ipFamily: IPv4}")),
    Fault("spec.ips: [1].ephemeral.prefixTemplate.spec.prefix: must be ", second!("{prefix: 10.0.0.2/32}")),
    Fault("spec.ips: [1].ephemeral.prefixTemplate.spec.prefixLength: must be ", second!("{parentRef: {name: a}, prefixLength: 32}")),
    Fault("spec.ips: [*].value: must be a valid IP", "spec.ips.0.value = 10.0.0.256"),
    Fault("spec.ips: [*].value: must not have leading 0s", "spec.ips.0.value = 10.0.0.01"),
    Fault("spec.ips: [*].value: must not be an IPv4-mapped", "spec.ips.0.value = '::ffff:10.0.0.1'"),
    Fault("spec.ips: [*]: must specify one of: ", "spec.ips = [{}]"),
    Fault("spec.ips: [*].ephemeral: must specify exactly one of: ", "spec.ips.0.ephemeral.prefixTemplate.spec.parentRef.name = a"),
    Fault("spec.ips: [*].ephemeral.prefixTemplate: must be specified", "spec.ips = [{ephemeral: {}}]"),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec: must be specified", "spec.ips = [{ephemeral: {prefixTemplate: {}}}]"),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.metadata.name:", named!("ips", "name")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.metadata.generateName:", named!("ips", "generateName")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.metadata.namespace:", named!("ips", "namespace")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: must be of the family in `ipFamily`", prefix!("ips", "{prefix: 10.0.0.1/32, ipFamily: IPv6}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: must be specified when neither `parentRef` nor `parentSelector` is specified", prefix!("ips", "{}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: must be of length 32 for IPv4, 128 for IPv6", prefix!("ips", "{prefix: 10.0.0.0/24}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: must be a valid CIDR", prefix!("ips", "{prefix: 10.0.0.1}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: must not have leading 0s", prefix!("ips", "{prefix: 010.0.0.1/32}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: must not have an IPv4-mapped", prefix!("ips", "{prefix: '::ffff:10.0.0.1/128'}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefix: must not have bits set beyond the prefix length", prefix!("ips", "{prefix: 10.0.0.1/24}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefixLength: must be less than or equal to 32 for IPv4, 128 for IPv6", prefix!("ips", "{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 128}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefixLength: may not be specified when neither `parentRef` nor `parentSelector` is specified", prefix!("ips", "{prefix: 10.0.0.1/32, prefixLength: 32}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.prefixLength: must be 32", prefix!("ips", "{parentRef: {name: a}, prefixLength: 24}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.ipFamily: supported values: ", prefix!("ips", "{parentRef: {name: a}, ipFamily: ipv4}")),
    Fault("spec.ips: [*].ephemeral.prefixTemplate.spec.parentRef.name: a lowercase RFC 1123 subdomain", prefix!("ips", "{parentRef: {name: A}}")),
    Fault("spec.prefixes: [*].value: must be a valid CIDR", "spec.prefixes = [{value: 10.0.0.0/33}]"),
    Fault("spec.prefixes: [*].value: must not have leading 0s", "spec.prefixes = [{value: 10.0.0.0/024}]"),
    Fault("spec.prefixes: [*].value: must not have an IPv4-mapped", "spec.prefixes = [{value: '::ffff:0:0/96'}]"),
    Fault("spec.prefixes: [*].value: must not have bits set beyond the prefix length", "spec.prefixes = [{value: 10.0.0.1/24}]"),
    Fault("spec.prefixes: [*]: must specify one of: ", "spec.prefixes = [{}]"),
    Fault("spec.prefixes: [*].ephemeral: must specify exactly one of: ", "spec.prefixes = [{value: 10.0.0.0/24, ephemeral: {prefixTemplate: {spec: {prefix: 10.1.0.0/16}}}}]"),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate: must be specified", "spec.prefixes = [{ephemeral: {}}]"),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec: must be specified", "spec.prefixes = [{ephemeral: {prefixTemplate: {}}}]"),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.metadata.name:", named!("prefixes", "name")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.metadata.generateName:", named!("prefixes", "generateName")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.metadata.namespace:", named!("prefixes", "namespace")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must be of the family in `ipFamily`", prefix!("prefixes", "{prefix: 10.0.0.0/24, ipFamily: IPv6}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must be specified when neither `parentRef` nor `parentSelector` is specified", prefix!("prefixes", "{ipFamily: IPv4}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must be a valid CIDR", prefix!("prefixes", "{prefix: 10.0.0.0}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must not have leading 0s", prefix!("prefixes", "{prefix: 010.0.0.0/24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must not have an IPv4-mapped", prefix!("prefixes", "{prefix: '::ffff:10.0.0.1/128'}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefix: must not have bits set beyond the prefix length", prefix!("prefixes", "{prefix: 10.0.0.1/24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: must be less than or equal to 32 for IPv4, 128 for IPv6", prefix!("prefixes", "{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 33}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: may not be specified when neither `parentRef` nor `parentSelector` is specified", prefix!("prefixes", "{prefix: 10.0.0.0/24, prefixLength: 24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: must be specified when `prefix` is not specified", prefix!("prefixes", "{parentRef: {name: a}, ipFamily: IPv4}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.prefixLength: must be the length of `prefix`", prefix!("prefixes", "{parentRef: {name: a}, prefix: 10.0.0.0/24, prefixLength: 25}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.ipFamily: must be specified", prefix!("prefixes", "{parentRef: {name: a}, prefixLength: 24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.ipFamily: supported values: ", prefix!("prefixes", "{parentRef: {name: a}, ipFamily: ipv4, prefixLength: 24}")),
    Fault("spec.prefixes: [*].ephemeral.prefixTemplate.spec.parentRef.name: a lowercase RFC 1123 subdomain", prefix!("prefixes", "{parentRef: {name: A}, prefix: 10.0.0.0/24}")),
    Fault("spec.virtualIP: must specify one of: ", "spec.virtualIP = {}"),
    Fault("spec.virtualIP.ephemeral: must specify exactly one of: ", concat!("spec.virtualIP.virtualIPRef.name = a; ", virtual_ip!("{spec: {type: Public, ipFamily: IPv4}}"))),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate: must be specified", "spec.virtualIP.ephemeral = {}"),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec: must be specified", virtual_ip!("{}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name:", virtual_ip!("{metadata: {name: a}, spec: {type: Public, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.generateName:", virtual_ip!("{metadata: {generateName: a}, spec: {type: Public, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.namespace:", virtual_ip!("{metadata: {namespace: a}, spec: {type: Public, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.type: supported values", virtual_ip!("{spec: {type: Private, ipFamily: IPv4}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.ipFamily: supported values", virtual_ip!("{spec: {type: Public, ipFamily: IPv5}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.reclaimPolicy: supported values", virtual_ip!("{spec: {type: Public, ipFamily: IPv4, reclaimPolicy: Keep}}")),
    Fault("spec.virtualIP.ephemeral.virtualIPTemplate.spec.targetRef.name: a lowercase RFC 1123 subdomain", virtual_ip!("{spec: {type: Public, ipFamily: IPv4, targetRef: {name: A}}}")),
    Fault("spec.virtualIP.virtualIPRef.name: a lowercase RFC 1123 label", "spec.virtualIP.virtualIPRef.name = a.b"),
    Fault("spec.virtualIP.virtualIPRef.name: must be no more than 63", "spec.virtualIP.virtualIPRef.name = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
];

#[rustfmt::skip]
pub(crate) const MACHINES: &[Fault] = &[
    Fault("metadata.name: a lowercase RFC 1123 label must", "metadata.name = a.b"),
    Fault("metadata.name: must be no more than 63", "metadata.name = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    Fault("spec.machineClassRef.name: must be specified", "spec.machineClassRef = {}"),
    Fault("spec.machineClassRef.name: a lowercase RFC 1123 subdomain must", "spec.machineClassRef.name = A"),
    Fault("spec.machinePoolRef.name: a lowercase RFC 1123 subdomain must", "spec.machinePoolRef.name = A"),
    Fault("spec.power: supported values: ", "spec.power = Maybe"),
    Fault("spec.guestConfig.hostname: a lowercase RFC 1123 label must", "spec.guestConfig.hostname = a.b"),
    Fault("spec.guestConfig.hostname: must be no more than 63", "spec.guestConfig.hostname = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    Fault("spec.ignitionRef.name: a lowercase RFC 1123 subdomain must", "spec.ignitionRef.name = A"),
    Fault("spec.networkInterfaces[].name: must be specified", "spec.networkInterfaces = [{name: '', networkInterfaceRef: {name: n}}]"),
    Fault("spec.networkInterfaces[].name: a lowercase RFC 1123 subdomain must", "spec.networkInterfaces = [{name: A, networkInterfaceRef: {name: n}}]"),
    Fault("spec.networkInterfaces[].networkInterfaceRef.name: a lowercase RFC 1123 subdomain must", "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: N}}]"),
    Fault("spec.networkInterfaces[]: must specify one of: ", "spec.networkInterfaces = [{name: a}]"),
    Fault("spec.networkInterfaces[].ephemeral: must specify exactly one of: ",
        "spec.networkInterfaces = [{name: a, networkInterfaceRef: {name: n}, ephemeral: {networkInterfaceTemplate: {spec: {networkRef: {name: n}, ips: [{value: 10.0.0.1}]}}}}]"),
    Fault("spec.networkInterfaces[].ephemeral.networkInterfaceTemplate: must be specified", "spec.networkInterfaces = [{name: a, ephemeral: {}}]"),
    Fault("spec.networkInterfaces[].ephemeral.networkInterfaceTemplate.spec: must be specified", "spec.networkInterfaces = [{name: a, ephemeral: {networkInterfaceTemplate: {}}}]"),
    Fault("spec.volumes: [*].device: must be unique", "spec.volumes = [{name: a, emptyDisk: {}, device: oda}, {name: b, emptyDisk: {}, device: oda}]"),
    Fault("spec.volumes[].name: must be specified", "spec.volumes = [{name: '', emptyDisk: {}}]"),
    Fault("spec.volumes[].name: a lowercase RFC 1123 subdomain must", "spec.volumes = [{name: A, emptyDisk: {}}]"),
    Fault("spec.volumes[]: must specify one of: `volumeRef`", "spec.volumes = [{name: a}]"),
    Fault("spec.volumes[].emptyDisk: must specify exactly one of: ", "spec.volumes = [{name: a, volumeRef: {name: v}, emptyDisk: {}}]"),
    Fault("spec.volumes[].localDisk: must specify exactly one of: ", "spec.volumes = [{name: a, emptyDisk: {}, localDisk: {}}]"),
    Fault("spec.volumes[].ephemeral: must specify exactly one of: ", "spec.volumes = [{name: a, localDisk: {}, ephemeral: {volumeTemplate: {spec: {}}}}]"),
    Fault("spec.volumes[].device: must be a device name", "spec.volumes = [{name: a, emptyDisk: {}, device: sda1}]"),
    Fault("spec.volumes[].emptyDisk.sizeLimit: must be a quantity greater than or equal to 0", "spec.volumes = [{name: a, emptyDisk: {sizeLimit: -1}}]"),
    Fault("spec.volumes[].localDisk.sizeLimit: must be a quantity greater than or equal to 0", "spec.volumes = [{name: a, localDisk: {sizeLimit: much}}]"),
    Fault("spec.volumes[].volumeRef.name: a lowercase RFC 1123 subdomain must", "spec.volumes = [{name: a, volumeRef: {name: V}}]"),
    Fault("spec.volumes[].ephemeral.volumeTemplate: must be specified", "spec.volumes = [{name: a, ephemeral: {}}]"),
    Fault("spec.volumes[].ephemeral.volumeTemplate.spec: must be specified", "spec.volumes = [{name: a, ephemeral: {volumeTemplate: {}}}]"),
];

#[rustfmt::skip]
pub(crate) const NETWORKS: &[Fault] = &[
    Fault("spec.peerings[].name: must be specified", "spec.peerings = [{name: '', networkRef: {name: n}}]"),
    Fault("spec.peerings[].name: a lowercase RFC 1123 subdomain must", "spec.peerings = [{name: A, networkRef: {name: n}}]"),
    Fault("spec.peerings[].networkRef.name: must be specified", "spec.peerings = [{name: a, networkRef: {}}]"),
    Fault("spec.peerings[].networkRef.name: a lowercase RFC 1123 subdomain must", "spec.peerings = [{name: a, networkRef: {name: N}}]"),
    Fault("spec.peerings[].networkRef.namespace: a lowercase RFC 1123 label must", "spec.peerings = [{name: a, networkRef: {name: n, namespace: o.p}}]"),
    Fault("spec.peerings[].networkRef.namespace: must be no more than 63", "spec.peerings = [{name: a, networkRef: {name: n, namespace: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}}]"),
    Fault("spec.peerings: [*].networkRef: must be unique", "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n}}]"),
    Fault("spec.peerings: [*].prefixes[*].name: must be unique",
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p}]}, {name: b, networkRef: {name: o}, prefixes: [{name: p}]}]"),
    Fault("spec.peerings: [*].prefixes[*].prefixRef.name: must be unique",
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {name: r}}]}, {name: b, networkRef: {name: o}, prefixes: [{name: q, prefixRef: {name: r}}]}]"),
    Fault("spec.peerings[].prefixes: [*].prefixRef.name: must be unique",
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {name: r}}, {name: q, prefixRef: {name: r}}]}]"),
    Fault("spec.peerings[].prefixes[].name: must be specified", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: ''}]}]"),
    Fault("spec.peerings[].prefixes[].name: a lowercase RFC 1123 subdomain must", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: P}]}]"),
    Fault("spec.peerings[].prefixes[].prefix: must be a valid CIDR", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: 10.0.0.0}]}]"),
    Fault("spec.peerings[].prefixes[].prefix: must not have leading 0s", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: '::/01'}]}]"),
    Fault("spec.peerings[].prefixes[].prefix: must not have an IPv4-mapped", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: '::ffff:10.0.0.0/104'}]}]"),
    Fault("spec.peerings[].prefixes[].prefix: must not have bits set beyond the prefix length", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: 10.0.0.1/8}]}]"),
    Fault("spec.peerings[].prefixes[].prefixRef.name: a lowercase RFC 1123 subdomain must", "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {name: R}}]}]"),
    Fault("spec.incomingPeerings: [*]: must be unique", "spec.incomingPeerings = [{name: n}, {name: n, uid: u}]"),
    Fault("spec.incomingPeerings: [*].name: must be specified", "spec.incomingPeerings = [{name: ''}]"),
    Fault("spec.incomingPeerings: [*].name: a lowercase RFC 1123 subdomain must", "spec.incomingPeerings = [{name: N}]"),
    Fault("spec.incomingPeerings: [*].namespace: a lowercase RFC 1123 label must", "spec.incomingPeerings = [{name: n, namespace: O}]"),
    Fault("spec.incomingPeerings: [*].namespace: must be no more than 63", "spec.incomingPeerings = [{name: n, namespace: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]"),
];

#[rustfmt::skip]
pub(crate) const VIRTUAL_IPS: &[Fault] = &[
    Fault("metadata.name: a lowercase RFC 1123 label must", "metadata.name = a.b"),
    Fault("metadata.name: must be no more than 63", "metadata.name = aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    Fault("spec.type: supported values: ", "spec.type = Private"),
    Fault("spec.ipFamily: supported values: ", "spec.ipFamily = IPv5"),
    Fault("spec.targetRef.name: a lowercase RFC 1123 subdomain must", "spec.targetRef.name = A"),
];

#[rustfmt::skip]
pub(crate) const PREFIXES: &[Fault] = &[
    Fault("spec.ipFamily: supported values: ", "spec = {parentSelector: {}, prefixLength: 24, ipFamily: IPv5}"),
    Fault("spec.ipFamily: must be specified", "spec = {parentSelector: {}, prefixLength: 24}"),
    Fault("spec.prefix: must be a valid CIDR", "spec = {parentSelector: {}, prefix: 10.0.0.0}"),
    Fault("spec.prefix: must not have leading 0s", "spec = {parentSelector: {}, prefix: 10.0.0.0/08}"),
    Fault("spec.prefix: must not have an IPv4-mapped", "spec = {parentSelector: {}, prefix: '::ffff:10.0.0.0/104'}"),
    Fault("spec.prefix: must not have bits set beyond the prefix length", "spec = {parentSelector: {}, prefix: 10.1.0.0/8}"),
    Fault("spec.prefix: must be of the family in `ipFamily`", "spec = {parentSelector: {}, prefix: 10.0.0.0/8, ipFamily: IPv6}"),
    Fault("spec.prefix: must be specified when neither `parentRef` nor `parentSelector` is specified", "spec = {ipFamily: IPv4}"),
    Fault("spec.prefixLength: must be less than or equal to 32 for IPv4, 128 for IPv6", "spec = {parentSelector: {}, prefixLength: 33, ipFamily: IPv4}"),
    Fault("spec.prefixLength: may not be specified when neither `parentRef` nor `parentSelector` is specified", "spec = {prefix: 10.0.0.0/8, prefixLength: 8}"),
    Fault("spec.prefixLength: must be specified when `prefix` is not specified", "spec = {parentSelector: {}, ipFamily: IPv4}"),
    Fault("spec.prefixLength: must be the length of `prefix`", "spec = {parentSelector: {}, prefix: 10.0.0.0/8, prefixLength: 9}"),
    Fault("spec.parentRef.name: a lowercase RFC 1123 subdomain must", "spec.parentRef.name = A"),
];

#[rustfmt::skip]
pub(crate) const CHANGED: &[(&str, &[Changed])] = &[
    ("NetworkInterface", &[
        Changed("spec.networkRef: field is immutable", "", "spec.networkRef.name = other"),
        Changed("spec.ipFamilies: field is immutable", "", "spec.ipFamilies = [IPv6]"),
        Changed("spec.attributes: field is immutable", "", "spec.attributes.a = b"),
    ]),
    ("VirtualIP", &[
        Changed("spec.type: field is immutable", "", "spec.type = Private"),
        Changed("spec.ipFamily: field is immutable", "", "spec.ipFamily = IPv6"),
    ]),
    ("Network", &[
        Changed("spec.providerID: field cannot be modified", "spec.providerID = a", "spec.providerID = b"),
        Changed("spec.providerID: field cannot be cleared", "spec.providerID = a", "spec.providerID -"),
    ]),
    ("Machine", &[
        Changed("spec.machineClassRef: field is immutable", "", "spec.machineClassRef.name = other"),
        Changed("spec.machinePoolRef: field cannot be modified", "spec.machinePoolRef.name = p", "spec.machinePoolRef.name = q"),
        Changed("spec.machinePoolRef: field cannot be cleared", "spec.machinePoolRef.name = p", "spec.machinePoolRef -"),
        Changed("spec.guestConfig.hostname: field is immutable", "", "spec.guestConfig.hostname = h"),
        Changed("spec.volumes: may not remove a volume", "spec.volumes = [{name: a, localDisk: {image: i}}]", "spec.volumes = []"),
        Changed("spec.volumes[].localDisk.image: field cannot be modified", "spec.volumes = [{name: a, localDisk: {image: i}}]", "spec.volumes = [{name: a, localDisk: {image: j}}]"),
        Changed("spec.volumes[].localDisk.image: field cannot be cleared", "spec.volumes = [{name: a, localDisk: {image: i}}]", "spec.volumes = [{name: a, emptyDisk: {}}]"),
    ]),
    ("Prefix", &[
        Changed("spec.ipFamily: field is immutable", "spec.ipFamily = IPv4", "spec.ipFamily -"),
        Changed("spec.prefix: field cannot be modified", "", "spec.prefix = 10.0.0.0/9"),
        Changed("spec.prefix: field cannot be cleared", "spec = {parentRef: {name: a}, prefix: 10.0.0.0/9, prefixLength: 9}", "spec.prefix -; spec.ipFamily = IPv4"),
        Changed("spec.prefixLength: field cannot be modified", "spec = {parentRef: {name: a}, ipFamily: IPv4, prefixLength: 24}", "spec.prefixLength = 25"),
        Changed("spec.prefixLength: field cannot be cleared", "spec = {parentRef: {name: a}, prefix: 10.0.0.0/9, prefixLength: 9}", "spec.prefixLength -"),
        Changed("spec.parentRef: field cannot be modified", "spec = {parentRef: {name: a}, ipFamily: IPv4, prefixLength: 24}", "spec.parentRef.name = b"),
        Changed("spec.parentRef: field cannot be cleared", "spec = {parentRef: {name: a}, parentSelector: {}, ipFamily: IPv4, prefixLength: 24}", "spec.parentRef -"),
        Changed("spec.parentRef: field cannot be set once created", "", "spec.parentRef.name = a"),
        Changed("spec.parentSelector: field is immutable", "", "spec.parentSelector = {}"),
    ]),
];

/// An object that breaks a rule.
pub(crate) struct AtFault {
    /// The beginning of the rule's name.
    pub rule: String,
    pub object: Value,
}

/// An object for each rule of a kind that is on a value.
pub(crate) fn at_fault(of: &str) -> Vec<AtFault> {
    let faulty = |Fault(rule, changes): &Fault| {
        let mut object = smallest(of);
        change(&mut object, changes);
        AtFault {
            rule: (*rule).to_owned(),
            object,
        }
    };
    let own = |faults: &[Fault]| faults.iter().map(faulty).collect::<Vec<_>>();
    match of {
        "NetworkInterface" => own(INTERFACES),
        "VirtualIP" => own(VIRTUAL_IPS),
        "Network" => own(NETWORKS),
        "Prefix" => own(PREFIXES),
        "Machine" => {
            let mut all = own(MACHINES);
            let interfaces = at_fault("NetworkInterface").into_iter();
            let in_template = interfaces.filter(|fault| !is_missing_in_templates(&fault.rule));
            all.extend(in_template.map(|fault| templated(&fault)));
            all
        }
        _ => panic!("no kind {of}"),
    }
}

/// The machine whose template is at fault as the interface is.
fn templated(interface: &AtFault) -> AtFault {
    let mut object = smallest("Machine");
    let template = json!({"networkInterfaceTemplate": {"spec": interface.object["spec"]}});
    object["spec"]["networkInterfaces"] = json!([{"name": "a", "ephemeral": template}]);
    let rule = format!("{TEMPLATE}.{}", interface.rule);
    AtFault { rule, object }
}

/// Whether a machine's templates don't have this rule.
fn is_missing_in_templates(rule: &str) -> bool {
    let mut missing = NO_RULE_IN_TEMPLATES.iter();
    missing.any(|missing| rule.starts_with(missing))
}
