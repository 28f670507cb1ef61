// SPDX-License-Identifier: Apache-2.0

//! The book in `docs/`: its generated pages, and what holds the others to the programs.
//!
//! A crate of its own, as it needs the command lines of both programs: `cargo xtask` is to work also while one of them
//! does not compile.

pub mod alerts;
pub mod configure;
pub mod jq;
pub mod pages;
pub mod reference;
mod table;
