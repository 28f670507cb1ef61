// SPDX-License-Identifier: Apache-2.0

//! Certificate and key in two files that another keeps fresh, as cert-manager does.

use std::path::PathBuf;

use super::follow::{FollowError, Followed};
use super::{Current, IdentityError};
use crate::metrics::Metrics;

/// The two files, and what they are published to.
pub struct Files {
    followed: Followed<2>,
    current: Current,
    metrics: Metrics,
}

impl Files {
    /// Reads the chain (PEM) in `certificate` and the key (PEM) in `key` for the first time.
    ///
    /// A pair that can't be served is no error, as it may be half of a change: [`Files::keep`] says so, and tries again.
    ///
    /// # Errors
    /// Where a file can't be read.
    pub fn open(
        certificate: PathBuf,
        key: PathBuf,
        current: Current,
        metrics: Metrics,
    ) -> Result<Self, FollowError> {
        let mut followed = Followed::new([certificate, key]);
        let looked = followed.look(|pair| publish(&current, pair));
        if let Err(error @ FollowError::Read { .. }) = looked {
            return Err(error);
        }
        Ok(Self {
            followed,
            current,
            metrics,
        })
    }

    /// Publishes each new pair that can be served. It never returns.
    ///
    /// Two files are never changed at one moment, so a pair that does not match is waited out.
    pub async fn keep(self) {
        let current = self.current;
        self.followed
            .keep(self.metrics, |pair| publish(&current, pair))
            .await;
    }
}

fn publish(current: &Current, [chain, key]: &[Vec<u8>; 2]) -> Result<(), IdentityError> {
    current.publish(chain, key)
}
