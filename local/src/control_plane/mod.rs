// SPDX-License-Identifier: Apache-2.0

//! A real control plane on loopback: etcd, kube-apiserver and, if wanted, kube-controller-manager.
//!
//! ```no_run
//! # async fn f() -> anyhow::Result<()> {
//! use local::control_plane::{Binaries, ControlPlane, Options};
//!
//! let binaries = Binaries::find_or_obtain().await?;
//! let plane = ControlPlane::start(&binaries, Options::new("/tmp/plane")).await?;
//! let version = plane.client().await?.apiserver_version().await?;
//! plane.stop().await;
//! # Ok(()) }
//! ```
//!
//! Nothing outlives the process that started it, however that one ends, unless it says
//! [`ControlPlane::into_servers`].

mod authority;
mod backup;
mod binaries;
mod build;
mod checksum;
mod command_lines;
mod credentials;
mod download;
mod go;
mod http;
mod obtain;
mod options;
mod ports;
mod programs;
mod ready;
mod release;
mod servers;
mod source;
#[cfg(test)]
mod testing;
mod version;

pub use authority::{Authority, Pair, write_private};
pub use backup::Backup;
pub use binaries::{Binaries, cache_dir};
pub use go::{check as check_go, go};
pub use http::{client_of, is_ok, plain_client};
pub use obtain::obtain;
pub use options::Options;
pub use ports::free_port;
pub use programs::{CONTROL_PLANE, NODE, PAUSE, Programs};
pub(crate) use programs::{HELM, KUBECTL};
pub use ready::wait_until_ok;
pub use servers::ControlPlane;
pub(crate) use source::VARIABLE;
pub use source::{BinariesFrom, Source};
pub(crate) use version::HELM_VERSION;
pub use version::{ETCD, KUBERNETES, OLDEST_KUBERNETES, Version};
