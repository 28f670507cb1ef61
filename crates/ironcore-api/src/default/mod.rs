//! What is filled in where a user left it open (contract, Admission, Filled in). Pure and idempotent.
//!
//! The webhook applies it to what is stored, the controller to all that it reads: both decide alike.
//! Each function borrows where there is nothing to fill in.

mod device;
pub mod fill;
#[cfg(test)]
mod fill_tests;
mod machine;
mod network_interface;
mod prefix;
#[cfg(test)]
mod tests;

pub use machine::machine_spec;
pub use network_interface::network_interface_spec;
pub use prefix::prefix_spec;
