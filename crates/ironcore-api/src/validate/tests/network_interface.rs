// SPDX-License-Identifier: Apache-2.0

//! NetworkInterface.

use super::{Cause, Create, Table, Update};
use crate::field::FaultReason::{
    Duplicate, Forbidden, Invalid, NotSupported, Required, TooLong, TooMany,
};

pub(super) const TABLE: Table = (
    "NetworkInterface",
    &[
        REFUSED,
        FAMILIES_REFUSED,
        IPS_REFUSED,
        PREFIXES_REFUSED,
        VIRTUAL_IP_REFUSED,
        NAMES_REFUSED,
    ],
    CHANGES,
);

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
const IP: &str = "spec.ips[0].ephemeral.prefixTemplate.spec";
const IP_LENGTH: &str = "spec.ips[0].ephemeral.prefixTemplate.spec.prefixLength";

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("spec.networkRef = {}", Cause(NET, Required, "must be specified"), ""),
    Create("spec.networkRef.name = ''", Cause(NET, Required, "must be specified"), ""),
    Create("spec.networkRef -", Cause(NET, Required, "must be specified"), "spec.networkRef = {name: net}"),
    Create("spec -", Cause("spec", Required, "must be specified"), ""),
    Create("spec.providerID = 2049*p", Cause("spec.providerID", TooLong, "2048"), "spec.providerID = 2048*p"),
    Create("spec.attributes.k = 16385*v", Cause("spec.attributes.k", TooLong, "16384"), "spec.attributes = {k: ''}"),
    Create("spec.networkRef.name = Net_1", Cause(NET, Invalid, "\"Net_1\": a lowercase RFC 1123 subdomain must consist of"), "spec.networkRef.name = net-1.a"),
    Create("spec.machineRef.uid = 65*u", Cause("spec.machineRef.uid", TooLong, "64"), "spec.machineRef = {name: '', uid: ''}"),
    Create("spec.machineRef.name = a.b", Cause("spec.machineRef.name", Invalid, "\"a.b\": a lowercase RFC 1123 label must consist of"), "spec.machineRef.name = a-b"),
];

#[rustfmt::skip]
const FAMILIES_REFUSED: &[Create] = &[
    Create("spec.ips -; spec.ipFamilies -", Cause(FAMILIES, Required, "must be specified when `ips` is empty"), "spec.ipFamilies -"),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}}")), Cause(FAMILIES, Required, "must be specified when an entry of `ips` is a template"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4}"))),
    Create("spec.ipFamilies = [IPv5]", Cause("spec.ipFamilies[0]", NotSupported, "\"IPv5\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamilies = [IPv4]"),
    Create("spec.ipFamilies = [IPv4, IPv4]; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]", Cause("spec.ipFamilies[1]", Duplicate, "Duplicate value: \"IPv4\""),
        "spec.ipFamilies = [IPv4, IPv6]; spec.ips = [{value: 10.0.0.1}, {value: 'fd00::1'}]"),
    Create("spec.ipFamilies -; spec.ips = [{value: 10.0.0.1}, {value: 10.0.0.2}]", Cause("spec.ips[1]", Invalid, "must not be of the family of `ips[0]`"),
        "spec.ipFamilies -; spec.ips = [{value: 'fd00::1'}, {value: 10.0.0.2}]"),
    Create("spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {ipFamily: IPv4, parentRef: {name: a}}", Cause("spec.ips[1]", Invalid, "must not be of the family of `ips[0]`"),
        "spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {ipFamily: IPv6, parentRef: {name: a}}"),
    Create("spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {prefix: 10.0.0.2/32}", Cause("spec.ips[1]", Invalid, "must not be of the family of `ips[0]`"),
        "spec.ipFamilies -; spec.ips.1.ephemeral.prefixTemplate.spec = {prefix: 'fd00::2/128'}"),
    Create("spec.ipFamilies = [IPv4, IPv6]", Cause("spec.ips", Invalid, "must have one item for each item of `ipFamilies`"), "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'"),
    Create("spec.ips.1.value = 'fd00::1'", Cause("spec.ips", Invalid, "must have one item for each item of `ipFamilies`"), "spec.ips.1.value = 'fd00::1'; spec.ipFamilies = []"),
    Create("spec.ipFamilies = [IPv4, IPv6, IPv4]", Cause(FAMILIES, TooMany, "at most 2"), ""),
    Create("spec.ips = [{value: 10.0.0.1}, {value: 'fd00::1'}, {value: 10.0.0.2}]", Cause("spec.ips", TooMany, "at most 2"), ""),
];

