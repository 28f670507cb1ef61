// SPDX-License-Identifier: Apache-2.0

//! IronCore's `networking.ironcore.dev`, `compute.ironcore.dev` and `ipam.ironcore.dev` kinds as
//! plain `CustomResourceDefinition`s: types, schemas, names, ownership, defaulting.
//!
//! The crate has no client and no async runtime, so that it can be used with any client. With kube (the complete program is
//! `examples/interfaces.rs`):
//!
//! ```no_run
//! use ironcore_api::address::IpFamily;
//! use ironcore_api::networking::{IpSource, NetworkInterface, NetworkInterfaceSpec};
//! use ironcore_api::reference::LocalRef;
//! use kube::api::{ListParams, PostParams};
//!
//! # async fn example() -> anyhow::Result<()> {
//! let client = kube::Client::try_default().await?;
//! let interfaces: kube::Api<NetworkInterface> = kube::Api::default_namespaced(client);
//! let spec = NetworkInterfaceSpec {
//!     network_ref: LocalRef::new("network-sample"),
//!     ip_families: vec![IpFamily::IPv4],
//!     ips: vec![IpSource { value: Some("10.0.0.1".to_owned()), ..IpSource::default() }],
//!     ..NetworkInterfaceSpec::default()
//! };
//! interfaces.create(&PostParams::default(), &NetworkInterface::new("example", spec)).await?;
//! let available = ListParams::default().fields("status.state=Available");
//! for interface in interfaces.list(&available).await? {
//!     println!("{:?}", interface.status.unwrap_or_default().ips);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Addresses are stored as users wrote them: compare them with [`address`]. A reference with an empty name is the same as none: read
//! it with [`reference::Named`]. [`crds`] returns the definitions to install.

#![allow(
    clippy::duplicated_attributes,
    reason = "kube's printcolumn repeats its keys, once per column"
)]

pub mod address;
pub mod compute;
pub mod default;
pub mod field;
pub mod ipam;
pub mod names;
pub mod networking;
pub mod ownership;
pub mod reference;
pub mod template;
pub mod validate;

mod bound;
mod form;
mod kinds;
mod schema;
mod wire;
#[cfg(test)]
mod wire_tests;
mod words;

pub use kinds::{CATEGORY, KINDS, Kind, VERSION, crds};
