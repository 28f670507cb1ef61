// SPDX-License-Identifier: Apache-2.0

//! What an image was built from, for its labels and times.

use crate::repo;

/// A state of the sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The commit, with `-dirty` behind it if there were changes; none where there is no git.
    pub revision: Option<String>,
    /// Where the sources are published.
    pub source: Option<String>,
    /// Seconds since 1970: the time of everything in the image, so that the same sources make the same image.
    pub epoch: u64,
}

impl Origin {
    /// This checkout's: the time is that of `SOURCE_DATE_EPOCH`, else of the commit, else 1970; the source is git's
    /// remote `origin`.
    pub fn of_checkout() -> Self {
        let set = std::env::var("SOURCE_DATE_EPOCH").ok();
        let commit = || git(&["log", "-1", "--format=%ct"]);
        let time = set.or_else(commit);
        Self {
            revision: git(&[
                "describe",
                "--always",
                "--dirty",
                "--abbrev=40",
                "--exclude=*",
            ]),
            source: git(&["remote", "get-url", "origin"]).and_then(|url| published(&url)),
            epoch: time.and_then(|time| time.parse().ok()).unwrap_or_default(),
        }
    }
}

/// What git says, if it says anything.
fn git(args: &[&str]) -> Option<String> {
    let said = repo::git(args).ok()?.trim().to_owned();
    (!said.is_empty()).then_some(said)
}

/// The address as others may know it: no folder of this machine, nobody's name or password.
fn published(url: &str) -> Option<String> {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("ssh://"))?;
    let (authority, path) = rest.split_once('/')?;
    let host = authority.rsplit('@').next()?;
    let path = path.trim_end_matches(".git");
    Some(format!("https://{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_what_is_private() {
        for (url, told) in [
            (
                "https://example.org/a/b.git",
                Some("https://example.org/a/b"),
            ),
            (
                "https://me:secret@example.org/a/b",
                Some("https://example.org/a/b"),
            ),
            (
                "ssh://git@example.org/a/b.git",
                Some("https://example.org/a/b"),
            ),
            ("/home/me/b", None),
            ("file:///home/me/b", None),
        ] {
            assert_eq!(published(url).as_deref(), told, "{url}");
        }
    }
}
