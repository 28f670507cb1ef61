// SPDX-License-Identifier: Apache-2.0

//! Rules on a single text, whatever it is the text of.

use validator::ValidationError;

use super::draft::Size;
use super::structure::{invalid, required as missing, too_long, unsupported};
use crate::address::{AddressError, IpFamily, Prefix, parse_ip, parse_prefix};
use crate::names::is_part;
use crate::{bound, words};

/// Nothing, or what is wrong with a text.
pub(crate) type Verdict = Result<(), ValidationError>;

/// Whether the text is a DNS subdomain (RFC 1123), as most names of objects are.
pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= words::SUBDOMAIN_MOST && text.split('.').all(is_part)
}

/// The name of an object or entry that must be named.
pub(crate) fn name(text: &str) -> Verdict {
    not_empty(text)?;
    optional_subdomain(text)
}

/// An empty text is as good as none.
pub(crate) fn not_empty(text: &str) -> Verdict {
    (!text.is_empty()).then_some(()).ok_or_else(missing)
}

/// The name of an object, or none. How long it may be, its attribute says.
pub(crate) fn optional_subdomain(text: &str) -> Verdict {
    check(
        text.is_empty() || text.split('.').all(is_part),
        words::SUBDOMAIN,
    )
}

/// The name of an object whose name is a label, or none.
pub(crate) fn optional_label(text: &str) -> Verdict {
    check(text.is_empty() || is_part(text), words::LABEL)
}

/// The name has no more characters than a label may have.
pub(crate) fn short(text: &str) -> Verdict {
    check(text.chars().count() <= words::LABEL_MOST, words::LABEL_LONG)
}

/// What is wrong with a name that has to be a label.
pub(super) fn no_label(text: &str) -> impl Iterator<Item = &'static str> {
    let form = (!is_part(text)).then_some(words::LABEL);
    let length = (text.chars().count() > words::LABEL_MOST).then_some(words::LABEL_LONG);
    form.into_iter().chain(length)
}

/// What is wrong with a name that has to be a subdomain.
pub(super) fn no_subdomain(text: &str) -> impl Iterator<Item = &'static str> {
    let form = (!text.split('.').all(is_part)).then_some(words::SUBDOMAIN);
    let length = (text.len() > words::SUBDOMAIN_MOST).then_some(words::SUBDOMAIN_LONG);
    form.into_iter().chain(length)
}

/// At most `most` characters.
pub(super) fn at_most(text: &str, most: u64) -> Verdict {
    // Most texts are short enough by their bytes, which need not be counted.
    let fits = text.len() as u64 <= most || text.chars().count() as u64 <= most;
    fits.then_some(()).ok_or_else(|| too_long(most))
}

pub(crate) fn family(text: &str) -> Verdict {
    one_of(text, words::FAMILIES)
}

/// A family that may be left to be inferred.
pub(crate) fn optional_family(text: &str) -> Verdict {
    if text.is_empty() {
        Ok(())
    } else {
        family(text)
    }
}

pub(crate) fn power(text: &str) -> Verdict {
    one_of(text, words::POWER)
}

pub(crate) fn virtual_ip_type(text: &str) -> Verdict {
    one_of(text, words::VIRTUAL_IP_TYPES)
}

/// A policy; none means Delete.
pub(crate) fn reclaim_policy(text: &str) -> Verdict {
    if text.is_empty() {
        Ok(())
    } else {
        one_of(text, words::RECLAIM_POLICIES)
    }
}

fn one_of(text: &str, words: &[&str]) -> Verdict {
    words
        .contains(&text)
        .then_some(())
        .ok_or_else(|| unsupported(words))
}

pub(crate) fn ip(text: &str) -> Verdict {
    parse_ip(text)
        .map(drop)
        .map_err(|error| invalid(error.to_string()))
}

pub(crate) fn cidr(text: &str) -> Verdict {
    parse_prefix(text)
        .map(drop)
        .map_err(|error| invalid(error.to_string()))
}

/// A device of a volume: `oda`, `sdab`.
pub(crate) fn device(text: &str) -> Verdict {
    let letter = |b: &u8| b.is_ascii_lowercase();
    let fits = match text.as_bytes() {
        [a, b'd', c] => letter(a) && letter(c),
        [a, b'd', c, d] => letter(a) && letter(c) && letter(d),
        _ => false,
    };
    check(fits, words::DEVICE)
}

/// A quantity of the Kubernetes API (`10Gi`, `1.5e3`) that is not negative.
pub(crate) fn size(size: &Size<'_>) -> Verdict {
    let fits = match size {
        Size::Number(number) => *number >= 0,
        Size::Text(text) => {
            at_most(text, bound::QUANTITY)?;
            is_size(text)
        }
    };
    check(fits, words::SIZE)
}

