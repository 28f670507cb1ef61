// SPDX-License-Identifier: Apache-2.0

//! What a refusal says: one table, which the definitions' rules (`schema/`) and the webhook's (`validate/`) both read, so that
//! a user reads the same from either.
//!
//! Where Kubernetes has words for a case, these are they (apimachinery, `util/validation` and `api/validate`). The other
//! details are in the same manner: "must …", "may not …".

macro_rules! label_regex {
    () => {
        "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
    };
}

macro_rules! subdomain_regex {
    () => {
        concat!(label_regex!(), r"(\.", label_regex!(), ")*")
    };
}

/// Not an address.
pub(crate) const IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
/// An address but for zeros before its numbers.
pub(crate) const IP_ZEROS: &str = "must not have leading 0s";
/// `::ffff:10.0.0.1`
pub(crate) const IP_MAPPED: &str = "must not be an IPv4-mapped IPv6 address";
/// Not a prefix.
pub(crate) const CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
/// A prefix but for zeros before its numbers.
pub(crate) const CIDR_ZEROS: &str = "must not have leading 0s in IP or prefix length";
/// `::ffff:10.0.0.0/104`
pub(crate) const CIDR_MAPPED: &str = "must not have an IPv4-mapped IPv6 address";
/// Host bits.
pub(crate) const CIDR_BITS: &str = "must not have bits set beyond the prefix length";

/// A field that never changes.
pub(crate) const IMMUTABLE: &str = "field is immutable";
/// Another value for a field that is set once.
pub(crate) const NOT_MODIFIED: &str = "field cannot be modified once set";
/// No value any more for a field that is set once.
pub(crate) const NOT_CLEARED: &str = "field cannot be cleared once set";
/// A value for a field that is set at creation, or never.
pub(crate) const NOT_SET: &str = "field cannot be set once created";

/// No value for a field that needs one.
pub(crate) const SPECIFIED: &str = "must be specified";
/// The value of another entry. (The webhook says it by its reason, `Duplicate value`.)
pub(crate) const UNIQUE: &str = "must be unique";

