// SPDX-License-Identifier: Apache-2.0

//! Network.

use super::{Cause, Create, Table, Update};
use crate::field::FaultReason::{Duplicate, Forbidden, Invalid, Required, TooLong};

pub(super) const TABLE: Table = (
    "Network",
    &[REFUSED, PEERS_REFUSED, INCOMING_REFUSED],
    CHANGES,
);

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("spec.providerID = 2049*p", Cause("spec.providerID", TooLong, "may not be more than 2048 bytes"), "spec.providerID = 2048*ü"),
    Create("spec.peerings = [{name: A, networkRef: {name: n}}]", Cause("spec.peerings[0].name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.peerings = [{name: a.b, networkRef: {name: n}}]"),
    Create("spec.peerings = [{networkRef: {name: n}}]", Cause("spec.peerings[0].name", Required, "must be specified"), "spec = null"),
    Create("spec.peerings = [{name: '', networkRef: {name: n}}]", Cause("spec.peerings[0].name", Required, "must be specified"), "spec.peerings = null"),
    Create("spec.peerings = [{name: a, networkRef: {name: N}}]", Cause("spec.peerings[0].networkRef.name", Invalid, "\"N\": a lowercase RFC 1123 subdomain must consist of"), "spec.peerings = [{name: a, networkRef: {name: n.o}}]"),
    Create("spec.peerings = [{name: a, networkRef: {}}]", Cause("spec.peerings[0].networkRef.name", Required, "must be specified"), "spec.peerings = []"),
    Create("spec.peerings = [{name: a}]", Cause("spec.peerings[0].networkRef.name", Required, "must be specified"), ""),
    Create("spec.peerings = [{name: a, networkRef: {name: n, namespace: o.p}}]", Cause("spec.peerings[0].networkRef.namespace", Invalid, "\"o.p\": a lowercase RFC 1123 label must consist of"), "spec.peerings = [{name: a, networkRef: {name: n, namespace: o-p}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: A}]}]", Cause("spec.peerings[0].prefixes[0].name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a.b}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{prefix: 10.0.0.0/8}]}]", Cause("spec.peerings[0].prefixes[0].name", Required, "must be specified"), ""),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.0.0.0}]}]", Cause("spec.peerings[0].prefixes[0].prefix", Invalid, "must be a valid CIDR value"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.0.0.0/8}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.1.0.0/8}]}]", Cause("spec.peerings[0].prefixes[0].prefix", Invalid, "must not have bits set beyond the prefix length"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 'fd00::/8'}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: A}}]}]", Cause("spec.peerings[0].prefixes[0].prefixRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: a.b}}]}]"),
];

#[rustfmt::skip]
const PEERS_REFUSED: &[Create] = &[
    Create("spec.peerings = [{name: a, networkRef: {name: n}}, {name: a, networkRef: {name: o}}]", Cause("spec.peerings[1].name", Duplicate, "Duplicate value: \"a\""),
        "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: o}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n}}]", Cause("spec.peerings[1].networkRef", Duplicate, "\"n\""),
        "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n, namespace: o}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n, namespace: o}}, {name: b, networkRef: {name: n, namespace: o}}]", Cause("spec.peerings[1].networkRef", Duplicate, "\"o/n\""),
        "spec.peerings = [{name: a, networkRef: {name: n, namespace: o}}, {name: b, networkRef: {name: n, namespace: p}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n, namespace: default}}]", Cause("spec.peerings[1].networkRef", Duplicate, "\"default/n\""),
        "spec.peerings = [{name: a, networkRef: {name: n}}, {name: b, networkRef: {name: n, namespace: other}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}, {name: a}]}]", Cause("spec.peerings[0].prefixes[1].name", Duplicate, "\"a\""),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}, {name: b}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}]}, {name: b, networkRef: {name: o}, prefixes: [{name: c}, {name: a}]}]", Cause("spec.peerings[1].prefixes[1].name", Duplicate, "\"a\""),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a}]}, {name: b, networkRef: {name: o}, prefixes: [{name: b}]}, {name: c, networkRef: {name: p}}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: r}}, {name: b, prefixRef: {name: r}}]}]", Cause("spec.peerings[0].prefixes[1].prefixRef.name", Duplicate, "\"r\""),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: r}}, {name: b, prefixRef: {name: s}}, {name: c, prefixRef: {}}, {name: d, prefixRef: {}}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: r}}]}, {name: b, networkRef: {name: o}, prefixes: [{name: b, prefixRef: {name: r}}]}]", Cause("spec.peerings[1].prefixes[0].prefixRef.name", Duplicate, "\"r\""),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefixRef: {name: ''}}]}, {name: b, networkRef: {name: o}, prefixes: [{name: b, prefixRef: {name: ''}}]}]"),
    // Two value prefixes are no duplicates, as they are to the original.
    Create("spec.peerings = [{name: a, networkRef: {name: x}}]", Cause("spec.peerings[0].networkRef", Forbidden, "may not be the network itself"),
        "spec.peerings = [{name: a, networkRef: {name: n}, prefixes: [{name: a, prefix: 10.0.0.0/8}, {name: b, prefix: 11.0.0.0/8}]}]"),
    Create("spec.peerings = [{name: a, networkRef: {name: x, namespace: default}}]", Cause("spec.peerings[0].networkRef", Forbidden, "the network itself"), "spec.peerings = [{name: a, networkRef: {name: x, namespace: other}}]"),
];

