// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface: what its definition refuses, and what may be changed.

use crate::support::case::*;

/// An interface whose ip comes from a template with this spec.
macro_rules! ip {
    ($spec:literal) => {
        concat!(
            "spec.ips = [{ephemeral: {prefixTemplate: {spec: ",
            $spec,
            "}}}]"
        )
    };
}

/// An interface with a prefix that comes from a template with this spec.
macro_rules! prefix {
    ($spec:literal) => {
        concat!(
            "spec.prefixes = [{ephemeral: {prefixTemplate: {spec: ",
            $spec,
            "}}}]"
        )
    };
}

/// An interface with a virtual IP that comes from a template with this spec.
macro_rules! virtual_ip {
    ($spec:literal) => {
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate.spec = ", $spec)
    };
}

/// An interface whose ip comes from a template with this in its metadata.
macro_rules! named_ip {
    ($change:literal) => {
        concat!(
            "spec.ips = [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: a}}}}}]; ",
            "spec.ips.0.ephemeral.prefixTemplate.metadata.",
            $change
        )
    };
}

const NET: &str = "spec.networkRef.name";
const FAMILIES: &str = "spec.ipFamilies";
const IPS: &str = "spec.ips";

#[rustfmt::skip]
pub(crate) const REFUSED: &[Create] = &[
    Create("spec.networkRef = {}", Cause(NET, REQUIRED, "must be specified"), ""),
    Create("spec.networkRef.name = ''", Cause(NET, REQUIRED, "must be specified"), ""),
    Create("spec.networkRef -", Cause("spec.networkRef", REQUIRED, "Required value"), ""),
    Create("spec.networkRef.name = Net_1", Cause(NET, INVALID, "\"Net_1\": a lowercase RFC 1123 subdomain must consist of"), "spec.networkRef.name = net-1.a"),
    Create("spec.machineRef.name = a.b", Cause("spec.machineRef.name", INVALID, "\"a.b\": a lowercase RFC 1123 label must consist of"), "spec.machineRef.name = a-b"),
];

#[rustfmt::skip]
pub(crate) const FAMILIES_REFUSED: &[Create] = &[
    Create("spec.ips -; spec.ipFamilies -", Cause(FAMILIES, REQUIRED, "must be specified when `ips` is empty"), "spec.ipFamilies -"),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}}")), Cause(FAMILIES, REQUIRED, "must be specified when an entry of `ips` is a template"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4}"))),
    Create("spec.ipFamilies = [IPv5]", Cause("spec.ipFamilies", INVALID, "[*]: supported values: \"IPv4\", \"IPv6\""), "spec.ipFamilies = [IPv4]"),
    Create("spec.ipFamilies = [IPv4, IPv4]; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]", Cause(FAMILIES, INVALID, "must be unique"),
        "spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: 10.0.0.1}, {value: 'fd00::1'}]"),
    Create("spec.ipFamilies -; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]", Cause(IPS, INVALID, "must not be of the family of `ips[0]`"),
        "spec.ipFamilies -; spec.ips = [{value: 'fd00::1'}, {value: 10.0.0.2}]"),
    Create("spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {ipFamily: IPv4, parentRef: {name: a}}", Cause(IPS, INVALID, "must not be of the family of `ips[0]`"),
        "spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {ipFamily: IPv6, parentRef: {name: a}}"),
    Create("spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {prefix: 10.0.0.2/32}", Cause(IPS, INVALID, "must not be of the family of `ips[0]`"),
        "spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {prefix: 'fd00::2/128'}"),
    Create("spec.ipFamilies = [IPv4, IPv6]", Cause(IPS, INVALID, "must have one item for each item of `ipFamilies`"), "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'"),
    Create("spec.ips.1.value = 'fd00::1'", Cause(IPS, INVALID, "must have one item for each item of `ipFamilies`"), "spec.ips.1.value = 'fd00::1'; spec.ipFamilies = []"),
    Create("spec.ipFamilies = [IPv4, IPv6, IPv4]", Cause(FAMILIES, TOO_MANY, "at most 2"), ""),
    Create("spec.ips = [{value: 10.0.0.1}, {value: 'fd00::1'}, {value: 10.0.0.2}]", Cause(IPS, TOO_MANY, "at most 2"), ""),
];