/// A name that an object has, or part of one.
pub(crate) const SUBDOMAIN: &str = concat!(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end \
     with an alphanumeric character (e.g. 'example.com', regex used for validation is '",
    subdomain_regex!(),
    "')"
);
/// What [`SUBDOMAIN`] is validated by.
pub(crate) const SUBDOMAIN_REGEX: &str = concat!("^", subdomain_regex!(), "$");
/// As [`SUBDOMAIN`], without dots.
pub(crate) const LABEL: &str = concat!(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
     alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '",
    label_regex!(),
    "')"
);
/// What [`LABEL`] is validated by.
pub(crate) const LABEL_REGEX: &str = concat!("^", label_regex!(), "$");
/// Characters of a label.
pub(crate) const LABEL_MOST: usize = 63;
/// A label of more than [`LABEL_MOST`] characters.
pub(crate) const LABEL_LONG: &str = "must be no more than 63 characters";
/// Characters of a subdomain.
pub(crate) const SUBDOMAIN_MOST: usize = 253;
/// A subdomain of more than [`SUBDOMAIN_MOST`] characters.
pub(crate) const SUBDOMAIN_LONG: &str = "must be no more than 253 characters";
/// The name in the template of an object that is named by the controller.
pub(crate) const NAMELESS: &str = "may not be specified: the controller sets it";

/// The device of a volume.
pub(crate) const DEVICE: &str = "must be a device name (e.g. 'oda' or 'odaa', regex used for validation is '[a-z]d[a-z][a-z]?')";
/// What [`DEVICE`] is validated by.
pub(crate) const DEVICE_REGEX: &str = "^[a-z]d[a-z][a-z]?$";
/// The size of a disk.
pub(crate) const SIZE: &str = "must be a quantity greater than or equal to 0, (e.g. 10Gi)";
/// The removal of a volume.
pub(crate) const IMAGE_KEPT: &str = "may not remove a volume that has a `localDisk.image`";

/// No family, and no address to infer it from.
pub(crate) const FAMILIES_WITHOUT_IPS: &str = "must be specified when `ips` is empty";
/// No family, and an entry that does not say its own.
pub(crate) const FAMILIES_NOT_INFERRED: &str =
    "must be specified when an entry of `ips` is a template without `ipFamily` and `prefix`";
/// Lists that differ in length.
pub(crate) const IP_FOR_EACH_FAMILY: &str =
    "must have one item for each item of `ipFamilies`, in the same order";
/// Two addresses of one family, where no families are given.
pub(crate) const IPS_OF_ONE_FAMILY: &str = "must not be of the family of `ips[0]`";

/// A prefix that stands alone.
pub(crate) const ROOT_PREFIX: &str =
    "must be specified when neither `parentRef` nor `parentSelector` is specified";
/// The length of a prefix that stands alone.
pub(crate) const ROOT_LENGTH: &str =
    "may not be specified when neither `parentRef` nor `parentSelector` is specified";
/// The family of a prefix, or its length.
pub(crate) const WITHOUT_PREFIX: &str = "must be specified when `prefix` is not specified";
/// A prefix of the other family.
pub(crate) const PREFIX_FAMILY: &str = "must be of the family in `ipFamily`";
/// A length that no prefix of the family can have.
pub(crate) const LENGTH_RANGE: &str = "must be less than or equal to 32 for IPv4, 128 for IPv6";
/// A length beside a prefix of another one.
pub(crate) const LENGTH_OF_PREFIX: &str = "must be the length of `prefix`";
/// A prefix for an address.
pub(crate) const ONE_ADDRESS: &str = "must be of length 32 for IPv4, 128 for IPv6";
/// The length of a prefix for an address.
pub(crate) const ONE_ADDRESS_LENGTH: &str = "must be 32 for IPv4, 128 for IPv6";

/// A network as its own peer.
pub(crate) const OWN_PEER: &str = "may not be the network itself";
/// The name of a volume that is new in the spec, and old in the status.
pub(crate) const VOLUME_IN_STATUS: &str = "must not be the name of a volume in `status.volumes`";

/// An operator of a selector.
pub(crate) const OPERATOR: &str = "not a valid selector operator";
/// No values for an operator that needs some.
pub(crate) const VALUES_NEEDED: &str = "must be specified when `operator` is 'In' or 'NotIn'";
/// Values for an operator that takes none.
pub(crate) const VALUES_FORBIDDEN: &str =
    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";

/// The families of addresses.
pub(crate) const FAMILIES: &[&str] = &["IPv4", "IPv6"];
/// What a machine's `power` may be.
pub(crate) const POWER: &[&str] = &["On", "Off"];
/// What a virtual IP's `type` may be.
pub(crate) const VIRTUAL_IP_TYPES: &[&str] = &["Public"];
/// What a virtual IP's `reclaimPolicy` may be.
pub(crate) const RECLAIM_POLICIES: &[&str] = &["Retain", "Delete"];

/// None of the words that are allowed.
pub(crate) fn supported(words: &[&str]) -> String {
    format!("supported values: \"{}\"", words.join("\", \""))
}

/// None of the fields of which one is needed.
pub(crate) fn one_of(fields: &[&str]) -> String {
    format!("must specify one of: {}", listed(fields))
}

/// Two of the fields of which one is needed.
pub(crate) fn exactly_one_of(fields: &[&str]) -> String {
    format!("must specify exactly one of: {}", listed(fields))
}

/// A number out of a range.
pub(crate) fn range(least: Option<i64>, most: Option<i64>) -> String {
    match (least, most) {
        (Some(least), Some(most)) => format!("must be between {least} and {most}, inclusive"),
        (Some(least), None) => format!("must be greater than or equal to {least}"),
        (None, most) => format!("must be less than or equal to {}", most.unwrap_or(i64::MAX)),
    }
}

fn listed(fields: &[&str]) -> String {
    format!("`{}`", fields.join("`, `"))
}

/// What each of the template's fields must be for the address at `index`: `what` is of the family there.
pub(crate) fn at_index(what: &str, index: usize) -> String {
    format!("must be {what} to match `ipFamilies[{index}]`")
}

/// The name of an object that is made for an entry.
pub(crate) fn derived(kind: &str, detail: &str) -> String {
    format!("as the name of the {kind} created for it, {detail}")
}
