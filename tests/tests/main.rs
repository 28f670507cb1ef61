//! Tests against a real API server. `cargo xtask test` brings it up.

mod support;

mod controller_addresses;
mod controller_children;
mod controller_claims;
mod controller_crashes;
mod controller_deleting;
mod controller_names;
mod controller_odd;
mod controller_process;
mod controller_refusals;
mod controller_repairs;
mod controller_rights;
mod controller_start;
mod controller_status;
mod crd_addresses;
mod crd_machine;
mod crd_network;
mod crd_network_interface;
mod crd_prefix;
mod crd_stored;
mod crd_surface;
mod crd_virtual_ip;
mod crd_wire;
mod webhook_agreement;
mod webhook_answers;
mod webhook_certificates;
mod webhook_controller;
mod webhook_filled;
mod webhook_machine;
mod webhook_network_interface;
mod webhook_other_kinds;
mod webhook_references;
mod webhook_samples;
mod webhook_stored;
