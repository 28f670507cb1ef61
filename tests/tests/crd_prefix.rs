// SPDX-License-Identifier: Apache-2.0

//! Prefix: what its definition refuses, and what may be changed.

use crate::support::case::*;

#[rustfmt::skip]
pub(crate) const REFUSED: &[Create] = &[
    Create("spec.ipFamily = IP", Cause("spec.ipFamily", INVALID, "\"IP\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamily = IPv4"),
    Create("spec = {parentRef: {name: a}, prefixLength: 24}", Cause("spec.ipFamily", REQUIRED, "must be specified when `prefix` is not specified"), "spec = {parentRef: {name: a}, prefixLength: 24, ipFamily: IPv4}"),
    Create("spec = {parentRef: {name: a}, prefixLength: 24, ipFamily: ''}", Cause("spec.ipFamily", REQUIRED, "must be specified when `prefix` is not specified"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/24, ipFamily: ''}"),
    Create("spec.ipFamily = IPv6", Cause("spec.prefix", INVALID, "must be of the family in `ipFamily`"), "spec.ipFamily = IPv6; spec.prefix = 'fd00::/8'"),
    Create("spec.prefix = 10.0.0.0", Cause("spec.prefix", INVALID, "\"10.0.0.0\": must be a valid CIDR value"), "spec.prefix = 10.0.0.0/32"),
    Create("spec.prefix = 10.1.0.0/8", Cause("spec.prefix", INVALID, "\"10.1.0.0/8\": must not have bits set beyond the prefix length"), "spec.prefix = 10.1.0.0/16"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 33}", Cause("spec.prefixLength", INVALID, "must be less than or equal to 32 for IPv4, 128 for IPv6"), "spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 33}"),
    Create("spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 129}", Cause("spec.prefixLength", INVALID, "must be less than or equal to 32 for IPv4, 128 for IPv6"), "spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 128}"),
    Create("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: -1}", Cause("spec.prefixLength", INVALID, "should be greater than or equal to 0"), "spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 0}"),
    Create("spec = {ipFamily: IPv4}", Cause("spec.prefix", REQUIRED, "must be specified when neither `parentRef` nor `parentSelector` is specified"), "spec = {ipFamily: IPv4, prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentRef: {}}", Cause("spec.prefix", REQUIRED, "specified when neither `parentRef` nor `parentSelector` is specified"), "spec = {parentRef: {}, prefix: 10.0.0.0/8}"),
    Create("spec.prefixLength = 8", Cause("spec.prefixLength", FORBIDDEN, "may not be specified when neither `parentRef` nor `parentSelector` is specified"), "spec.prefixLength = 0"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}}", Cause("spec.prefixLength", REQUIRED, "must be specified when `prefix` is not specified"), "spec = {ipFamily: IPv4, parentRef: {name: a}, prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentSelector: {}, prefixLength: 0}", Cause("spec.prefixLength", REQUIRED, "must be specified when `prefix` is not specified"), "spec = {ipFamily: IPv4, parentSelector: {}, prefixLength: 8}"),
    Create("spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 9}", Cause("spec.prefixLength", INVALID, "must be the length of `prefix`"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 8}"),
    Create("spec.parentRef.name = A", Cause("spec.parentRef.name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.parentRef.name = a.b"),
    Create("spec.parentSelector.matchExpressions = [{operator: Exists}]", Cause("spec.parentSelector.matchExpressions[0].key", REQUIRED, "Required value"), "spec.parentSelector.matchExpressions = [{key: a, operator: Exists}]"),
];

const CHILD: &str =
    "spec = {ipFamily: IPv4, parentSelector: {matchLabels: {a: b}}, prefixLength: 24}";
const NAMED_CHILD: &str = "spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 24}";

#[rustfmt::skip]
pub(crate) const CHANGES: &[Update] = &[
    Update("", "spec.prefix = 10.0.0.0/9", Some(Cause("spec.prefix", FORBIDDEN, "field cannot be modified once set"))),
    Update("spec.prefix = '2001:DB8::/32'", "spec.prefix = '2001:db8:0::/32'", None),
    Update("", "spec.ipFamily = IPv4", None),
    Update("spec.ipFamily = IPv4", "spec.ipFamily -", Some(Cause("spec.ipFamily", FORBIDDEN, "field is immutable"))),
    Update(CHILD, "spec.ipFamily = IPv6", Some(Cause("spec.ipFamily", FORBIDDEN, "field is immutable"))),
    Update(CHILD, "spec.prefix = 10.0.0.0/24; spec.parentRef.name = a", None),
    Update(CHILD, "spec.parentRef.name = a", None),
    Update(CHILD, "spec.prefixLength = 25", Some(Cause("spec.prefixLength", FORBIDDEN, "field cannot be modified once set"))),
    Update(CHILD, "spec.parentSelector.matchLabels.a = c", Some(Cause("spec.parentSelector", FORBIDDEN, "field is immutable"))),
    Update(CHILD, "spec.parentSelector -; spec.parentRef.name = a", Some(Cause("spec.parentSelector", FORBIDDEN, "field is immutable"))),
    Update(NAMED_CHILD, "spec.parentRef.name = b", Some(Cause("spec.parentRef", FORBIDDEN, "field cannot be modified once set"))),
    Update(NAMED_CHILD, "spec.parentSelector = {}", Some(Cause("spec.parentSelector", FORBIDDEN, "field is immutable"))),
    Update(NAMED_CHILD, "spec.prefix = 10.0.0.0/24", None),
    Update("", "spec.parentRef.name = a", Some(Cause("spec.parentRef", FORBIDDEN, "field cannot be set once created"))),
    Update("spec.parentRef = {}", "spec.parentRef -", None),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}}", "spec.prefixLength = 8", None),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 8}", "spec.prefixLength -", Some(Cause("spec.prefixLength", FORBIDDEN, "field cannot be cleared once set"))),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 8}", "spec.prefix -; spec.ipFamily = IPv4", Some(Cause("spec.prefix", FORBIDDEN, "field cannot be cleared once set"))),
    Update("", "metadata.labels.a = b", None),
];

#[tokio::test]
async fn refused() {
    creates("Prefix", REFUSED).await;
}

#[tokio::test]
async fn changes() {
    updates("Prefix", CHANGES).await;
}
