//! Systems that run in the background, each under a name.

mod health;
mod state;

pub use health::health;
pub use state::{Server, State, lock, names};