#[rustfmt::skip]
const INCOMING_REFUSED: &[Create] = &[
    Create("spec.incomingPeerings = [{name: N}]", Cause("spec.incomingPeerings[0].name", Invalid, "\"N\": a lowercase RFC 1123 subdomain must consist of"), "spec.incomingPeerings = [{name: n.o}]"),
    Create("spec.incomingPeerings = [{namespace: n}]", Cause("spec.incomingPeerings[0].name", Required, "must be specified"), "spec.incomingPeerings = null"),
    Create("spec.incomingPeerings = [{name: n, namespace: O}]", Cause("spec.incomingPeerings[0].namespace", Invalid, "\"O\": a lowercase RFC 1123 label must consist of"), "spec.incomingPeerings = [{name: n, namespace: o}]"),
    Create("spec.incomingPeerings = [{name: n}]; spec.incomingPeerings.0.uid = 65*u", Cause("spec.incomingPeerings[0].uid", TooLong, "64"), "spec.incomingPeerings = [{name: n, uid: u}]"),
    Create("spec.incomingPeerings = [{name: n}, {name: n, uid: u}]", Cause("spec.incomingPeerings[1]", Duplicate, "\"n\""), "spec.incomingPeerings = [{name: n}, {name: n, namespace: o}]"),
    Create("spec.incomingPeerings = [{name: n, namespace: o}, {name: n, namespace: o}]", Cause("spec.incomingPeerings[1]", Duplicate, "\"o/n\""), "spec -"),
    Create("spec.incomingPeerings = [{name: x}]", Cause("spec.incomingPeerings[0]", Forbidden, "the network itself"), "metadata.name -; metadata.generateName = x; spec.incomingPeerings = [{name: x}]"),
];

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("spec.providerID = a", "spec.providerID = b", Some(Cause("spec.providerID", Forbidden, "field cannot be modified once set"))),
    Update("spec.providerID = a", "spec.providerID -", Some(Cause("spec.providerID", Forbidden, "field cannot be cleared once set"))),
    Update("spec.providerID = a", "spec.providerID = ''", Some(Cause("spec.providerID", Forbidden, "field cannot be cleared once set"))),
    Update("spec.providerID = a", "spec -", Some(Cause("spec.providerID", Forbidden, "field cannot be cleared once set"))),
    Update("spec -", "spec.providerID = a", None),
    Update("spec.providerID = ''", "spec.providerID = a", None),
    Update("spec.peerings = [{name: a, networkRef: {name: n}}]", "spec.peerings.0.networkRef.name = o", None),
    Update("spec.peerings = [{name: a, networkRef: {name: n}}]", "spec.peerings -", None),
    Update("spec.incomingPeerings = [{name: n}]", "spec.incomingPeerings -; spec.providerID = a", None),
];
