// SPDX-License-Identifier: Apache-2.0

//! What the programs have in common, and none of their decisions: how they read flags, log, stop, listen, reach the API server and
//! describe their process.

pub mod client;
pub mod duration;
pub mod error;
pub mod listen;
pub mod logs;
pub mod process;
pub mod scope;
pub mod signals;
pub mod watch;
