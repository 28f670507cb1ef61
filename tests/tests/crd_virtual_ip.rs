// SPDX-License-Identifier: Apache-2.0

//! VirtualIP: what its definition refuses, and what may be changed.

use crate::support::case::*;

#[rustfmt::skip]
pub(crate) const REFUSED: &[Create] = &[
    Create("spec.type = Private", Cause("spec.type", INVALID, "\"Private\": supported values: \"Public\""), "spec.type = Public"),
    Create("spec.type -", Cause("spec.type", REQUIRED, "Required value"), ""),
    Create("spec.ipFamily = IPv7", Cause("spec.ipFamily", INVALID, "\"IPv7\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamily = IPv6"),
    Create("spec.ipFamily -", Cause("spec.ipFamily", REQUIRED, "Required value"), ""),
    Create("spec.targetRef.name = A", Cause("spec.targetRef.name", INVALID, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.targetRef = {name: a.b, uid: u}"),
    Create("metadata.name = a.b", Cause("metadata.name", INVALID, "\"a.b\": a lowercase RFC 1123 label must consist of"), "metadata.name = a-b"),
];

#[rustfmt::skip]
pub(crate) const CHANGES: &[Update] = &[
    Update("", "spec.ipFamily = IPv6", Some(Cause("spec.ipFamily", FORBIDDEN, "field is immutable"))),
    Update("", "spec.targetRef = {name: a, uid: u}", None),
    Update("spec.targetRef = {name: a, uid: u}", "spec.targetRef = {name: b, uid: u}", None),
    Update("spec.targetRef = {name: a, uid: u}", "spec.targetRef -", None),
    Update("spec.targetRef = {name: a, uid: u}", "spec.targetRef = {}", None),
    Update("", "metadata.labels.a = b", None),
];

#[tokio::test]
async fn refused() {
    creates("VirtualIP", REFUSED).await;
}

#[tokio::test]
async fn changes() {
    updates("VirtualIP", CHANGES).await;
}
