// SPDX-License-Identifier: Apache-2.0

//! A real cluster of one node on this machine, in namespaces of its own: etcd, kube-apiserver, kube-controller-manager,
//! kube-scheduler, kubelet, kube-proxy, containerd and pods.
//!
//! ```no_run
//! # async fn f() -> anyhow::Result<()> {
//! use xtask::node::{Node, Options};
//!
//! let node = Node::start(Options::new("/tmp/node")).await?;
//! assert!(node.command("kubectl").args(["get", "pods", "--all-namespaces"]).status()?.success());
//! node.stop().await?;
//! # Ok(()) }
//! ```
//!
//! Nothing of it is seen from outside, neither processes nor ports nor mounts: what uses it is run within, by
//! [`Node::command`]. Nothing outlives the process that started it, however that one ends, unless it says
//! [`Node::detach`]; what it changed of this machine (a control group per hierarchy) goes with it.

mod cgroups;
mod command_lines;
mod credentials;
mod images;
mod namespaces;
mod needs;
mod programs;
mod servers;
mod state;
mod sweeper;

pub use needs::{check, install};
pub use servers::{Node, Options};
pub use state::State;