#[rustfmt::skip]
pub(crate) const IPS_REFUSED: &[Create] = &[
    Create("spec.ips.0.value = 10.0.0.256", Cause(IPS, INVALID, "[*].value: must be a valid IP address"), "spec.ips.0.value = 10.0.0.255"),
    Create("spec.ips.0.value = ''", Cause(IPS, INVALID, "[*].value: must be a valid IP address"), ""),
    Create("spec.ips.0.value = 'fd00::1'", Cause(IPS, INVALID, "[0].value: must be of family IPv4 to match `ipFamilies[0]`"), "spec.ips.0.value = 'fd00::1'; spec.ipFamilies = [IPv6]"),
    Create("spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 10.0.0.2", Cause(IPS, INVALID, "[1].value: must be of family IPv6 to match `ipFamilies[1]`"),
        "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'"),
    Create("spec.ips.0 = {}", Cause(IPS, REQUIRED, "[*]: must specify one of: `value`, `ephemeral`"), ""),
    Create("spec.ips.0.ephemeral.prefixTemplate.spec.parentRef.name = a", Cause(IPS, FORBIDDEN, "[*].ephemeral: must specify exactly one of: `value`, `ephemeral`"), ip!("{parentRef: {name: a}}")),
    Create("spec.ips = [{ephemeral: {}}]", Cause(IPS, REQUIRED, "[*].ephemeral.prefixTemplate: must be specified"), ""),
    Create("spec.ips = [{ephemeral: {prefixTemplate: {}}}]", Cause(IPS, REQUIRED, "[*].ephemeral.prefixTemplate.spec: must be specified"), ""),
    Create(ip!("{parentRef: {name: a}, ipFamily: IPv6}"), Cause(IPS, INVALID, "[0].ephemeral.prefixTemplate.spec.ipFamily: must be IPv4 to match `ipFamilies[0]`"), ip!("{parentRef: {name: a}, ipFamily: IPv4}")),
    Create(ip!("{parentRef: {name: a}, ipFamily: ipv4}"), Cause(IPS, INVALID, "[*].ephemeral.prefixTemplate.spec.ipFamily: supported values: "), ip!("{parentRef: {name: a}, ipFamily: ''}")),
    Create(ip!("{prefix: 'fd00::1/128'}"), Cause(IPS, INVALID, "[0].ephemeral.prefixTemplate.spec.prefix: must be of family IPv4 to match `ipFamilies[0]`"), ip!("{prefix: 10.0.0.1/32}")),
    Create(ip!("{prefix: 10.0.0.0/24}"), Cause(IPS, INVALID, "[*].ephemeral.prefixTemplate.spec.prefix: must be of length 32 for IPv4, 128 for IPv6"), ip!("{prefix: 10.0.0.0/32}")),
    Create(ip!("{prefix: 10.0.0.1}"), Cause(IPS, INVALID, "[*].ephemeral.prefixTemplate.spec.prefix: must be a valid CIDR value"), ip!("{prefix: 10.0.0.1/32}")),
    Create(ip!("{parentRef: {name: a}, prefixLength: 128}"), Cause(IPS, INVALID, "[0].ephemeral.prefixTemplate.spec.prefixLength: must be 32 to match `ipFamilies[0]`"), ip!("{parentRef: {name: a}, prefixLength: 32}")),
    Create(concat!("spec.ipFamilies = [IPv6]; ", ip!("{parentRef: {name: a}, prefixLength: 32}")), Cause(IPS, INVALID, "[0].ephemeral.prefixTemplate.spec.prefixLength: must be 128 to match `ipFamilies[0]`"),
        concat!("spec.ipFamilies = [IPv6]; ", ip!("{parentRef: {name: a}, prefixLength: 0}"))),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 64}")), Cause(IPS, INVALID, "[*].ephemeral.prefixTemplate.spec.prefixLength: must be 32 for IPv4, 128 for IPv6"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 128}"))),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 128}")), Cause(IPS, INVALID, "must be less than or equal to 32 for IPv4, 128 for IPv6"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 32}"))),
    Create(ip!("{prefix: 10.0.0.1/32, prefixLength: 32}"), Cause(IPS, FORBIDDEN, "[*].ephemeral.prefixTemplate.spec.prefixLength: may not be specified when neither `parentRef` nor `parentSelector` is specified"),
        ip!("{parentRef: {name: a}, prefix: 10.0.0.1/32, prefixLength: 32}")),
    Create(ip!("{}"), Cause(IPS, REQUIRED, "[*].ephemeral.prefixTemplate.spec.prefix: must be specified when neither `parentRef` nor `parentSelector` is specified"), ip!("{parentSelector: {}}")),
    Create(ip!("{parentRef: {name: ''}}"), Cause(IPS, REQUIRED, "must be specified when neither `parentRef` nor `parentSelector` is specified"), ip!("{parentRef: {name: ''}, prefix: 10.0.0.1/32}")),
    Create(ip!("{parentRef: {name: A}}"), Cause(IPS, INVALID, "[*].ephemeral.prefixTemplate.spec.parentRef.name: a lowercase RFC 1123 subdomain must"), ip!("{parentRef: {name: a.b}}")),
    Create(named_ip!("name = a"), Cause(IPS, FORBIDDEN, "[*].ephemeral.prefixTemplate.metadata.name: may not be specified: the controller sets it"), named_ip!("name = ''")),
    Create(named_ip!("generateName = a"), Cause(IPS, FORBIDDEN, "[*].ephemeral.prefixTemplate.metadata.generateName: may not be specified: the controller sets it"), named_ip!("labels.a = b")),
    Create(named_ip!("namespace = a"), Cause(IPS, FORBIDDEN, "[*].ephemeral.prefixTemplate.metadata.namespace: may not be specified: the controller sets it"), named_ip!("finalizers = [a.b/c]")),
];

