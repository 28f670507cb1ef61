// SPDX-License-Identifier: Apache-2.0

//! Whether a Lease is of the history that was seen before, or the API server went back in between. Pure.

use super::record::{Shown, Taken};
use crate::restored::WentBack;

/// The Lease as it was seen last.
#[derive(Debug)]
pub(super) struct Newest {
    uid: String,
    /// `None` where it is no number.
    version: Option<u64>,
    /// When it was taken last.
    taken: Option<Taken>,
}

impl Newest {
    /// This is what was seen.
    pub(super) fn of(shown: &Shown) -> Self {
        let version = shown.version.parse().ok();
        Self {
            uid: shown.uid.clone(),
            version,
            taken: version.and_then(|version| shown.record.taken_before(version)),
        }
    }

    /// What proves that this Lease is of another history. In one history it keeps its UID, its versions grow, and all know alike
    /// who took it last before the version that was seen: others may have written it since, so that it is newer than ever.
    pub(super) fn contradicted_by(&self, shown: &Shown) -> Option<WentBack> {
        if shown.uid != self.uid {
            return Some(self.proof("another object of that name".to_owned()));
        }
        let seen = self.version?;
        let version: u64 = shown.version.parse().ok()?;
        if version < seen {
            return Some(self.proof(version.to_string()));
        }
        let other = shown.record.taken_before(seen) != self.taken;
        other.then(|| self.proof(format!("{version}, by another history")))
    }

    /// That it is missing proves it as well.
    pub(super) fn missing(&self) -> WentBack {
        self.proof("missing".to_owned())
    }

    fn proof(&self, now: String) -> WentBack {
        let version = self.version.map(|version| version.to_string());
        WentBack {
            of: "Lease".to_owned(),
            seen: version.unwrap_or_default(),
            now,
        }
    }
}
