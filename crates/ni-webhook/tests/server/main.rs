//! The server over real sockets.

mod client;
mod connections;
mod drain;
mod handshakes;
mod process;
mod requests;
mod reviews;
mod support;
