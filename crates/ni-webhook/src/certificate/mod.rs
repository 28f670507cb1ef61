// SPDX-License-Identifier: Apache-2.0

//! What the server shows of itself: the certificate and key in use, and where they come from.
//!
//! A source ([`files`] or [`self_signed`]) publishes each new pair to [`Current`]; every handshake takes what is there.

pub mod client_ca;
pub mod files;
pub mod follow;
pub mod identity;
pub mod self_signed;
pub mod validity;

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

pub use identity::{Identity, IdentityError};
pub use validity::Validity;

/// The identity in use; clones share it. There is none until the first is published.
#[derive(Clone, Debug, Default)]
pub struct Current(Arc<ArcSwapOption<Identity>>);

impl Current {
    /// Serves this certificate chain (PEM, the server's own first) with this key (PEM) from the next handshake on.
    ///
    /// Connections that are open go on with the old one.
    ///
    /// # Errors
    /// Where the pair can't be served, see [`IdentityError`]; what was there stays in use.
    pub fn publish(&self, pem_chain: &[u8], pem_key: &[u8]) -> Result<(), IdentityError> {
        let identity = Identity::parse(pem_chain, pem_key, SystemTime::now())?;
        self.0.store(Some(Arc::new(identity)));
        Ok(())
    }

    /// What is in use, valid or not.
    pub fn identity(&self) -> Option<Arc<Identity>> {
        self.0.load_full()
    }

    /// Whether clients can trust what is in use at `now`.
    pub fn is_valid(&self, now: SystemTime) -> bool {
        self.identity()
            .is_some_and(|identity| identity.validity().check(now).is_ok())
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.0.load().as_ref().map(|identity| identity.key())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::identity::tests::{pair, valid_for};
    use super::*;

    #[test]
    fn nothing_is_valid_before_the_first_pair() {
        let current = Current::default();
        assert!(current.identity().is_none());
        assert!(!current.is_valid(SystemTime::now()));
    }

    #[test]
    fn what_is_published_is_in_use_until_it_expires() {
        let current = Current::default();
        let (chain, key) = valid_for(Duration::from_hours(1));
        current
            .clone()
            .publish(chain.as_bytes(), key.as_bytes())
            .expect("a good pair");
        assert!(current.is_valid(SystemTime::now()));
        assert!(!current.is_valid(SystemTime::now() + Duration::from_hours(2)));
    }

    #[test]
    fn a_bad_pair_leaves_the_good_one_in_use() {
        let current = Current::default();
        let ((chain, key), (other, _)) = (pair(), pair());
        current
            .publish(chain.as_bytes(), key.as_bytes())
            .expect("a good pair");
        let before = current.identity();
        assert!(current.publish(other.as_bytes(), key.as_bytes()).is_err());
        let same = |one: &Option<Arc<Identity>>, other: &Option<Arc<Identity>>| matches!((one, other), (Some(one), Some(other)) if Arc::ptr_eq(one, other));
        assert!(same(&before, &current.identity()));
    }
}
