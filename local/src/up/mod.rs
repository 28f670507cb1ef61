// SPDX-License-Identifier: Apache-2.0

//! Systems that run in the background, each under a name.

mod health;
mod ours;
mod state;

pub use health::health;
pub use ours::{CONTROLLER, NAMESPACE, Ours, WEBHOOK};
pub use state::{Server, State, lock, names};
