//! A real control plane on loopback: etcd, kube-apiserver and, if wanted, kube-controller-manager.
//!
//! ```no_run
//! # async fn f() -> anyhow::Result<()> {
//! use xtask::control_plane::{Binaries, ControlPlane, Options};
//!
//! let binaries = Binaries::find_or_build().await?;
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
mod command_lines;
mod credentials;
mod go;
mod http;
mod options;
mod ports;
mod ready;
mod servers;
mod version;

pub use backup::Backup;
pub use binaries::Binaries;
pub use go::{check as check_go, go};
pub use http::{client_of, is_ok, plain_client};
pub use options::Options;
pub use ports::free_port;
pub use ready::wait_until_ok;
pub use servers::ControlPlane;
pub use version::{ETCD, KUBERNETES, Version};

pub use authority::write_private;
pub(crate) use authority::{Authority, Pair};
pub(crate) use binaries::cache_dir;
pub(crate) use build::{CONTROL_PLANE, HELM, KUBECTL, NODE, PAUSE, Programs, build_into};
pub(crate) use version::{HELM_VERSION, OLDEST_KUBERNETES};