#[rustfmt::skip]
pub(crate) const PREFIXES_REFUSED: &[Create] = &[
    Create("spec.prefixes = [{value: 10.0.0.0/33}]", Cause("spec.prefixes", INVALID, "[*].value: must be a valid CIDR value"), "spec.prefixes = [{value: 10.0.0.0/32}]"),
    Create("spec.prefixes = [{value: 10.0.0.1/24}]", Cause("spec.prefixes", INVALID, "[*].value: must not have bits set beyond the prefix length"), "spec.prefixes = [{value: 10.0.0.0/24}, {value: 'fd00::/8'}]"),
    Create("spec.prefixes = [{value: 10.0.0.0/24}, {}]", Cause("spec.prefixes", REQUIRED, "[*]: must specify one of: "), "spec.prefixes = []"),
    Create("spec.prefixes = [{value: 10.0.0.0/24, ephemeral: {prefixTemplate: {spec: {prefix: 10.1.0.0/16}}}}]", Cause("spec.prefixes", FORBIDDEN, "[*].ephemeral: must specify exactly one of: "), prefix!("{prefix: 10.1.0.0/16}")),
    Create("spec.prefixes = [{ephemeral: {}}]", Cause("spec.prefixes", REQUIRED, "[*].ephemeral.prefixTemplate: must be specified"), ""),
    Create("spec.prefixes = [{ephemeral: {prefixTemplate: {}}}]", Cause("spec.prefixes", REQUIRED, "[*].ephemeral.prefixTemplate.spec: must be specified"), ""),
    Create(prefix!("{parentRef: {name: a}, ipFamily: IPv6}"), Cause("spec.prefixes", REQUIRED, "must be specified when `prefix` is not specified"), prefix!("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 64}")),
    Create(prefix!("{parentRef: {name: a}, prefixLength: 64}"), Cause("spec.prefixes", REQUIRED, "must be specified when `prefix` is not specified"), prefix!("{parentSelector: {}, prefix: 'fd00::/64'}")),
    Create(prefix!("{parentRef: {name: a..b}, prefix: 10.0.0.0/24}"), Cause("spec.prefixes", INVALID, "[*].ephemeral.prefixTemplate.spec.parentRef.name: a lowercase RFC 1123 subdomain must"), prefix!("{parentRef: {name: a.b}, prefix: 10.0.0.0/24}")),
    Create(prefix!("{prefix: 10.0.0.0/24, ipFamily: IPv6}"), Cause("spec.prefixes", INVALID, "[*].ephemeral.prefixTemplate.spec.prefix: must be of the family in `ipFamily`"), prefix!("{prefix: 10.0.0.0/24, ipFamily: IPv4}")),
    Create(prefix!("{prefix: 10.0.0.0/24, prefixLength: 24}"), Cause("spec.prefixes", FORBIDDEN, "may not be specified when neither `parentRef` nor `parentSelector` is specified"), prefix!("{prefix: 10.0.0.0/24, prefixLength: 0}")),
    Create(prefix!("{prefix: 10.0.0.1/24}"), Cause("spec.prefixes", INVALID, "[*].ephemeral.prefixTemplate.spec.prefix: must not have bits set beyond the prefix length"), prefix!("{prefix: 10.0.0.0/24}")),
    Create("spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {name: a}, spec: {prefix: 10.1.0.0/16}}}}]", Cause("spec.prefixes", FORBIDDEN, "[*].ephemeral.prefixTemplate.metadata.name: may not be specified: the controller sets it"),
        "spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {annotations: {a: b}}, spec: {prefix: 10.1.0.0/16}}}}]"),
];