/// What `resource.ParseQuantity` takes, and so CEL's `isQuantity`, if it is not negative: sign, decimal
/// number, then a suffix or a decimal exponent. The number may have no digit at all, and is zero then.
fn is_size(text: &str) -> bool {
    const SUFFIXES: [&str; 16] = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = unsigned
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let exponent = || {
        let digits = suffix.strip_prefix(['e', 'E'])?;
        digits.parse::<i64>().ok()
    };
    let well_formed = !text.is_empty()
        && number.bytes().filter(|b| *b == b'.').count() <= 1
        && (SUFFIXES.contains(&suffix) || exponent().is_some());
    let negative = text.starts_with('-') && number.bytes().any(|b| (b'1'..=b'9').contains(&b));
    well_formed && !negative
}

/// The family that the word names, where it names one.
pub(super) fn as_family(text: Option<&str>) -> Option<IpFamily> {
    match text? {
        "IPv4" => Some(IpFamily::IPv4),
        "IPv6" => Some(IpFamily::IPv6),
        _ => None,
    }
}

/// The family of the address that the text says, where it says one.
pub(super) fn family_of_ip(text: Option<&str>) -> Option<IpFamily> {
    parse_ip(text?).ok().map(IpFamily::of)
}

/// The prefix that the text says, where it says one.
pub(super) fn as_prefix(text: Option<&str>) -> Option<Prefix> {
    parse_prefix(text?).ok()
}

/// The same, of a text with host bits as well, which is refused for these.
pub(super) fn as_any_prefix(text: Option<&str>) -> Option<Prefix> {
    match parse_prefix(text?) {
        Ok(prefix) | Err(AddressError::HostBits(prefix)) => Some(prefix),
        Err(_) => None,
    }
}

fn check(fits: bool, why: &'static str) -> Verdict {
    fits.then_some(()).ok_or_else(|| invalid(why))
}

#[cfg(test)]
mod tests {
    use super::super::draft::Text;
    use super::*;
    use crate::names::is_label;

    #[test]
    fn names() {
        let long = "a".repeat(63);
        for (text, is_a_label, is_a_subdomain) in [
            ("a", true, true),
            ("0", true, true),
            ("a-b", true, true),
            (long.as_str(), true, true),
            ("a.b", false, true),
            ("", false, false),
            ("A", false, false),
            ("-a", false, false),
            ("a-", false, false),
            ("a..b", false, false),
            ("a.-b", false, false),
            (".a", false, false),
            ("a_b", false, false),
            ("ä", false, false),
            ("a b", false, false),
        ] {
            assert_eq!(is_label(text), is_a_label, "{text}");
            assert_eq!(is_subdomain(text), is_a_subdomain, "{text}");
        }
        assert!(!is_label(&"a".repeat(64)) && is_subdomain(&"a".repeat(253)));
        assert!(!is_subdomain(&"a".repeat(254)));
    }

    /// Each was given to `resource.ParseQuantity`.
    #[test]
    fn sizes() {
        let is = |text| size(&Size::Text(Text::fixed(text))).is_ok();
        for text in [
            "0",
            "5",
            "10Gi",
            "1.5",
            "1.",
            ".5",
            "1e3",
            "1E3",
            "1E",
            "1e-3",
            "1e+3",
            "100m",
            "+1",
            "-0",
            "-0.0Ki",
            "-0e5",
            "007",
            "1Ei",
            "1n",
            "9223372036854775807",
            "1e99",
            ".",
            "Gi",
            "+",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "",
            "-1",
            "-1Gi",
            "-.5",
            "-1e-20",
            "abc",
            "1gi",
            "1 Gi",
            "1.2.3",
            "1ee3",
            "1e",
            "--1",
            "1-1",
            "0x10",
            "1Gi5",
            "1e+",
            "1K",
            "1i",
            "1e3Gi",
            "1_000",
            "1,5",
            " 1",
            "1e99999999999999999999",
            "\u{661}",
        ] {
            assert!(!is(text), "{text}");
        }
        assert!(size(&Size::Number(0)).is_ok());
        assert!(size(&Size::Number(-1)).is_err());
    }

    #[test]
    fn devices() {
        for (text, fits) in [
            ("oda", true),
            ("sdab", true),
            ("od", false),
            ("odabc", false),
            ("oda1", false),
            ("ODA", false),
            ("", false),
        ] {
            assert_eq!(device(text).is_ok(), fits, "{text}");
        }
    }
}
