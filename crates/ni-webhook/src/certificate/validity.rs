// SPDX-License-Identifier: Apache-2.0

//! When a certificate is valid.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use k8s_openapi::jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::error::X509Error;
use x509_parser::time::ASN1Time;

/// The first and the last second at which a certificate is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// Not valid before.
    pub not_before: SystemTime,
    /// Not valid after.
    pub not_after: SystemTime,
}

/// A certificate whose dates can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the certificate's dates can't be read: {0}")]
pub struct Unreadable(X509Error);

/// Why a certificate is not valid at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotValid {
    /// Its time is over.
    #[error("expired at {}", date(*.0))]
    Expired(SystemTime),
    /// Its time is still to come.
    #[error("is valid only from {}", date(*.0))]
    NotYet(SystemTime),
}

impl Validity {
    /// Reads the dates of `certificate`.
    ///
    /// # Errors
    /// Where they can't be read, as it is no certificate.
    pub fn of(certificate: &CertificateDer<'_>) -> Result<Self, Unreadable> {
        let (_, parsed) = x509_parser::parse_x509_certificate(certificate)
            .map_err(|error| Unreadable(error.into()))?;
        let validity = parsed.validity();
        Ok(Self {
            not_before: moment(validity.not_before),
            not_after: moment(validity.not_after),
        })
    }

    /// Whether the certificate is valid at `now`.
    ///
    /// # Errors
    /// Where it is not.
    pub fn check(self, now: SystemTime) -> Result<(), NotValid> {
        if now > self.not_after {
            Err(NotValid::Expired(self.not_after))
        } else if now < self.not_before {
            Err(NotValid::NotYet(self.not_before))
        } else {
            Ok(())
        }
    }
}

/// Times before 1970, or that this machine's clock can't hold, count as the beginning of time.
fn moment(time: ASN1Time) -> SystemTime {
    let seconds = u64::try_from(time.timestamp()).unwrap_or(0);
    UNIX_EPOCH
        .checked_add(Duration::from_secs(seconds))
        .unwrap_or(UNIX_EPOCH)
}

fn date(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(|_| "no known time".to_owned(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn validity(from: i32, until: i32) -> Validity {
        let mut params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.self_signed(&key).expect("a certificate");
        Validity::of(certificate.der()).expect("dates")
    }

    fn year(year: i32) -> SystemTime {
        date_time_ymd(year, 1, 1).into()
    }

    #[test]
    fn dates_are_those_of_the_certificate() {
        for (from, until) in [(2020, 2021), (1970, 2049), (1975, 2100), (2051, 9999)] {
            let expected = Validity {
                not_before: year(from),
                not_after: year(until),
            };
            assert_eq!(validity(from, until), expected);
        }
    }

    #[test]
    fn a_certificate_is_valid_between_its_dates() {
        let validity = validity(2020, 2030);
        let second = Duration::from_secs(1);
        assert_eq!(
            validity.check(year(2020) - second),
            Err(NotValid::NotYet(year(2020)))
        );
        assert_eq!(validity.check(year(2020)), Ok(()));
        assert_eq!(validity.check(year(2030)), Ok(()));
        assert_eq!(
            validity.check(year(2030) + second),
            Err(NotValid::Expired(year(2030)))
        );
    }

    #[test]
    fn dates_are_told_as_people_write_them() {
        let expired = NotValid::Expired(year(2030));
        assert_eq!(expired.to_string(), "expired at 2030-01-01T00:00:00Z");
    }
}
