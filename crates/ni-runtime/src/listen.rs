// SPDX-License-Identifier: Apache-2.0

//! Where the programs listen: what the value of a flag stands for.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// Listens by `bind` where it was told, or else on IPv4 alone where the host has no IPv6.
///
/// # Errors
/// Those of `bind`.
pub async fn listen<L, F>(told: SocketAddr, bind: impl Fn(SocketAddr) -> F) -> io::Result<L>
where
    F: Future<Output = io::Result<L>>,
{
    match bind(told).await {
        Err(error) => match instead(told, error.kind()) {
            Some(other) => bind(other).await,
            None => Err(error),
        },
        bound => bound,
    }
}

/// Where to listen instead, after listening where it was told has failed; none where that failure is to be told.
///
/// `[::]` stands for all addresses of the host. A kernel without IPv6 has no such socket, and there it stands for all of
/// IPv4's: what is deployed says `[::]`, and runs on either. That a port is taken, or not allowed, is no want of IPv6.
fn instead(told: SocketAddr, why: ErrorKind) -> Option<SocketAddr> {
    let has_ipv6 = matches!(why, ErrorKind::AddrInUse | ErrorKind::PermissionDenied);
    let is_all = told.ip() == Ipv6Addr::UNSPECIFIED;
    (is_all && !has_ipv6).then(|| SocketAddr::from((Ipv4Addr::UNSPECIFIED, told.port())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_addresses_without_ipv6_have_a_second_meaning() {
        let no_family = io::Error::from_raw_os_error(97).kind();
        for (told, why, expected) in [
            ("[::]:8080", no_family, Some("0.0.0.0:8080")),
            (
                "[::]:8080",
                ErrorKind::AddrNotAvailable,
                Some("0.0.0.0:8080"),
            ),
            ("[::]:8080", ErrorKind::AddrInUse, None),
            ("[::]:80", ErrorKind::PermissionDenied, None),
            ("[::1]:8080", no_family, None),
            ("0.0.0.0:8080", no_family, None),
        ] {
            let expected = expected.map(|address| address.parse().expect("an address"));
            let told = told.parse().expect("an address");
            assert_eq!(instead(told, why), expected, "{told} {why}");
        }
    }

    #[test]
    fn what_is_told_comes_first_and_its_failure_is_told() {
        use futures::FutureExt;
        for (taken, expected) in [
            ("", Ok("[::]:1")),
            ("[::]:1", Err(ErrorKind::AddrInUse)),
            ("no IPv6", Ok("0.0.0.0:1")),
        ] {
            let bind = async |address: SocketAddr| match taken {
                "no IPv6" if address.is_ipv6() => Err(io::Error::from_raw_os_error(97)),
                taken if taken == address.to_string() => Err(ErrorKind::AddrInUse.into()),
                _ => Ok(address.to_string()),
            };
            let told = "[::]:1".parse().expect("an address");
            let bound = listen(told, bind).now_or_never().expect("at once");
            let bound = bound.map_err(|error| error.kind());
            assert_eq!(bound.as_deref(), expected.as_ref().map(|address| *address));
        }
    }
}
