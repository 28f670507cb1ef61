// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface: what its author reads from the webhook.

use crate::support::case::*;
use crate::support::judged::judged;

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

/// An interface whose virtual IP comes from a template with this spec.
macro_rules! virtual_ip {
    ($spec:literal) => {
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate.spec = ", $spec)
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

const NET: &str = "spec.networkRef.name";
const FAMILIES: &str = "spec.ipFamilies";
const IP: &str = "spec.ips[0].ephemeral.prefixTemplate.spec";

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("spec.networkRef = {}", Cause(NET, REQUIRED, "Required value: must be specified"), ""),
    Create("spec.networkRef.name = Net_1", Cause(NET, INVALID, "Invalid value: \"Net_1\": a lowercase RFC 1123 subdomain must consist of"), "spec.networkRef.name = net-1.a"),
    Create("spec.machineRef.name = a.b", Cause("spec.machineRef.name", INVALID, "Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of"), "spec.machineRef.name = a-b"),
    Create("spec.ips -; spec.ipFamilies -", Cause(FAMILIES, REQUIRED, "must be specified when `ips` is empty"), "spec.ipFamilies -"),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}}")), Cause(FAMILIES, REQUIRED, "must be specified when an entry of `ips` is a template"), concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4}"))),
    Create("spec.ipFamilies = [IPv5]", Cause("spec.ipFamilies[0]", NOT_SUPPORTED, "Unsupported value: \"IPv5\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamilies = [IPv4]"),
    Create("spec.ipFamilies = [IPv4, IPv4]; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]", Cause("spec.ipFamilies[1]", DUPLICATE, "Duplicate value: \"IPv4\""), "spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: 10.0.0.1}, {value: 'fd00::2'}]"),
    Create("spec.ipFamilies = [IPv4, IPv6]", Cause("spec.ips", INVALID, "must have one item for each item of `ipFamilies`"), "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'"),
    Create("spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: 10.0.0.1}, {value: 'fd00::1'}, {value: 10.0.0.2}]", Cause("spec.ips", TOO_MANY, "Too many: 3: must have at most 2 items"), "spec.ipFamilies -; spec.ips = [{value: 10.0.0.1}, {value: 'fd00::1'}]"),
    Create("spec.attributes.a = null; spec.providerID = ''; spec.networkRef.name = A", Cause(NET, INVALID, "\"A\""), "spec.attributes = null; spec.providerID = ''"),
];

#[rustfmt::skip]
const IPS_REFUSED: &[Create] = &[
    Create("spec.ips.0.value = 10.0.0.256", Cause("spec.ips[0].value", INVALID, "\"10.0.0.256\""), "spec.ips.0.value = 10.0.0.255"),
    Create("spec.ips.0.value = 10.0.0.01", Cause("spec.ips[0].value", INVALID, "\"10.0.0.01\""), "spec.ips.0.value = 10.0.0.1"),
    Create("spec.ipFamilies = [IPv6]; spec.ips.0.value = 'fe80::1%eth0'", Cause("spec.ips[0].value", INVALID, "\"fe80::1%eth0\""), "spec.ipFamilies = [IPv6]; spec.ips.0.value = 'fe80::1'"),
    Create("spec.ipFamilies = [IPv6]; spec.ips.0.value = '::ffff:10.0.0.1'", Cause("spec.ips[0].value", INVALID, "\"::ffff:10.0.0.1\""), "spec.ipFamilies = [IPv6]; spec.ips.0.value = '64:ff9b::10.0.0.1'"),
    Create("spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 10.0.0.2", Cause("spec.ips[1].value", INVALID, "Invalid value: \"10.0.0.2\": must be of family IPv6 to match `ipFamilies[1]`"), "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'"),
    Create("spec.ips.0 = {}", Cause("spec.ips[0]", REQUIRED, "must specify one of: `value`, `ephemeral`"), ""),
    Create("spec.ips.0.ephemeral.prefixTemplate.spec.parentRef.name = a", Cause("spec.ips[0].ephemeral", FORBIDDEN, "must specify exactly one of: `value`, `ephemeral`"), ip!("{parentRef: {name: a}}")),
    Create("spec.ips = [{ephemeral: {}}]", Cause("spec.ips[0].ephemeral.prefixTemplate", REQUIRED, "must be specified"), ""),
    Create("spec.ips = [{ephemeral: {prefixTemplate: {}}}]", Cause(IP, REQUIRED, "must be specified"), ""),
    Create(ip!("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 128}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.ipFamily", INVALID, "Invalid value: \"IPv6\": must be IPv4 to match `ipFamilies[0]`"), ip!("{parentRef: {name: a}, ipFamily: IPv4}")),
    Create(ip!("{prefix: 10.0.0.0/24}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", INVALID, "Invalid value: \"10.0.0.0/24\": must be of length 32 for IPv4, 128 for IPv6"), ip!("{prefix: 10.0.0.0/32}")),
    Create(ip!("{parentRef: {name: a}, prefixLength: 24}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefixLength", INVALID, "Invalid value: 24: "), ip!("{parentRef: {name: a}, prefixLength: 32}")),
    Create("spec.ips = [{ephemeral: {prefixTemplate: {metadata: {name: a}, spec: {prefix: 10.0.0.1/32}}}}]", Cause("spec.ips[0].ephemeral.prefixTemplate.metadata.name", FORBIDDEN, "may not be specified: the controller sets it"), "spec.ips = [{ephemeral: {prefixTemplate: {metadata: {labels: {a: b}}, spec: {prefix: 10.0.0.1/32}}}}]"),
    Create(concat!("metadata.name = ", long!(), "; ", ip!("{parentRef: {name: a}}")), Cause("spec.ips[0].ephemeral", INVALID, "as the name of the Prefix created for it, must be no more than 253 characters"), concat!("metadata.name = ", long!())),
];

