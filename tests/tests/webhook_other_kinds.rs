// SPDX-License-Identifier: Apache-2.0

//! VirtualIP, Prefix and Network: what their authors read from the webhook.

use crate::support::case::*;
use crate::support::judged::judged;

#[rustfmt::skip]
const VIRTUAL_IPS_REFUSED: &[Create] = &[
    Create("spec.type = Private", Cause("spec.type", NOT_SUPPORTED, "Unsupported value: \"Private\": supported values: \"Public\""), "spec.type = Public"),
    Create("spec.ipFamily = ipv4", Cause("spec.ipFamily", NOT_SUPPORTED, "Unsupported value: \"ipv4\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamily = IPv6"),
    Create("spec.targetRef.name = A", Cause("spec.targetRef.name", INVALID, "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.targetRef = {name: a.b, uid: u}"),
    Create("metadata.name = a.b", Cause("metadata.name", INVALID, "Invalid value: \"a.b\": a lowercase RFC 1123 label must consist of"), "metadata.name = a-b"),
];

#[rustfmt::skip]
const VIRTUAL_IP_CHANGES: &[Update] = &[
    Update("", "spec.ipFamily = IPv6", Some(Cause("spec.ipFamily", FORBIDDEN, "field is immutable"))),
    Update("", "spec.targetRef = {name: a, uid: u}", None),
    Update("spec.targetRef = {name: a, uid: u}", "spec.targetRef -", None),
];

#[rustfmt::skip]
const PREFIXES_REFUSED: &[Create] = &[
    Create("spec = {parentRef: {name: a}, prefixLength: 24}", Cause("spec.ipFamily", REQUIRED, "must be specified when `prefix` is not specified"), "spec = {parentRef: {name: a}, prefixLength: 24, ipFamily: IPv4}"),
    Create("spec.ipFamily = IPv5", Cause("spec.ipFamily", NOT_SUPPORTED, "Unsupported value: \"IPv5\""), "spec.ipFamily = IPv4"),
    Create("spec.ipFamily = IPv6", Cause("spec.prefix", INVALID, "Invalid value: \"10.0.0.0/8\": must be of the family in `ipFamily`"), "spec.ipFamily = IPv6; spec.prefix = 'fd00::/8'"),
    Create("spec.prefix = 10.1.0.0/8", Cause("spec.prefix", INVALID, "Invalid value: \"10.1.0.0/8\""), "spec.prefix = 10.1.0.0/16"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 33}", Cause("spec.prefixLength", INVALID, "Invalid value: 33: must be less than or equal to 32 for IPv4, 128 for IPv6"), "spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 33}"),
    Create("spec = {ipFamily: IPv4}", Cause("spec.prefix", REQUIRED, "must be specified when neither `parentRef` nor `parentSelector` is specified"), "spec = {ipFamily: IPv4, prefix: 10.0.0.0/8}"),
    Create("spec.prefixLength = 8", Cause("spec.prefixLength", FORBIDDEN, "may not be specified when neither `parentRef` nor `parentSelector` is specified"), "spec.prefixLength = 0"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}}", Cause("spec.prefixLength", REQUIRED, "must be specified when `prefix` is not specified"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/8}"),
    Create("spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 9}", Cause("spec.prefixLength", INVALID, "Invalid value: 9: must be the length of `prefix`"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 8}"),
    Create("spec.parentRef.name = A", Cause("spec.parentRef.name", INVALID, "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.parentRef.name = a.b"),
];

const CHILD: &str =
    "spec = {ipFamily: IPv4, parentSelector: {matchLabels: {a: b}}, prefixLength: 24}";

#[rustfmt::skip]
const PREFIX_CHANGES: &[Update] = &[
    Update("", "spec.prefix = 10.0.0.0/9", Some(Cause("spec.prefix", FORBIDDEN, "field cannot be modified once set"))),
    Update("spec.prefix = '2001:DB8::/32'", "spec.prefix = '2001:db8:0::/32'", None),
    Update(CHILD, "spec.prefix = 10.0.0.0/24; spec.parentRef.name = a", None),
    Update(CHILD, "spec.prefixLength = 25", Some(Cause("spec.prefixLength", FORBIDDEN, "field cannot be modified once set"))),
    Update(CHILD, "spec.parentSelector.matchLabels.a = c", Some(Cause("spec.parentSelector", FORBIDDEN, "field is immutable"))),
    Update("", "spec.parentRef.name = a", Some(Cause("spec.parentRef", FORBIDDEN, "field cannot be set once created"))),
];

#[rustfmt::skip]
const NETWORKS_REFUSED: &[Create] = &[
    Create("spec.peerings = [{name: A, networkRef: {name: n}}]", Cause("spec.peerings[0].name", INVALID, "Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.peerings = [{name: a.b, networkRef: {name: n}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n, namespace: o.p}}]", Cause("spec.peerings[0].networkRef.namespace", INVALID, "Invalid value: \"o.p\": a lowercase RFC 1123 label must consist of"), "spec.peerings = [{name: a, networkRef: {name: n, namespace: o-p}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}}, {name: a, networkRef: {name: o}}]", Cause("spec.peerings[1].name", DUPLICATE, "Duplicate value: \"a\""), "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: o}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n}}]", Cause("spec.peerings[1].networkRef", DUPLICATE, "Duplicate value: \"n\""), "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n, namespace: o}}]"),
    // Only known where the object's own name is.
    Create("spec.peerings = [{name: a, networkRef: {name: x}}]", Cause("spec.peerings[0].networkRef", FORBIDDEN, "may not be the network itself"), "spec.peerings = [{name: a, networkRef: {name: x, namespace: other}}]"),
    Create("spec.incomingPeerings = [{name: x}]", Cause("spec.incomingPeerings[0]", FORBIDDEN, "may not be the network itself"), "spec.incomingPeerings = [{name: x, namespace: other}]"),
    Create("spec.incomingPeerings = [{name: n}, {name: n, uid: u}]", Cause("spec.incomingPeerings[1]", DUPLICATE, "Duplicate value: \"n\""), "spec.incomingPeerings = [{name: n}, {name: n, namespace: o}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p}]}, {name: b, networkRef: {name: o}, prefixes: [{name: p}]}]", Cause("spec.peerings[1].prefixes[0].name", DUPLICATE, "Duplicate value: \"p\""),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p}]}, {name: b, networkRef: {name: o}, prefixes: [{name: q}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {name: r}}, {name: q, prefixRef: {name: r}}]}]", Cause("spec.peerings[0].prefixes[1].prefixRef.name", DUPLICATE, "Duplicate value: \"r\""),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefixRef: {}}, {name: q, prefixRef: {name: ''}}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: 10.1.0.0/8}]}]", Cause("spec.peerings[0].prefixes[0].prefix", INVALID, "Invalid value: \"10.1.0.0/8\""), "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: p, prefix: 10.0.0.0/8}, {name: q, prefix: 11.0.0.0/8}]}]"),
];

#[rustfmt::skip]
const NETWORK_CHANGES: &[Update] = &[
    Update("spec.providerID = a", "spec.providerID = b", Some(Cause("spec.providerID", FORBIDDEN, "field cannot be modified once set"))),
    Update("spec.providerID = a", "spec -", Some(Cause("spec.providerID", FORBIDDEN, "field cannot be cleared once set"))),
    Update("spec -", "spec.providerID = a", None),
    Update("spec.peerings = [{name: a, networkRef: {name: n}}]", "spec.peerings.0.networkRef.name = o", None),
];

#[tokio::test]
async fn virtual_ips() {
    let judge = judged().await.judge().await;
    judge.creates("VirtualIP", VIRTUAL_IPS_REFUSED).await;
    judge.updates("VirtualIP", VIRTUAL_IP_CHANGES).await;
}

#[tokio::test]
async fn prefixes() {
    let judge = judged().await.judge().await;
    judge.creates("Prefix", PREFIXES_REFUSED).await;
    judge.updates("Prefix", PREFIX_CHANGES).await;
}

#[tokio::test]
async fn networks() {
    let judge = judged().await.judge().await;
    judge.creates("Network", NETWORKS_REFUSED).await;
    judge.updates("Network", NETWORK_CHANGES).await;
}
