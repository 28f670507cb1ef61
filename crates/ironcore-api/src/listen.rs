//! Where both programs listen: what the value of a flag stands for.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// Where to listen instead, after listening where it was told has failed; none where that failure is to be told.
///
/// `[::]` stands for all addresses of the host. A kernel without IPv6 has no such socket, and there it stands for all of
/// IPv4's: what is deployed says `[::]`, and runs on either. That a port is taken, or not allowed, is no want of IPv6.
pub fn instead(told: SocketAddr, why: ErrorKind) -> Option<SocketAddr> {
    let has_ipv6 = matches!(why, ErrorKind::AddrInUse | ErrorKind::PermissionDenied);
    let is_all = told.ip() == Ipv6Addr::UNSPECIFIED;
    (is_all && !has_ipv6).then(|| SocketAddr::from((Ipv4Addr::UNSPECIFIED, told.port())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_addresses_without_ipv6_have_a_second_meaning() {
        let no_family = std::io::Error::from_raw_os_error(97).kind();
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
}
