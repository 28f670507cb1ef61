// SPDX-License-Identifier: Apache-2.0

//! Prefix.

use super::{Cause, Create, Table, Update};
use crate::field::FaultReason::{Forbidden, Invalid, NotSupported, Required, TooLong};

pub(super) const TABLE: Table = ("Prefix", &[REFUSED], CHANGES);

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("spec -", Cause("spec", Required, "Required value: must be specified"), ""),
    Create("spec.ipFamily = IP", Cause("spec.ipFamily", NotSupported, "Unsupported value: \"IP\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamily = IPv4"),
    Create("spec = {parentRef: {name: a}, prefixLength: 24}", Cause("spec.ipFamily", Required, "must be specified when `prefix` is not specified"), "spec = {parentRef: {name: a}, prefixLength: 24, ipFamily: IPv4}"),
    Create("spec = {parentRef: {name: a}, prefixLength: 24, ipFamily: ''}", Cause("spec.ipFamily", Required, "must be specified"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/24, ipFamily: ''}"),
    Create("spec.ipFamily = IPv6", Cause("spec.prefix", Invalid, "Invalid value: \"10.0.0.0/8\": must be of the family in `ipFamily`"), "spec.ipFamily = IPv6; spec.prefix = 'fd00::/8'"),
    Create("spec.prefix = 10.0.0.0", Cause("spec.prefix", Invalid, "\"10.0.0.0\": must be a valid CIDR value"), "spec.prefix = 10.0.0.0/32"),
    Create("spec.prefix = ''", Cause("spec.prefix", Invalid, "\"\": must be a valid CIDR value"), ""),
    Create("spec.prefix = 10.1.0.0/8", Cause("spec.prefix", Invalid, "\"10.1.0.0/8\": must not have bits set beyond the prefix length"), "spec.prefix = 10.1.0.0/16"),
    Create("spec.prefix = 'fe80::%eth0/64'", Cause("spec.prefix", Invalid, "must be a valid CIDR value"), "spec.prefix = 'fe80::/64'"),
    Create("spec.prefix = 65*1", Cause("spec.prefix", TooLong, "Too long: may not be more than 64 bytes"), ""),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 33}", Cause("spec.prefixLength", Invalid, "33: must be less than or equal to 32 for IPv4, 128 for IPv6"), "spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 33}"),
    Create("spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 129}", Cause("spec.prefixLength", Invalid, "129: must be less than or equal to 32 for IPv4, 128 for IPv6"), "spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 128}"),
    Create("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: -1}", Cause("spec.prefixLength", Invalid, "-1: must be greater than or equal to 0"), "spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 0}"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: -1}", Cause("spec.prefixLength", Invalid, "-1: must be greater than or equal to 0"), "spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 1}"),
    Create("spec = {ipFamily: IPv4}", Cause("spec.prefix", Required, "must be specified when neither `parentRef` nor `parentSelector` is specified"), "spec = {ipFamily: IPv4, prefix: 10.0.0.0/8}"),
    Create("spec = {}", Cause("spec.prefix", Required, "specified when neither `parentRef` nor `parentSelector` is specified"), "spec = {prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentRef: {}}", Cause("spec.prefix", Required, "specified when neither `parentRef` nor `parentSelector` is specified"), "spec = {parentRef: {}, prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: ''}, parentSelector: null}", Cause("spec.prefix", Required, "specified when neither `parentRef` nor `parentSelector` is specified"), "spec = {ipFamily: IPv4, prefixLength: 8, parentSelector: {}}"),
    Create("spec.prefixLength = 8", Cause("spec.prefixLength", Forbidden, "may not be specified when neither `parentRef` nor `parentSelector` is specified"), "spec.prefixLength = 0"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}}", Cause("spec.prefixLength", Required, "must be specified when `prefix` is not specified"), "spec = {ipFamily: IPv4, parentRef: {name: a}, prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentSelector: {}, prefixLength: 0}", Cause("spec.prefixLength", Required, "must be specified when `prefix` is not specified"), "spec = {ipFamily: IPv4, parentSelector: {}, prefixLength: 8}"),
    Create("spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 9}", Cause("spec.prefixLength", Invalid, "9: must be the length of `prefix`"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 8}"),
    Create("spec.parentRef.name = A", Cause("spec.parentRef.name", Invalid, "\"A\": a lowercase RFC 1123 subdomain must consist of"), "spec.parentRef.name = a.b"),
    Create("spec.parentRef.name = 254*a", Cause("spec.parentRef.name", TooLong, "253"), "spec.parentRef.name = 253*a"),
    Create("spec.parentSelector.matchExpressions = [{operator: Exists}]", Cause("spec.parentSelector.matchExpressions[0].key", Required, "must be specified"), "spec.parentSelector.matchExpressions = [{key: a, operator: Exists}]"),
    Create("spec.parentSelector.matchExpressions = [{key: a}]", Cause("spec.parentSelector.matchExpressions[0].operator", Required, "must be specified"), "spec.parentSelector = {matchLabels: null, matchExpressions: null}"),
    Create("spec.parentSelector.matchLabels.a = '!'", Cause("spec.parentSelector.matchLabels", Invalid, "Invalid value: \"!\": a valid label must be an empty string or consist of"), "spec.parentSelector.matchLabels.a = ''"),
    Create("spec.parentSelector.matchLabels = {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaa/!!: c}", Cause("spec.parentSelector.matchLabels", Invalid, "name part must consist of"),
        "spec.parentSelector.matchLabels = {aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaa/n: c}"),
    Create("spec.parentSelector.matchLabels = {a b: c}", Cause("spec.parentSelector.matchLabels", Invalid, "Invalid value: \"a b\": name part must consist of"), "spec.parentSelector.matchLabels = {example.com/a_b: c}"),
    Create("spec.parentSelector.matchExpressions = [{key: a b, operator: Exists}]", Cause("spec.parentSelector.matchExpressions[0].key", Invalid, "Invalid value: \"a b\": name part must consist of"), "spec.parentSelector.matchExpressions = [{key: a/b, operator: Exists}]"),
    Create("spec.parentSelector.matchExpressions = [{key: a, operator: Foo}]", Cause("spec.parentSelector.matchExpressions[0].operator", Invalid, "Invalid value: \"Foo\": not a valid selector operator"), "spec.parentSelector.matchExpressions = [{key: a, operator: DoesNotExist}]"),
    Create("spec.parentSelector.matchExpressions = [{key: a, operator: NotIn}]", Cause("spec.parentSelector.matchExpressions[0].values", Required, "must be specified when `operator` is 'In' or 'NotIn'"), "spec.parentSelector.matchExpressions = [{key: a, operator: NotIn, values: ['']}]"),
    Create("spec.parentSelector.matchExpressions = [{key: a, operator: Exists, values: [b]}]", Cause("spec.parentSelector.matchExpressions[0].values", Forbidden, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"), ""),
    Create("spec.parentSelector.matchExpressions = [{key: a, operator: In, values: [b, '!']}]", Cause("spec.parentSelector.matchExpressions[0].values[1]", Invalid, "Invalid value: \"!\": a valid label must be"), ""),
    Create("spec.parentSelector.matchLabels.a = 64*b", Cause("spec.parentSelector.matchLabels.a", TooLong, "63"), "spec.parentSelector.matchLabels.a = 63*b"),
    Create("spec.parentSelector.matchExpressions = [{key: a, operator: In, values: [b]}]; spec.parentSelector.matchExpressions.0.values.0 = 64*b", Cause("spec.parentSelector.matchExpressions[0].values[0]", TooLong, "63"),
        "spec.parentSelector.matchExpressions = [{key: a, operator: In, values: [b]}]; spec.parentSelector.matchExpressions.0.values.0 = 63*b"),
];

const CHILD: &str =
    "spec = {ipFamily: IPv4, parentSelector: {matchLabels: {a: b}}, prefixLength: 24}";
const NAMED_CHILD: &str = "spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 24}";

#[rustfmt::skip]
const CHANGES: &[Update] = &[
    Update("", "spec.prefix = 10.0.0.0/9", Some(Cause("spec.prefix", Forbidden, "field cannot be modified once set"))),
    Update("spec.prefix = '2001:DB8::/32'", "spec.prefix = '2001:db8:0::/32'", None),
    Update("", "spec.ipFamily = IPv4", None),
    Update("spec.ipFamily = IPv4", "spec.ipFamily -", Some(Cause("spec.ipFamily", Forbidden, "field is immutable"))),
    Update("spec.ipFamily = ''", "spec.ipFamily -", None),
    Update(CHILD, "spec.ipFamily = IPv6", Some(Cause("spec.ipFamily", Forbidden, "field is immutable"))),
    Update(CHILD, "spec.prefix = 10.0.0.0/24; spec.parentRef.name = a", None),
    Update(CHILD, "spec.parentRef.name = a", None),
    Update(CHILD, "spec.parentRef = {}", None),
    Update(CHILD, "spec.prefixLength = 25", Some(Cause("spec.prefixLength", Forbidden, "field cannot be modified once set"))),
    Update(CHILD, "spec.parentSelector.matchLabels.a = c", Some(Cause("spec.parentSelector", Forbidden, "field is immutable"))),
    Update(CHILD, "spec.parentSelector.matchExpressions = null", None),
    Update(CHILD, "spec.parentSelector -; spec.parentRef.name = a", Some(Cause("spec.parentSelector", Forbidden, "field is immutable"))),
    Update(NAMED_CHILD, "spec.parentRef.name = b", Some(Cause("spec.parentRef", Forbidden, "field cannot be modified once set"))),
    Update(NAMED_CHILD, "spec.parentSelector = {}", Some(Cause("spec.parentSelector", Forbidden, "field is immutable"))),
    Update(NAMED_CHILD, "spec.prefix = 10.0.0.0/24", None),
    Update("", "spec.parentRef.name = a", Some(Cause("spec.parentRef", Forbidden, "field cannot be set once created"))),
    Update("spec.parentRef = {}", "spec.parentRef -", None),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}}", "spec.prefixLength = 8", None),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 8}", "spec.prefixLength -", Some(Cause("spec.prefixLength", Forbidden, "field cannot be cleared once set"))),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 8}", "spec.prefix -; spec.ipFamily = IPv4", Some(Cause("spec.prefix", Forbidden, "field cannot be cleared once set"))),
    Update("", "metadata.labels.a = b", None),
];
