// SPDX-License-Identifier: Apache-2.0

//! Processes that must neither outlive their purpose nor be mistaken for others.

mod identity;
mod stop;
mod tied;

pub use identity::Identity;
pub use stop::stop;
pub use tied::{Tied, log_tail};
