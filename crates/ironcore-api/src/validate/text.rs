//! Rules on a single text, whatever it is the text of. They say what the schema's rules say.

use crate::address::{IpFamily, Prefix, parse_ip, parse_prefix};

/// What is wrong with a text: the rest of the sentence that begins with it.
pub(super) type Verdict = Result<(), String>;

const NO_SUBDOMAIN: &str = "is no DNS subdomain: lower case letters, digits, \"-\" and \".\", at most 253, \
     each part beginning and ending with a letter or digit";
const NO_LABEL: &str = "is no DNS label: lower case letters, digits and \"-\", at most 63, \
     beginning and ending with a letter or digit";

/// Whether the text is a DNS subdomain (RFC 1123), as most names of objects are.
pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_part)
}

/// Whether the text is a DNS label (RFC 1123).
pub(super) fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_part(text)
}

fn is_part(text: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = |end: Option<&u8>| end.is_some_and(|b| alphanumeric(*b));
    ends(bytes.first())
        && ends(bytes.last())
        && bytes.iter().all(|b| alphanumeric(*b) || *b == b'-')
}

pub(super) fn subdomain(text: &str) -> Verdict {
    check(is_subdomain(text), NO_SUBDOMAIN)
}

pub(super) fn label(text: &str) -> Verdict {
    check(is_label(text), NO_LABEL)
}

pub(super) fn ip(text: &str) -> Verdict {
    parse_ip(text).map(drop).map_err(|error| error.to_string())
}

pub(super) fn prefix(text: &str) -> Verdict {
    parse_prefix(text)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// A device of a volume: `oda`, `sdab`.
pub(super) fn device(text: &str) -> Verdict {
    let letter = |b: &u8| b.is_ascii_lowercase();
    let fits = match text.as_bytes() {
        [a, b'd', c] => letter(a) && letter(c),
        [a, b'd', c, d] => letter(a) && letter(c) && letter(d),
        _ => false,
    };
    check(fits, "is no device name: for example oda, odb, odaa")
}

/// A quantity of the Kubernetes API (`10Gi`, `1.5e3`) that is not negative.
pub(super) fn size(text: &str) -> Verdict {
    let negative = text.starts_with('-') && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    check(
        is_quantity(text) && !negative,
        "is no size: a quantity of at least 0, for example 10Gi",
    )
}

/// Sign, decimal number, then a suffix or a decimal exponent.
fn is_quantity(text: &str) -> bool {
    const SUFFIXES: [&str; 16] = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ];
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let dots = number.bytes().filter(|b| *b == b'.').count();
    let exponent = || {
        let digits = suffix.strip_prefix(['e', 'E'])?;
        let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then_some(())
    };
    dots <= 1 && number.len() > dots && (SUFFIXES.contains(&suffix) || exponent().is_some())
}

/// The family of an address's text, where it is one.
pub(super) fn family_of_ip(text: &str) -> Option<IpFamily> {
    parse_ip(text).ok().map(IpFamily::of)
}

/// The prefix that the text says, where it says one.
pub(super) fn as_prefix(text: Option<&str>) -> Option<Prefix> {
    parse_prefix(text?).ok()
}

fn check(fits: bool, message: &str) -> Verdict {
    fits.then_some(()).ok_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn sizes() {
        for text in [
            "0", "5", "10Gi", "1.5", "1.", ".5", "1e3", "1E3", "1E", "1e-3", "100m", "+1", "-0",
        ] {
            assert_eq!(size(text), Ok(()), "{text}");
        }
        for text in [
            "", "-1", "-1Gi", "-.5", "abc", "1gi", "1 Gi", "1.2.3", ".", "Gi", "1ee3", "1e", "--1",
        ] {
            assert!(size(text).is_err(), "{text}");
        }
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
