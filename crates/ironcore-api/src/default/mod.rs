//! What is filled in where a user left it open (contract, Admission, Filled in). Pure and idempotent.
//!
//! The webhook applies it to what is stored, the controller to all that it reads: both decide alike.

mod network_interface;

pub use network_interface::network_interface_spec;
