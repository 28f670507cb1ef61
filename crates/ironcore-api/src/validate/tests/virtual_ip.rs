//! VirtualIP.

use super::{Cause, Create, Table, Update};
use crate::field::FaultReason::{Forbidden, Invalid, NotSupported, Required, TooLong};

pub(super) const TABLE: Table = ("VirtualIP", &[REFUSED], CHANGES);

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("spec = null", Cause("spec", Required, "a spec is needed"), ""),
    Create("spec.type = Private", Cause("spec.type", NotSupported, "\"Private\": supported values: \"Public\""), "spec.type = Public"),
    Create("spec.type -", Cause("spec.type", Required, "Public is needed"), ""),
    Create("spec.type = ''", Cause("spec.type", NotSupported, "\"\": supported values: \"Public\""), ""),
    Create("spec.ipFamily = IPv7", Cause("spec.ipFamily", NotSupported, "\"IPv7\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamily = IPv6"),
    Create("spec.ipFamily = null", Cause("spec.ipFamily", Required, "IPv4 or IPv6 is needed"), ""),
    Create("spec.ipFamily = 33*I", Cause("spec.ipFamily", TooLong, "32 characters"), ""),
    Create("spec.targetRef.name = A", Cause("spec.targetRef.name", Invalid, "\"A\": is no DNS subdomain"), "spec.targetRef = {name: a.b, uid: u}"),
    Create("spec.targetRef.uid = 65*u", Cause("spec.targetRef.uid", TooLong, "64 characters"), "spec.targetRef = {name: ''}"),
    Create("metadata.name = a.b", Cause("metadata.name", Invalid, "\"a.b\": is no DNS label: lower case letters"), "metadata.name = a-b"),
    Create("metadata.name = 64*a", Cause("metadata.name", Invalid, "at most 63"), "metadata.name = 63*a"),
    Create("metadata.name = A", Cause("metadata.name", Invalid, "is no DNS label"), "metadata.name -; metadata.generateName = a."),
];

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("", "spec.ipFamily = IPv6", Some(Cause("spec.ipFamily", Forbidden, "may not be changed: it was IPv4"))),
    Update("", "spec.ipFamily -", Some(Cause("spec.ipFamily", Required, "IPv4 or IPv6 is needed"))),
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
    let cause = Cause("spec.type", Forbidden, "may not be changed: it was Private");
    assert_eq!(super::otherwise("type", &faults, Some(&cause)), None);
}
