//! The server over real sockets.

mod client;
mod connections;
mod drain;
mod handshakes;
mod inputs;
mod process;
mod requests;
mod reviews;
mod support;
