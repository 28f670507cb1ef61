// SPDX-License-Identifier: Apache-2.0

//! SHA-256 sums: those that a maintainer pinned, and those that are published beside a file.

use std::fmt::{self, Write};

use super::release::Published;

/// Sums that a maintainer has looked at; they count more than published ones.
const PINNED: &str = include_str!("../../../hack/control-plane/checksums");

/// Where they are, for the user.
const PINS: &str = "hack/control-plane/checksums";

/// What a file must have, and who says so.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checksum {
    sum: String,
    said_by: String,
}

impl Checksum {
    /// The pinned one.
    pub(super) fn pinned(file: &Published) -> Option<Self> {
        Some(Self {
            sum: in_list(PINNED, &file.path)?,
            said_by: PINS.to_owned(),
        })
    }

    /// The one that is published beside the file, as `text` at `place`: a list, or a sum alone.
    pub(super) fn published(text: &str, file: &Published, place: &str) -> Option<Self> {
        let alone = || sum(text.trim());
        Some(Self {
            sum: in_list(text, file.name()).or_else(alone)?,
            said_by: place.to_owned(),
        })
    }

    /// What is wrong with a file of this sum.
    pub(super) fn fault(&self, file: &str, found: &[u8]) -> Option<String> {
        let found = hex(found);
        let Self { sum, said_by } = self;
        (found != *sum).then(|| {
            format!("{file} is refused: its SHA-256 is {found}, but must be {sum} ({said_by})")
        })
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SHA-256 {} ({})", self.sum, self.said_by)
    }
}

/// As sums are written.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // a String takes all
        text
    })
}

/// In lines as `sha256sum` writes them.
fn in_list(text: &str, name: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (first, rest) = line.split_once(char::is_whitespace)?;
        let listed = rest.trim().trim_start_matches('*');
        (listed == name).then(|| sum(first)).flatten()
    })
}

fn sum(word: &str) -> Option<String> {
    let is_sum = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_sum.then(|| word.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::super::release::Release;
    use super::*;

    fn file() -> Published {
        Published {
            release: Release::Etcd,
            path: "v1/etcd.tar.gz".to_owned(),
            checksums: "v1/SHA256SUMS".to_owned(),
            inside: None,
        }
    }

    #[test]
    fn every_pin_can_be_read() {
        for line in PINNED.lines().filter(|line| !line.starts_with('#')) {
            let path = line.split_whitespace().nth(1).unwrap_or_default();
            assert!(
                path.contains('/') && in_list(PINNED, path).is_some(),
                "{PINS}: {line}"
            );
        }
    }

    #[test]
    fn a_published_sum_stands_in_a_list_or_alone() {
        let (ours, other) = ("a".repeat(64), "b".repeat(64));
        let found = |text: &str| Checksum::published(text, &file(), "there").map(|found| found.sum);
        let list = format!("{other}  other.tar.gz\n{ours} *etcd.tar.gz\n");
        assert_eq!(found(&list), Some(ours.clone()));
        assert_eq!(found(&format!("{ours}\n")), Some(ours.clone()));
        assert_eq!(found(&ours.to_ascii_uppercase()), Some(ours));
        assert_eq!(found(&format!("{other}  other.tar.gz\n")), None);
        assert_eq!(found("<html>sign in first</html>"), None);
        assert_eq!(found(""), None);
    }

    #[test]
    fn another_sum_is_a_fault_that_names_file_and_both_sums() {
        let sum = Checksum {
            sum: "00".repeat(32),
            said_by: "there".to_owned(),
        };
        assert_eq!(sum.fault("f", &[0; 32]), None);
        let fault = sum.fault("f", &[0xff; 32]).unwrap_or_default();
        for part in ["f is refused", &"ff".repeat(32), &"00".repeat(32), "there"] {
            assert!(fault.contains(part), "{fault}");
        }
    }
}