#[rustfmt::skip]
const IPS_REFUSED: &[Create] = &[
    Create("spec.ips.0.value = 10.0.0.256", Cause("spec.ips[0].value", Invalid, "\"10.0.0.256\": must be a valid IP address"), "spec.ips.0.value = 10.0.0.255"),
    Create("spec.ips.0.value = ''", Cause("spec.ips[0].value", Invalid, "\"\": must be a valid IP address"), ""),
    Create("spec.ips.0.value = 010.0.0.1", Cause("spec.ips[0].value", Invalid, "\"010.0.0.1\": must not have leading 0s"), "spec.ips.0.value = 10.0.0.1"),
    Create("spec.ipFamilies = [IPv6]; spec.ips.0.value = 'fe80::1%eth0'", Cause("spec.ips[0].value", Invalid, "\"fe80::1%eth0\": must be a valid IP address"), "spec.ipFamilies = [IPv6]; spec.ips.0.value = 'fe80::1'"),
    Create("spec.ipFamilies = [IPv6]; spec.ips.0.value = '::ffff:10.0.0.1'", Cause("spec.ips[0].value", Invalid, "\"::ffff:10.0.0.1\": must not be an IPv4-mapped IPv6 address"),
        "spec.ipFamilies = [IPv6]; spec.ips.0.value = '::fffe:10.0.0.1'"),
    Create("spec.ips.0.value = 'fd00::1'", Cause("spec.ips[0].value", Invalid, "\"fd00::1\": must be of family IPv4 to match `ipFamilies[0]`"), "spec.ips.0.value = 'fd00::1'; spec.ipFamilies = [IPv6]"),
    Create("spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 10.0.0.2", Cause("spec.ips[1].value", Invalid, "\"10.0.0.2\": must be of family IPv6 to match `ipFamilies[1]`"),
        "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'"),
    Create("spec.ips.0 = {}", Cause("spec.ips[0]", Required, "must specify one of: `value`, `ephemeral`"), ""),
    Create("spec.ips.0.ephemeral.prefixTemplate.spec.parentRef.name = a", Cause("spec.ips[0].ephemeral", Forbidden, "must specify exactly one of: `value`, `ephemeral`"), ip!("{parentRef: {name: a}}")),
    Create("spec.ips = [{ephemeral: {}}]", Cause("spec.ips[0].ephemeral.prefixTemplate", Required, "must be specified"), ""),
    Create("spec.ips = [{ephemeral: {prefixTemplate: {}}}]", Cause(IP, Required, "must be specified"), ""),
    Create(ip!("{parentRef: {name: a}, ipFamily: IPv6}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.ipFamily", Invalid, "\"IPv6\": must be IPv4 to match `ipFamilies[0]`"), ip!("{parentRef: {name: a}, ipFamily: IPv4}")),
    Create(ip!("{parentRef: {name: a}, ipFamily: ipv4}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.ipFamily", NotSupported, "\"ipv4\": supported values: \"IPv4\", \"IPv6\""), ip!("{parentRef: {name: a}, ipFamily: ''}")),
    Create(ip!("{prefix: 'fd00::1/128'}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", Invalid, "\"fd00::1/128\": must be of family IPv4 to match `ipFamilies[0]`"), ip!("{prefix: 10.0.0.1/32}")),
    Create(ip!("{prefix: 10.0.0.0/24}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", Invalid, "\"10.0.0.0/24\": must be of length 32 for IPv4, 128 for IPv6"), ip!("{prefix: 10.0.0.0/32}")),
    Create(ip!("{prefix: 10.0.0.1}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", Invalid, "\"10.0.0.1\": must be a valid CIDR value"), ip!("{prefix: 10.0.0.1/32}")),
    Create(ip!("{parentRef: {name: a}, prefixLength: 128}"), Cause(IP_LENGTH, Invalid, "128: must be 32 to match `ipFamilies[0]`"), ip!("{parentRef: {name: a}, prefixLength: 32}")),
    Create(concat!("spec.ipFamilies = [IPv6]; ", ip!("{parentRef: {name: a}, prefixLength: 32}")), Cause(IP_LENGTH, Invalid, "32: must be 128 to match `ipFamilies[0]`"),
        concat!("spec.ipFamilies = [IPv6]; ", ip!("{parentRef: {name: a}, prefixLength: 0}"))),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 64}")), Cause(IP_LENGTH, Invalid, "must be 32 for IPv4, 128 for IPv6"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 128}"))),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 128}")), Cause(IP_LENGTH, Invalid, "128: must be less than or equal to 32 for IPv4, 128 for IPv6"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4, prefixLength: 32}"))),
    Create(ip!("{prefix: 10.0.0.1/32, prefixLength: 32}"), Cause(IP_LENGTH, Forbidden, "may not be specified when neither `parentRef` nor `parentSelector` is specified"),
        ip!("{parentRef: {name: a}, prefix: 10.0.0.1/32, prefixLength: 32}")),
    Create(ip!("{}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", Required, "must be specified when neither `parentRef` nor `parentSelector` is specified"), ip!("{parentSelector: {}}")),
    Create(ip!("{parentRef: {name: ''}}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", Required, "must be specified when neither `parentRef` nor `parentSelector` is specified"), ip!("{parentRef: {name: ''}, prefix: 10.0.0.1/32}")),
    Create(ip!("{parentRef: {name: A}}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.parentRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), ip!("{parentRef: {name: a.b}}")),
    Create(ip!("{parentRef: {name: a}, prefixLength: -1}"), Cause(IP_LENGTH, Invalid, "-1: must be greater than or equal to 0"), ip!("{parentRef: {name: a}, prefixLength: 0}")),
    Create(ip!("{parentRef: {name: a}, ipFamily: IPv4, prefix: 'fd00::1/128'}"), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", Invalid, "\"fd00::1/128\": must be of the family in `ipFamily`"), ip!("{parentRef: {name: a}, ipFamily: IPv4, prefix: 10.0.0.1/32}")),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, prefix: 'fd00::1/128', prefixLength: 32}")), Cause(IP_LENGTH, Invalid, "32: must be 32 for IPv4, 128 for IPv6"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, prefix: 'fd00::1/128', prefixLength: 128}"))),
    Create(concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv6, prefix: 10.0.0.1/32}")), Cause("spec.ips[0].ephemeral.prefixTemplate.spec.prefix", Invalid, "\"10.0.0.1/32\": must be of the family in `ipFamily`"),
        concat!("spec.ipFamilies -; ", ip!("{parentRef: {name: a}, ipFamily: IPv4, prefix: 10.0.0.1/32}"))),
    Create(named_ip!("finalizers = [a.b/c, a.b/d, a.b/c]"), Cause("spec.ips[0].ephemeral.prefixTemplate.metadata.finalizers[2]", Duplicate, "\"a.b/c\""), named_ip!("finalizers = [a.b/c, a.b/d]")),
    Create(named_ip!("name = a"), Cause("spec.ips[0].ephemeral.prefixTemplate.metadata.name", Forbidden, "may not be specified: the controller sets it"), named_ip!("name = ''")),
    Create(named_ip!("generateName = a"), Cause("spec.ips[0].ephemeral.prefixTemplate.metadata.generateName", Forbidden, "may not be specified: the controller sets it"), named_ip!("labels.a = b")),
    Create(named_ip!("namespace = a"), Cause("spec.ips[0].ephemeral.prefixTemplate.metadata.namespace", Forbidden, "may not be specified: the controller sets it"), named_ip!("finalizers = [a.b/c]")),
];

