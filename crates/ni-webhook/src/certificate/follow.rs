// SPDX-License-Identifier: Apache-2.0

//! Files that are read again when what they hold changes.
//!
//! A mounted Secret changes by a symlink that is swapped, which a watch of the file misses: so contents are compared.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::{info, warn};

use crate::metrics::Metrics;

/// How often files are read.
pub const INTERVAL: Duration = Duration::from_secs(1);

/// The largest file that is read, in bytes: certificates are a few kilobytes.
const LARGEST: u64 = 1 << 20;

/// Why contents were not taken.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// A file can't be read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The contents are no good.
    #[error("{}: {reason}", path.display())]
    Refused {
        /// The first of the files.
        path: PathBuf,
        /// What is wrong with them.
        reason: String,
    },
}

/// Files that belong together, and what was taken of them.
pub struct Followed<const N: usize> {
    paths: [PathBuf; N],
    taken: Option<[Vec<u8>; N]>,
    complaint: Option<String>,
}

impl<const N: usize> Followed<N> {
    /// Nothing was taken yet.
    pub fn new(paths: [PathBuf; N]) -> Self {
        Self {
            paths,
            taken: None,
            complaint: None,
        }
    }

    /// Reads the files, and gives them to `take` where they differ from what it took last; whether it took them.
    ///
    /// # Errors
    /// Where a file can't be read or `take` refuses them: they are given to it again next time.
    pub fn look<E: std::fmt::Display>(
        &mut self,
        take: impl FnOnce(&[Vec<u8>; N]) -> Result<(), E>,
    ) -> Result<bool, FollowError> {
        let mut contents = [const { Vec::new() }; N];
        for (path, content) in self.paths.iter().zip(&mut contents) {
            *content = read(path).map_err(|error| FollowError::Read {
                path: path.clone(),
                error,
            })?;
        }
        if self.taken.as_ref() == Some(&contents) {
            return Ok(false);
        }
        take(&contents).map_err(|reason| FollowError::Refused {
            path: self.paths.first().cloned().unwrap_or_default(),
            reason: reason.to_string(),
        })?;
        self.taken = Some(contents);
        Ok(true)
    }

    /// Looks every [`INTERVAL`]. It never returns. Each error is logged and counted once, until it changes.
    pub async fn keep<E: std::fmt::Display>(
        mut self,
        metrics: Metrics,
        mut take: impl FnMut(&[Vec<u8>; N]) -> Result<(), E>,
    ) {
        let mut ticks = tokio::time::interval(INTERVAL);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let looked = self.look(&mut take);
            self.report(looked, &metrics);
        }
    }

    fn report(&mut self, looked: Result<bool, FollowError>, metrics: &Metrics) {
        match looked {
            Ok(taken) => {
                let settled = self.complaint.take().is_some();
                if taken || settled {
                    info!(files = ?self.paths, "loaded");
                }
            }
            Err(error) => {
                let complaint = error.to_string();
                if self.complaint.as_ref() != Some(&complaint) {
                    warn!(%error, "rejected the new files, keeping the previous ones");
                    metrics.certificate_failed();
                    self.complaint = Some(complaint);
                }
            }
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(LARGEST + 1)
        .read_to_end(&mut content)?;
    if u64::try_from(content.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of this test's own, removed at the end.
    struct Temporary(PathBuf);

    impl Temporary {
        fn new(test: &str) -> Self {
            let name = format!("ni-webhook-{}-{test}", std::process::id());
            Self(std::env::temp_dir().join(name))
        }

        fn write(&self, text: &str) {
            std::fs::write(&self.0, text).expect("written");
        }
    }

    impl Drop for Temporary {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn refuse(_: &[Vec<u8>; 1]) -> Result<(), &'static str> {
        Err("bad")
    }

    const ACCEPT: fn(&[Vec<u8>; 1]) -> Result<(), &'static str> = |_| Ok(());

    #[test]
    fn contents_are_taken_once() {
        let file = Temporary::new("once");
        file.write("a");
        let mut followed = Followed::new([file.0.clone()]);
        assert!(followed.look(ACCEPT).expect("taken"));
        assert!(!followed.look(refuse).expect("as before"));
        file.write("b");
        assert!(followed.look(ACCEPT).expect("taken"));
    }

    #[test]
    fn contents_that_were_refused_are_looked_at_again() {
        let file = Temporary::new("again");
        file.write("a");
        let mut followed = Followed::new([file.0.clone()]);
        assert!(followed.look(refuse).is_err());
        assert!(followed.look(ACCEPT).expect("taken"));
    }

    #[test]
    fn going_back_to_the_contents_in_use_needs_no_taking() {
        let file = Temporary::new("back");
        file.write("a");
        let mut followed = Followed::new([file.0.clone()]);
        followed.look(ACCEPT).expect("taken");
        file.write("b");
        assert!(followed.look(refuse).is_err());
        file.write("a");
        assert!(!followed.look(refuse).expect("as before"));
    }

    #[test]
    fn a_missing_and_an_endless_file_are_errors_that_name_them() {
        let missing = Temporary::new("missing");
        for path in [missing.0.clone(), PathBuf::from("/dev/zero")] {
            let error = Followed::new([path.clone()]).look(ACCEPT);
            let said = error.expect_err("no contents").to_string();
            assert!(said.contains(&path.display().to_string()), "{said}");
        }
    }

    #[test]
    fn a_complaint_is_counted_once_until_it_is_another() {
        let file = Temporary::new("complaint");
        let metrics = Metrics::default();
        let mut followed = Followed::new([file.0.clone()]);
        let look = |followed: &mut Followed<1>| {
            let looked = followed.look(refuse);
            followed.report(looked, &metrics);
        };
        look(&mut followed);
        look(&mut followed);
        file.write("a");
        look(&mut followed);
        look(&mut followed);
        let text = metrics.encode();
        assert!(
            text.contains("ni_webhook_certificate_failures_total 2"),
            "{text}"
        );
    }
}
