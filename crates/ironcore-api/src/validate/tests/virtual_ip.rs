// SPDX-License-Identifier: Apache-2.0

//! VirtualIP.

use super::{Cause, Create, Table, Update};
use crate::field::FaultReason::{Forbidden, Invalid, NotSupported, Required, TooLong};

pub(super) const TABLE: Table = ("VirtualIP", &[REFUSED], CHANGES);

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("spec = null", Cause("spec", Required, "must be specified"), ""),
    Create("spec.type = Private", Cause("spec.type", NotSupported, "\"Private\": supported values: \"Public\""), "spec.type = Public"),
    Create("spec.type -", Cause("spec.type", Required, "must be specified"), ""),
    Create("spec.type = ''", Cause("spec.type", NotSupported, "\"\": supported values: \"Public\""), ""),
    Create("spec.ipFamily = IPv7", Cause("spec.ipFamily", NotSupported, "\"IPv7\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamily = IPv6"),
    Create("spec.ipFamily = null", Cause("spec.ipFamily", Required, "must be specified"), ""),
    Create("spec.ipFamily = 33*I", Cause("spec.ipFamily", TooLong, "32 bytes"), ""),
    Create("spec.targetRef.name = A", Cause("spec.targetRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.targetRef = {name: a.b, uid: u}"),
    Create("spec.targetRef.uid = 65*u", Cause("spec.targetRef.uid", TooLong, "64 bytes"), "spec.targetRef = {name: ''}"),
    Create("metadata.name = a.b", Cause("metadata.name", Invalid, "\"a.b\": a lowercase RFC 1123 label must consist of"), "metadata.name = a-b"),
    Create("metadata.name = 64*a", Cause("metadata.name", Invalid, "must be no more than 63 characters"), "metadata.name = 63*a"),
    Create("metadata.name = A", Cause("metadata.name", Invalid, "a lowercase RFC 1123 label must"), "metadata.name -; metadata.generateName = a."),
];

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("", "spec.ipFamily = IPv6", Some(Cause("spec.ipFamily", Forbidden, "field is immutable"))),
    Update("", "spec.ipFamily -", Some(Cause("spec.ipFamily", Required, "must be specified"))),
    Update("", "spec.targetRef = {name: a, uid: u}", None),
    Update("spec.targetRef = {name: a, uid: u}", "spec.targetRef = {name: b, uid: u}", None),
    Update("spec.targetRef = {name: a, uid: u}", "spec.targetRef -", None),
    Update("spec.targetRef = {name: a, uid: u}", "spec.targetRef = {}", None),
    Update("", "metadata.labels.a = b", None),
];

#[test]
fn another_type_is_a_change_as_well() {
    let old = super::changed("VirtualIP", "spec.type = Private");
    let new = super::changed("VirtualIP", "");
    let faults = super::judge("VirtualIP", &new, Some(&old)).faults;
    let cause = Cause("spec.type", Forbidden, "field is immutable");
    assert_eq!(super::otherwise("type", &faults, Some(&cause)), None);
}
