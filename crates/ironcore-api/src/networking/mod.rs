// SPDX-License-Identifier: Apache-2.0

//! `networking.ironcore.dev/v1alpha1`: NetworkInterface, VirtualIP, Network.

mod network;
mod network_interface;
mod virtual_ip;

pub use network::*;
pub use network_interface::*;
pub use virtual_ip::*;

/// The group of these kinds.
pub const GROUP: &str = "networking.ironcore.dev";
