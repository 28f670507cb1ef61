// SPDX-License-Identifier: Apache-2.0

//! Keys and values of labels, and keys of annotations, as Kubernetes judges them (apimachinery, `util/validation`). Each
//! function calls `wrong` with every reason that there is, in Kubernetes' words.

use super::text::is_subdomain;
use crate::words::SUBDOMAIN;

/// Bytes of all annotations of an object, keys and values together.
pub(super) const ANNOTATIONS_SIZE: usize = 256 * 1024;

const NAME_MAX: usize = 63;
const VALUE_LONG: &str = "must be no more than 63 characters";
const VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', \
     and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for \
     validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_EMPTY: &str = "name part must be non-empty";
const NAME_LONG: &str = "name part must be no more than 63 characters";
const NAME: &str = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
     alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const QUALIFIED: &str = "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and \
     end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. \
     'example.com/MyName')";
const PREFIX_EMPTY: &str = "prefix part must be non-empty";
const PREFIX_LONG: &str = "prefix part must be no more than 253 characters";

/// The key of a label: a name, behind a DNS subdomain and a slash where it has a prefix.
pub(super) fn key(key: &str, mut wrong: impl FnMut(&str)) {
    let name = match key.split_once('/') {
        Some((_, rest)) if rest.contains('/') => return wrong(QUALIFIED),
        Some((prefix, name)) => {
            prefix_part(prefix, &mut wrong);
            name
        }
        None => key,
    };
    if name.is_empty() {
        wrong(NAME_EMPTY);
    } else if name.len() > NAME_MAX {
        wrong(NAME_LONG);
    }
    if !is_name(name) {
        wrong(NAME);
    }
}

fn prefix_part(prefix: &str, wrong: &mut impl FnMut(&str)) {
    if prefix.is_empty() {
        wrong(PREFIX_EMPTY);
    } else if prefix.len() > 253 {
        wrong(PREFIX_LONG);
    } else if !is_subdomain(prefix) {
        wrong(&format!("prefix part {SUBDOMAIN}"));
    }
}

/// The value of a label.
pub(super) fn value(value: &str, mut wrong: impl FnMut(&str)) {
    if value.len() > NAME_MAX {
        wrong(VALUE_LONG);
    }
    if !value.is_empty() && !is_name(value) {
        wrong(VALUE);
    }
}

/// The key of an annotation: that of a label, in letters of either case.
pub(super) fn annotation_key(text: &str, wrong: impl FnMut(&str)) {
    if text.contains(|c: char| c.is_uppercase()) {
        key(&text.to_lowercase(), wrong);
    } else {
        key(text, wrong);
    }
}

/// `([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]`
fn is_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = |end: Option<&u8>| end.is_some_and(u8::is_ascii_alphanumeric);
    let within = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    ends(bytes.first()) && ends(bytes.last()) && bytes.iter().all(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(judge: impl FnOnce(&mut dyn FnMut(&str))) -> Vec<String> {
        let mut said = Vec::new();
        judge(&mut |why| said.push(why.to_owned()));
        said
    }

    /// What Kubernetes' `IsQualifiedName` says of each.
    #[test]
    fn keys() {
        let long = "a".repeat(64);
        let long_prefix = format!("{}/a", "a".repeat(254));
        let subdomain = format!("prefix part {SUBDOMAIN}");
        let cases: [(&str, &[&str]); 15] = [
            ("a", &[]),
            ("A_b.c-9", &[]),
            ("example.com/A", &[]),
            ("1.2/3", &[]),
            ("", &[NAME_EMPTY, NAME]),
            ("x y", &[NAME]),
            ("-a", &[NAME]),
            ("ä", &[NAME]),
            ("a/", &[NAME_EMPTY, NAME]),
            ("/a", &[PREFIX_EMPTY]),
            ("a/b/c", &[QUALIFIED]),
            ("a_b/c", &[&subdomain]),
            ("Example.com/c d", &[&subdomain, NAME]),
            (&long, &[NAME_LONG]),
            (&long_prefix, &[PREFIX_LONG]),
        ];
        for (text, expected) in cases {
            assert_eq!(said(|wrong| key(text, wrong)), expected, "{text}");
        }
    }

    /// What Kubernetes' `IsValidLabelValue` says of each.
    #[test]
    fn values() {
        let (most, long) = ("a".repeat(63), "a".repeat(64));
        let cases: [(&str, &[&str]); 8] = [
            ("", &[]),
            ("A", &[]),
            ("a_b.c-9", &[]),
            (&most, &[]),
            (&long, &[VALUE_LONG]),
            ("!!", &[VALUE]),
            ("a/b", &[VALUE]),
            ("a-", &[VALUE]),
        ];
        for (text, expected) in cases {
            assert_eq!(said(|wrong| value(text, wrong)), expected, "{text}");
        }
    }

    #[test]
    fn keys_of_annotations_may_have_capitals_in_their_prefix() {
        assert!(said(|wrong| annotation_key("Example.com/A", wrong)).is_empty());
        assert_eq!(
            said(|wrong| annotation_key("Example.com/A b", wrong)),
            [NAME]
        );
    }
}
