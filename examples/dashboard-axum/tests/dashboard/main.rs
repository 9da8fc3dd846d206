//! The dashboard on real sockets, with a browser that clicks.

mod browser;
mod journeys;
mod program;
mod support;
