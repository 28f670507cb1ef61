//! Prefix.

use super::{Cause, Create, Table, Update};
use crate::field::FaultReason::{Forbidden, Invalid, NotSupported, Required, TooLong};

pub(super) const TABLE: Table = ("Prefix", &[REFUSED], CHANGES);

#[rustfmt::skip]
const REFUSED: &[Create] = &[
    Create("spec -", Cause("spec", Required, "Required value: a spec is needed"), ""),
    Create("spec.ipFamily = IP", Cause("spec.ipFamily", NotSupported, "Unsupported value: \"IP\": supported values: \"IPv4\", \"IPv6\""), "spec.ipFamily = IPv4"),
    Create("spec = {parentRef: {name: a}, prefixLength: 24}", Cause("spec.ipFamily", Required, "IPv4 or IPv6 is needed when there is no prefix"), "spec = {parentRef: {name: a}, prefixLength: 24, ipFamily: IPv4}"),
    Create("spec = {parentRef: {name: a}, prefixLength: 24, ipFamily: ''}", Cause("spec.ipFamily", Required, "IPv4 or IPv6 is needed"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/24, ipFamily: ''}"),
    Create("spec.ipFamily = IPv6", Cause("spec.prefix", Invalid, "Invalid value: \"10.0.0.0/8\": is not of family IPv6"), "spec.ipFamily = IPv6; spec.prefix = 'fd00::/8'"),
    Create("spec.prefix = 10.0.0.0", Cause("spec.prefix", Invalid, "\"10.0.0.0\": is no IPv4 or IPv6 prefix (address/length)"), "spec.prefix = 10.0.0.0/32"),
    Create("spec.prefix = ''", Cause("spec.prefix", Invalid, "\"\": is no IPv4 or IPv6 prefix"), ""),
    Create("spec.prefix = 10.1.0.0/8", Cause("spec.prefix", Invalid, "\"10.1.0.0/8\": has host bits set: its network is 10.0.0.0/8"), "spec.prefix = 10.1.0.0/16"),
    Create("spec.prefix = 'fe80::%eth0/64'", Cause("spec.prefix", Invalid, "is no IPv4 or IPv6 prefix"), "spec.prefix = 'fe80::/64'"),
    Create("spec.prefix = 65*1", Cause("spec.prefix", TooLong, "Too long: may not be more than 64 characters"), ""),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 33}", Cause("spec.prefixLength", Invalid, "33: is more than the family allows: at most 32 for IPv4, 128 for IPv6"), "spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 33}"),
    Create("spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 129}", Cause("spec.prefixLength", Invalid, "129: is more than the family allows"), "spec = {ipFamily: IPv6, parentRef: {name: a}, prefixLength: 128}"),
    Create("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: -1}", Cause("spec.prefixLength", Invalid, "-1: must be greater than or equal to 0"), "spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 0}"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: -1}", Cause("spec.prefixLength", Invalid, "-1: must be greater than or equal to 0"), "spec = {ipFamily: IPv4, parentRef: {name: a}, prefixLength: 1}"),
    Create("spec = {ipFamily: IPv4}", Cause("spec.prefix", Required, "a root prefix (no parentRef, no parentSelector) needs a prefix"), "spec = {ipFamily: IPv4, prefix: 10.0.0.0/8}"),
    Create("spec = {}", Cause("spec.prefix", Required, "a root prefix"), "spec = {prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentRef: {}}", Cause("spec.prefix", Required, "a root prefix"), "spec = {parentRef: {}, prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: ''}, parentSelector: null}", Cause("spec.prefix", Required, "a root prefix"), "spec = {ipFamily: IPv4, prefixLength: 8, parentSelector: {}}"),
    Create("spec.prefixLength = 8", Cause("spec.prefixLength", Forbidden, "a root prefix (no parentRef, no parentSelector) has the length of its prefix"), "spec.prefixLength = 0"),
    Create("spec = {ipFamily: IPv4, parentRef: {name: a}}", Cause("spec.prefixLength", Required, "a prefix with a parent needs a prefix or a prefixLength"), "spec = {ipFamily: IPv4, parentRef: {name: a}, prefix: 10.0.0.0/8}"),
    Create("spec = {ipFamily: IPv4, parentSelector: {}, prefixLength: 0}", Cause("spec.prefixLength", Required, "needs a prefix or a prefixLength"), "spec = {ipFamily: IPv4, parentSelector: {}, prefixLength: 8}"),
    Create("spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 9}", Cause("spec.prefixLength", Invalid, "9: does not agree with prefix 10.0.0.0/8"), "spec = {parentRef: {name: a}, prefix: 10.0.0.0/8, prefixLength: 8}"),
    Create("spec.parentRef.name = A", Cause("spec.parentRef.name", Invalid, "\"A\": is no DNS subdomain: lower case letters"), "spec.parentRef.name = a.b"),
    Create("spec.parentRef.name = 254*a", Cause("spec.parentRef.name", TooLong, "253"), "spec.parentRef.name = 253*a"),
    Create("spec.parentSelector.matchExpressions = [{operator: Exists}]", Cause("spec.parentSelector.matchExpressions[0].key", Required, "a label's key is needed"), "spec.parentSelector.matchExpressions = [{key: a, operator: Exists}]"),
    Create("spec.parentSelector.matchExpressions = [{key: a}]", Cause("spec.parentSelector.matchExpressions[0].operator", Required, "In, NotIn, Exists or DoesNotExist"), "spec.parentSelector = {matchLabels: null, matchExpressions: null}"),
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
    Update("", "spec.prefix = 10.0.0.0/9", Some(Cause("spec.prefix", Forbidden, "may not be changed once set: it was 10.0.0.0/8"))),
    Update("spec.prefix = '2001:DB8::/32'", "spec.prefix = '2001:db8:0::/32'", None),
    Update("", "spec.ipFamily = IPv4", None),
    Update("spec.ipFamily = IPv4", "spec.ipFamily -", Some(Cause("spec.ipFamily", Forbidden, "may not be changed: it was IPv4"))),
    Update("spec.ipFamily = ''", "spec.ipFamily -", None),
    Update(CHILD, "spec.ipFamily = IPv6", Some(Cause("spec.ipFamily", Forbidden, "may not be changed: it was IPv4"))),
    Update(CHILD, "spec.prefix = 10.0.0.0/24; spec.parentRef.name = a", None),
    Update(CHILD, "spec.parentRef.name = a", None),
    Update(CHILD, "spec.parentRef = {}", None),
    Update(CHILD, "spec.prefixLength = 25", Some(Cause("spec.prefixLength", Forbidden, "may not be changed once set: it was 24"))),
    Update(CHILD, "spec.parentSelector.matchLabels.a = c", Some(Cause("spec.parentSelector", Forbidden, "may not be changed"))),
    Update(CHILD, "spec.parentSelector.matchExpressions = null", None),
    Update(CHILD, "spec.parentSelector -; spec.parentRef.name = a", Some(Cause("spec.parentSelector", Forbidden, "may not be changed"))),
    Update(NAMED_CHILD, "spec.parentRef.name = b", Some(Cause("spec.parentRef", Forbidden, "may not be changed once set: it was a"))),
    Update(NAMED_CHILD, "spec.parentSelector = {}", Some(Cause("spec.parentSelector", Forbidden, "may not be changed"))),
    Update(NAMED_CHILD, "spec.prefix = 10.0.0.0/24", None),
    Update("", "spec.parentRef.name = a", Some(Cause("spec.parentRef", Forbidden, "may not be added without a parentSelector"))),
    Update("spec.parentRef = {}", "spec.parentRef -", None),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}}", "spec.prefixLength = 8", None),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 8}", "spec.prefixLength -", Some(Cause("spec.prefixLength", Forbidden, "may not be changed once set: it was 8"))),
    Update("spec = {prefix: 10.0.0.0/8, parentRef: {name: a}, prefixLength: 8}", "spec.prefix -; spec.ipFamily = IPv4", Some(Cause("spec.prefix", Forbidden, "may not be changed once set: it was 10.0.0.0/8"))),
    Update("", "metadata.labels.a = b", None),
];
