// SPDX-License-Identifier: Apache-2.0

//! Network: what its definition refuses, and what may be changed.

use crate::support::case::*;

const PEERS: &str = "spec.peerings";

#[rustfmt::skip]
pub(crate) const REFUSED: &[Create] = &[
    Create("spec.peerings = [{name: A, networkRef: {name: n}}]", Cause("spec.peerings[0].name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.peerings = [{name: a.b, networkRef: {name: n}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: N}}]", Cause("spec.peerings[0].networkRef.name", INVALID, "\"N\": a lowercase RFC 1123 subdomain must consist of"), "spec.peerings = [{name: a, networkRef: {name: n.o}}]"),
    Create("spec.peerings = [{name: a, networkRef: {}}]", Cause("spec.peerings[0].networkRef.name", REQUIRED, "must be specified"), "spec.peerings = []"),
    Create("spec.peerings = [{name: a}]", Cause("spec.peerings[0].networkRef", REQUIRED, "Required value"), ""),
    Create("spec.peerings = [{name: a, networkRef: {name: n, namespace: o.p}}]", Cause("spec.peerings[0].networkRef.namespace", INVALID, "\"o.p\": a lowercase RFC 1123 label must consist of"), "spec.peerings = [{name: a, networkRef: {name: n, namespace: o-p}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}}, {name: a, networkRef: {name: o}}]", Cause("spec.peerings[1]", DUPLICATE, "Duplicate value: {\"name\":\"a\"}"),
        "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: o}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n}}]", Cause(PEERS, INVALID, "[*].networkRef: must be unique"),
        "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n, namespace: o}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n, namespace: o}}, {name: b, networkRef: {name: n, namespace: o}}]", Cause(PEERS, INVALID, "[*].networkRef: must be unique"),
        "spec.peerings = [{name: a, networkRef: {name: n, namespace: o}}, {name: b, networkRef: {name: n, namespace: p}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: A}]}]", Cause("spec.peerings[0].prefixes[0].name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a.b}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.0.0.0}]}]", Cause("spec.peerings[0].prefixes[0].prefix", INVALID, "must be a valid CIDR value"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.0.0.0/8}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.1.0.0/8}]}]", Cause("spec.peerings[0].prefixes[0].prefix", INVALID, "must not have bits set beyond the prefix length"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 'fd00::/8'}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: A}}]}]", Cause("spec.peerings[0].prefixes[0].prefixRef.name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: a.b}}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}, {name: a}]}]", Cause("spec.peerings[0].prefixes[1]", DUPLICATE, "Duplicate value: {\"name\":\"a\"}"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}, {name: b}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}]}, {name: b, networkRef: {name: o}, prefixes: [{name: a}]}]", Cause(PEERS, INVALID, "[*].prefixes[*].name: must be unique"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}]}, {name: b, networkRef: {name: o}, prefixes: [{name: b}]}, {name: c, networkRef: {name: p}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: r}}, {name: b, prefixRef: {name: r}}]}]", Cause("spec.peerings[0].prefixes", INVALID, "[*].prefixRef.name: must be unique"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: r}}, {name: b, prefixRef: {name: s}}, {name: c, prefixRef: {}}, {name: d, prefixRef: {}}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: r}}]}, {name: b, networkRef: {name: o}, prefixes: [{name: b, prefixRef: {name: r}}]}]", Cause(PEERS, INVALID, "[*].prefixes[*].prefixRef.name: must be unique"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: ''}}]}, {name: b, networkRef: {name: o}, prefixes: [{name: b, prefixRef: {name: ''}}]}]"),
    // Two value prefixes: refused by the original, as duplicates.
    Create("spec.incomingPeerings = [{name: N}]", Cause("spec.incomingPeerings", INVALID, "[*].name: a lowercase RFC 1123 subdomain must"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.0.0.0/8}, {name: b, prefix: 11.0.0.0/8}]}]"),
    Create("spec.incomingPeerings = [{name: n, namespace: O}]", Cause("spec.incomingPeerings", INVALID, "[*].namespace: a lowercase RFC 1123 label must"), "spec.incomingPeerings = [{name: n, namespace: o}]"),
    Create("spec.incomingPeerings = [{name: n}, {name: n, uid: u}]", Cause("spec.incomingPeerings", INVALID, "[*]: must be unique"), "spec.incomingPeerings = [{name: n}, {name: n, namespace: o}]"),
    Create("spec.incomingPeerings = [{name: n, namespace: o}, {name: n, namespace: o}]", Cause("spec.incomingPeerings", INVALID, "[*]: must be unique"), "spec -"),
];

#[rustfmt::skip]
pub(crate) const CHANGES: &[Update] = &[
    Update("spec.providerID = a", "spec.providerID = b", Some(Cause("spec.providerID", FORBIDDEN, "field cannot be modified once set"))),
    Update("spec.providerID = a", "spec.providerID -", Some(Cause("spec.providerID", FORBIDDEN, "field cannot be cleared once set"))),
    Update("spec.providerID = a", "spec -", Some(Cause("spec.providerID", FORBIDDEN, "field cannot be cleared once set"))),
    Update("spec -", "spec.providerID = a", None),
    Update("spec.peerings = [{name: a, networkRef: {name: n}}]", "spec.peerings.0.networkRef.name = o", None),
    Update("spec.peerings = [{name: a, networkRef: {name: n}}]", "spec.peerings -", None),
    Update("spec.incomingPeerings = [{name: n}]", "spec.incomingPeerings -; spec.providerID = a", None),
];

#[tokio::test]
async fn refused() {
    creates("Network", REFUSED).await;
}

#[tokio::test]
async fn changes() {
    updates("Network", CHANGES).await;
}
