//! Where both programs listen: what the value of a flag stands for.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// The addresses that are tried, in this order, for the one that was given.
///
/// `[::]` stands for all addresses of the host. A kernel without IPv6 has no such socket, and there it stands for all of
/// IPv4's: what is deployed says `[::]`, and runs on either.
pub fn candidates(given: SocketAddr) -> Vec<SocketAddr> {
    let all_of_ipv4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, given.port()));
    let is_all = given.ip() == Ipv6Addr::UNSPECIFIED;
    let then = is_all.then_some(all_of_ipv4);
    [given].into_iter().chain(then).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_addresses_have_a_second_meaning() {
        for (given, expected) in [
            ("[::]:8080", "[::]:8080 0.0.0.0:8080"),
            ("[::1]:8080", "[::1]:8080"),
            ("0.0.0.0:8080", "0.0.0.0:8080"),
            ("127.0.0.1:0", "127.0.0.1:0"),
        ] {
            let tried = candidates(given.parse().expect("an address"));
            let tried: Vec<_> = tried.iter().map(SocketAddr::to_string).collect();
            assert_eq!(tried.join(" "), expected);
        }
    }
}