#[rustfmt::skip]
const PREFIXES_REFUSED: &[Create] = &[
    Create("spec.prefixes = [{value: 10.0.0.0/33}]", Cause("spec.prefixes[0].value", Invalid, "\"10.0.0.0/33\": must be a valid CIDR value"), "spec.prefixes = [{value: 10.0.0.0/32}]"),
    Create("spec.prefixes = [{value: 10.0.0.1/24}]", Cause("spec.prefixes[0].value", Invalid, "\"10.0.0.1/24\": must not have bits set beyond the prefix length"), "spec.prefixes = [{value: 10.0.0.0/24}, {value: 'fd00::/8'}]"),
    Create("spec.prefixes = [{value: 10.0.0.0/24}, {}]", Cause("spec.prefixes[1]", Required, "must specify one of: "), "spec.prefixes = []"),
    Create("spec.prefixes = [{value: 10.0.0.0/24, ephemeral: {prefixTemplate: {spec: {prefix: 10.1.0.0/16}}}}]", Cause("spec.prefixes[0].ephemeral", Forbidden, "must specify exactly one of: "), prefix!("{prefix: 10.1.0.0/16}")),
    Create("spec.prefixes = [{ephemeral: {}}]", Cause("spec.prefixes[0].ephemeral.prefixTemplate", Required, "must be specified"), ""),
    Create("spec.prefixes = [{ephemeral: {prefixTemplate: {}}}]", Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec", Required, "must be specified"), ""),
    Create(prefix!("{parentRef: {name: a}, ipFamily: IPv6}"), Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec.prefixLength", Required, "must be specified when `prefix` is not specified"), prefix!("{parentRef: {name: a}, ipFamily: IPv6, prefixLength: 64}")),
    Create(prefix!("{parentRef: {name: a}, prefixLength: 64}"), Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec.ipFamily", Required, "must be specified when `prefix` is not specified"), prefix!("{parentSelector: {}, prefix: 'fd00::/64'}")),
    Create(prefix!("{parentRef: {name: a..b}, prefix: 10.0.0.0/24}"), Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec.parentRef.name", Invalid, "\"a..b\": a lowercase RFC 1123 subdomain must consist of"), prefix!("{parentRef: {name: a.b}, prefix: 10.0.0.0/24}")),
    Create(prefix!("{prefix: 10.0.0.0/24, ipFamily: IPv6}"), Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec.prefix", Invalid, "\"10.0.0.0/24\": must be of the family in `ipFamily`"), prefix!("{prefix: 10.0.0.0/24, ipFamily: IPv4}")),
    Create(prefix!("{prefix: 10.0.0.0/24, prefixLength: 24}"), Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec.prefixLength", Forbidden, "may not be specified when neither `parentRef` nor `parentSelector` is specified"), prefix!("{prefix: 10.0.0.0/24, prefixLength: 0}")),
    Create(prefix!("{prefix: 10.0.0.1/24}"), Cause("spec.prefixes[0].ephemeral.prefixTemplate.spec.prefix", Invalid, "must not have bits set beyond the prefix length"), prefix!("{prefix: 10.0.0.0/24}")),
    Create("spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {name: a}, spec: {prefix: 10.1.0.0/16}}}}]", Cause("spec.prefixes[0].ephemeral.prefixTemplate.metadata.name", Forbidden, "may not be specified: the controller sets it"),
        "spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {annotations: {a: b}}, spec: {prefix: 10.1.0.0/16}}}}]"),
    Create("spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {generateName: a}, spec: {prefix: 10.1.0.0/16}}}}]", Cause("spec.prefixes[0].ephemeral.prefixTemplate.metadata.generateName", Forbidden, "may not be specified: the controller sets it"),
        "spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {generateName: ''}, spec: {prefix: 10.1.0.0/16}}}}]"),
    Create("spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {namespace: a}, spec: {prefix: 10.1.0.0/16}}}}]", Cause("spec.prefixes[0].ephemeral.prefixTemplate.metadata.namespace", Forbidden, "may not be specified: the controller sets it"),
        "spec.prefixes = [{ephemeral: {prefixTemplate: {metadata: {namespace: ''}, spec: {prefix: 10.1.0.0/16}}}}]"),
];

#[rustfmt::skip]
const VIRTUAL_IP_REFUSED: &[Create] = &[
    Create("spec.virtualIP = {}", Cause("spec.virtualIP", Required, "must specify one of: `virtualIPRef`, `ephemeral`"), ""),
    Create("spec.virtualIP.virtualIPRef.name = ''", Cause("spec.virtualIP", Required, "must specify one of: "), "spec.virtualIP.virtualIPRef.name = a"),
    Create("spec.virtualIP.virtualIPRef.name = a.b", Cause("spec.virtualIP.virtualIPRef.name", Invalid, "\"a.b\": a lowercase RFC 1123 label must consist of"), "spec.virtualIP.virtualIPRef.name = a-b"),
    Create(concat!("spec.virtualIP.virtualIPRef.name = a; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral", Forbidden, "must specify exactly one of: `virtualIPRef`, `ephemeral`"),
        concat!("spec.virtualIP.virtualIPRef = {}; ", virtual_ip!("{type: Public, ipFamily: IPv4}"))),
    Create("spec.virtualIP.ephemeral = {}", Cause("spec.virtualIP.ephemeral.virtualIPTemplate", Required, "must be specified"), ""),
    Create("spec.virtualIP.ephemeral.virtualIPTemplate = {}", Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec", Required, "must be specified"), ""),
    Create(virtual_ip!("{type: Private, ipFamily: IPv4}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.type", NotSupported, "\"Private\": supported values: \"Public\""), virtual_ip!("{type: Public, ipFamily: IPv4}")),
    Create(virtual_ip!("{type: Public, ipFamily: ''}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.ipFamily", NotSupported, "\"\": supported values: \"IPv4\", \"IPv6\""), virtual_ip!("{type: Public, ipFamily: IPv6}")),
    Create(virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Keep}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.reclaimPolicy", NotSupported, "\"Keep\": supported values: \"Retain\", \"Delete\""),
        virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Retain}")),
    Create(virtual_ip!("{type: Public, ipFamily: IPv4, targetRef: {name: A}}"), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.spec.targetRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"),
        virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: Delete, targetRef: {name: a}}")),
    Create(concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name = a; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.name", Forbidden, "may not be specified: the controller sets it"),
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.labels.a = b; ", virtual_ip!("{type: Public, ipFamily: IPv4, reclaimPolicy: ''}"))),
    Create(concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.generateName = a; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.generateName", Forbidden, "may not be specified: the controller sets it"),
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.annotations.a = b; ", virtual_ip!("{type: Public, ipFamily: IPv4}"))),
    Create(concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.namespace = a; ", virtual_ip!("{type: Public, ipFamily: IPv4}")), Cause("spec.virtualIP.ephemeral.virtualIPTemplate.metadata.namespace", Forbidden, "may not be specified: the controller sets it"),
        concat!("spec.virtualIP.ephemeral.virtualIPTemplate.metadata = {}; ", virtual_ip!("{type: Public, ipFamily: IPv4}"))),
];

#[rustfmt::skip]
const NAMES_REFUSED: &[Create] = &[
    Create("metadata.name = a.b; spec.virtualIP.ephemeral.virtualIPTemplate.spec = {type: Public, ipFamily: IPv4}", Cause("spec.virtualIP.ephemeral", Invalid, "\"a.b\": as the name of the VirtualIP created for it, a lowercase RFC 1123 label must"),
        "metadata.name = a.b; spec.virtualIP.virtualIPRef.name = v"),
    Create("metadata.name = 252*a; spec.ips = [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.1/32}}}}]", Cause("spec.ips[0].ephemeral", Invalid, "as the name of the Prefix created for it, must be no more than 253 characters"),
        "metadata.name = 251*a; spec.ips = [{ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.1/32}}}}]"),
    Create("metadata.name = 249*a; spec.prefixes = [{value: 10.0.0.0/8}, {ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.0/8}}}}]", Cause("spec.prefixes[1].ephemeral", Invalid, "as the name of the Prefix created for it, must be no more than 253 characters"),
        "metadata.name = 248*a; spec.prefixes = [{value: 10.0.0.0/8}, {ephemeral: {prefixTemplate: {spec: {prefix: 10.0.0.0/8}}}}]"),
    Create("metadata.name = 64*a; spec.virtualIP.ephemeral.virtualIPTemplate.spec = {type: Public, ipFamily: IPv4}", Cause("spec.virtualIP.ephemeral", Invalid, "as the name of the VirtualIP created for it, must be no more than 63 characters"),
        "metadata.name -; metadata.generateName = a.b; spec.virtualIP.ephemeral.virtualIPTemplate.spec = {type: Public, ipFamily: IPv4}"),
];

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("", "spec.networkRef.name = other", Some(Cause("spec.networkRef", Forbidden, "field is immutable"))),
    Update("", "spec.networkRef -", Some(Cause(NET, Required, "must be specified"))),
    Update("", "spec.ipFamilies = [IPv6]; spec.ips.0.value = 'fd00::1'", Some(Cause(FAMILIES, Forbidden, "field is immutable"))),
    Update("", "spec.ipFamilies = [IPv4, IPv6]; spec.ips.1.value = 'fd00::1'", Some(Cause(FAMILIES, Forbidden, "field is immutable"))),
    Update("", "spec.ipFamilies = []", Some(Cause(FAMILIES, Forbidden, "field is immutable"))),
    Update("spec.ipFamilies = []", "spec.ipFamilies = [IPv4]", None),
    Update("", "spec.attributes.a = b", Some(Cause("spec.attributes", Forbidden, "field is immutable"))),
    Update("spec.attributes.a = b", "spec.attributes.a = c", Some(Cause("spec.attributes", Forbidden, "field is immutable"))),
    Update("spec.attributes.a = b", "spec.attributes -", Some(Cause("spec.attributes", Forbidden, "field is immutable"))),
    Update("", "spec.attributes = {}", None),
    Update("spec.attributes = {}", "spec.attributes = null", None),
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
