// SPDX-License-Identifier: Apache-2.0

//! Explores every order of events that the controller's core may meet, in small scopes: the very code that runs in production,
//! against the model of the API server.
//!
//! Breadth first, over states that are told apart by a canonical form, so that what is found comes with a shortest way there.

pub mod invariants;
pub mod jobs;
#[cfg(feature = "seeded-faults")]
pub mod page;
mod replica;
mod running;
pub mod scope;
pub mod scopes;
pub mod search;
#[cfg(feature = "seeded-faults")]
pub mod seeded;
pub mod server;
mod settle;
mod sketch;
pub mod state;
pub mod step;
mod story;
