//! Tests against a real API server. `cargo xtask test` brings it up.

mod support;

mod crd_machine;
mod crd_network;
mod crd_network_interface;
mod crd_prefix;
mod crd_virtual_ip;