#[rustfmt::skip]
pub(crate) const VIRTUAL_IP_REFUSED: &[Create] = &[
    Create("spec.virtualIP = {}", Cause("spec.virtualIP", REQUIRED, "must specify one of: `virtualIPRef`, `ephemeral`"), ""),
    Create("spec.virtualIP.virtualIPRef.name = ''", Cause("spec.virtualIP", REQUIRED, "must specify one of: "), "spec.virtualIP.virtualIPRef.name = a"),
    Create("spec.virtualIP.virtualIPRef.name = a.b", Cause("spec.virtualIP.virtualIPRef.name", INVALID, "\"a.b\": a lowercase RFC 1123 label must consist of"), "spec.virtualIP.virtualIPRef.name = a-b"),
    Create(concat!("spec.virtualIP.virtualIPRef.name = a; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral", FORBIDDEN, "must specify exactly one of: `virtualIPRef`, `ephemeral`"),
        concat!("spec.virtualIP.virtualIPRef = {}; ", virtual_ip!("{type: Public, ipFamily: IPv4}"))),
    Create("spec.virtualIP.ephemeral = {}", Cause("spec.virtualIP.ephemeral.virtualIPTemplate", REQUIRED, "must be specified"), ""),
    Create("spec.virtualIP.ephemeral.virtualIPTemplate = {}", Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec", REQUIRED, "must be specified"), ""),
    Create(virtual_ip!("{type: Private, ipFamily: IPv4}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.type", INVALID, "\"Private\": supported values: \"Public\""), virtual_ip!("{type: Public, ipFamily: IPv4}")),
    Create(virtual_ip!("{type: Public, ipFamily: ''}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.ipFamily", INVALID, "\"\": supported values: "), virtual_ip!("{type: Public, ipFamily: IPv6}")),
    Create(virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Keep}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.reclaimPolicy", INVALID, "\"Keep\": supported values: \"Retain\", \"Delete\""),
        virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Retain}")),
    Create(virtual_ip!("{type: Public, ipFamily: IPv4, targetRef: {name: A}}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.targetRef.name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"),
        virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Delete, targetRef: {name: a}}")),
    Create(concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name = a; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name", FORBIDDEN, "may not be specified: the controller sets it"),
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.labels.a = b; ", virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: ''}"))),
];

#[rustfmt::skip]
pub(crate) const CHANGES: &[Update] = &[
    Update("", "spec.networkRef.name = other", Some(Cause("spec.networkRef", FORBIDDEN, "field is immutable"))),
    Update("", "spec.ipFamilies = [IPv6]; spec.ips.0.value = 'fd00::1'", Some(Cause(FAMILIES, FORBIDDEN, "field is immutable"))),
    Update("", "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'", Some(Cause(FAMILIES, FORBIDDEN, "field is immutable"))),
    Update("", "spec.ipFamilies = []", Some(Cause(FAMILIES, FORBIDDEN, "field is immutable"))),
    Update("spec.ipFamilies = []", "spec.ipFamilies = [IPv4]", None),
    Update("", "spec.attributes.a = b", Some(Cause("spec.attributes", FORBIDDEN, "field is immutable"))),
    Update("spec.attributes.a = b", "spec.attributes.a = c", Some(Cause("spec.attributes", FORBIDDEN, "field is immutable"))),
    Update("spec.attributes.a = b", "spec.attributes -", Some(Cause("spec.attributes", FORBIDDEN, "field is immutable"))),
    Update("", "spec.attributes = {}", None),
    Update("spec.attributes.a = b", "spec.attributes.a = b; spec.providerID = x://y", None),
    Update("spec.providerID = x", "spec.providerID -", None),
    Update("", "spec.ips.0.value = 10.0.0.2", None),
    Update("", "spec.ips = [{ephemeral: {prefixTemplate: {spec: {parentSelector: {}}}}}]", None),
    Update("", "spec.prefixes = [{value: 10.1.0.0/16}]", None),
    Update("spec.prefixes = [{value: 10.1.0.0/16}]", "spec.prefixes -", None),
    Update("", "spec.machineRef = {name: m, uid: u}", None),
    Update("spec.machineRef = {name: m, uid: u}", "spec.machineRef -", None),
    Update("spec.machineRef = {name: m, uid: u}", "spec.machineRef = {}", None),
    Update("", "spec.virtualIP.virtualIPRef.name = v", None),
    Update("spec.virtualIP.virtualIPRef.name = v", "spec.virtualIP -", None),
    Update("", "metadata.labels.a = b; metadata.finalizers = [a.b/c]", None),
];

#[tokio::test]
async fn refused() {
    creates("NetworkInterface", REFUSED).await;
}

#[tokio::test]
async fn families_refused() {
    creates("NetworkInterface", FAMILIES_REFUSED).await;
}

#[tokio::test]
async fn ips_refused() {
    creates("NetworkInterface", IPS_REFUSED).await;
}

#[tokio::test]
async fn prefixes_refused() {
    creates("NetworkInterface", PREFIXES_REFUSED).await;
}

#[tokio::test]
async fn virtual_ip_refused() {
    creates("NetworkInterface", VIRTUAL_IP_REFUSED).await;
}

#[tokio::test]
async fn changes() {
    updates("NetworkInterface", CHANGES).await;
}