#[rustfmt::skip]
const REST_REFUSED: &[Create] = &[
    Create("spec.prefixes = [{value: 10.0.0.0/8}, {value: 10.0.0.1/24}]", Cause("spec.prefixes[1].value", INVALID, "Invalid value: \"10.0.0.1/24\""), "spec.prefixes = [{value: 10.0.0.0/8}, {value: 'fd00::/64'}]"),
    Create("spec.prefixes = [{}]", Cause("spec.prefixes[0]", REQUIRED, "must specify one of: `value`, `ephemeral`"), "spec.prefixes = null"),
    Create("spec.prefixes = [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: a}, ipFamily: IPv6, prefixLength: 129}}}}]", Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec.prefixLength", INVALID, "Invalid value: 129: "), "spec.prefixes = [{ephemeral: {prefixTemplate: {spec: {parentRef: {name: a}, ipFamily: IPv6, prefixLength: 128}}}}]"),
    Create(concat!("metadata.name = ", long!(), "; spec.prefixes = [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.0/8}}}}]"), Cause("spec.prefixes[0].ephemeral", INVALID, "as the name of the Prefix created for it, must be no more than 253 characters"), "spec.prefixes = [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.0/8}}}}]"),
    Create("spec.virtualIP = {}", Cause("spec.virtualIP", REQUIRED, "must specify one of: `virtualIPRef`, `ephemeral`"), "spec.virtualIP = null"),
    Create(concat!("spec.virtualIP.virtualIPRef.name = a; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral", FORBIDDEN, "must specify exactly one of: "), concat!("spec.virtualIP.virtualIPRef = {}; ", virtual_ip!("{type: Public, ipFamily: IPv4}"))),
    Create("spec.virtualIP.virtualIPRef.name = a.b", Cause("spec.virtualIP.virtualIPRef.name", INVALID, "Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of"), "spec.virtualIP.virtualIPRef.name = a-b"),
    Create(virtual_ip!("{type: Private, ipFamily: IPv4}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.type", NOT_SUPPORTED, "Unsupported value: \"Private\": supported values: \"Public\""), virtual_ip!("{type: Public, ipFamily: IPv4}")),
    Create(virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Keep}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.reclaimPolicy", NOT_SUPPORTED, "Unsupported value: \"Keep\""), virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Retain}")),
    Create(concat!("metadata.name = a.b; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral", INVALID, "\"a.b\": as the name of the VirtualIP created for it, a lowercase RFC 1123 label must"), "metadata.name = a.b; spec.virtualIP.virtualIPRef.name = v"),
];

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("", "spec.networkRef.name = other", Some(Cause("spec.networkRef", FORBIDDEN, "Forbidden: field is immutable"))),
    Update("", "spec.ipFamilies = [IPv6]; spec.ips.0.value = 'fd00::1'", Some(Cause(FAMILIES, FORBIDDEN, "field is immutable"))),
    Update("spec.attributes.a = b", "spec.attributes.a = c", Some(Cause("spec.attributes", FORBIDDEN, "field is immutable"))),
    Update("spec.attributes.a = b", "spec.attributes -", Some(Cause("spec.attributes", FORBIDDEN, "field is immutable"))),
    // Filled in again.
    Update("", "spec.ipFamilies -", None),
    Update("", "spec.attributes = {}", None),
    Update("", "spec.providerID = x://y; spec.ips.0.value = 10.0.0.2; spec.prefixes = [{value: 10.1.0.0/16}]; spec.machineRef = {name: m, uid: u}; spec.virtualIP.virtualIPRef.name = v", None),
    Update("spec.providerID = x; spec.machineRef = {name: m, uid: u}", "spec.providerID -; spec.machineRef -", None),
];

#[tokio::test]
async fn refused() {
    judged()
        .await
        .judge()
        .await
        .creates("NetworkInterface", REFUSED)
        .await;
}

#[tokio::test]
async fn ips_refused() {
    judged()
        .await
        .judge()
        .await
        .creates("NetworkInterface", IPS_REFUSED)
        .await;
}

#[tokio::test]
async fn the_rest_refused() {
    judged()
        .await
        .judge()
        .await
        .creates("NetworkInterface", REST_REFUSED)
        .await;
}

#[tokio::test]
async fn changes() {
    judged()
        .await
        .judge()
        .await
        .updates("NetworkInterface", CHANGES)
        .await;
}
