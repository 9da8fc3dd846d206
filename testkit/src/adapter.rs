//! One table of behaviour for every web adapter, played over real sockets.
//!
//! An adapter writes one function: serve this [`Application`] on that listener until [`Stop`] is ready. A macro makes
//! one test of each row:
//!
//! ```no_run
//! use std::net::TcpListener;
//!
//! use admit_testkit::adapter::{Application, Stop};
//!
//! admit_testkit::adapter_contract!(serve);
//!
//! /// Runs on a thread of its own, and may block it.
//! fn serve(listener: TcpListener, application: Application, stop: Stop) {
//!     # let _ = (listener, application, stop);
//!     // Mount the routes that `Application` lists, run the server, and return once `stop` is ready.
//! }
//! # fn main() {}
//! ```
//!
//! Time and chance are fixed, so the answers are compared with snapshots that all adapters share: two adapters answer
//! alike, save for what their servers add (date, framing, how the connection goes on). Where only the engine speaks,
//! the answer is also compared, to the byte, with what the engine says when it is asked without an adapter.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a table of tests tells by panicking"
)]

mod application;
mod gate;
mod message;
mod people;
#[doc(hidden)]
pub mod rows;
mod server;
mod stage;
mod transcript;
mod visitor;
mod wire;

pub use application::Application;
pub use server::{Serve, Stop};
