//! What every dashboard is put through, on real sockets, with a browser that clicks.
//!
//! The tests of each example take this in, and bring two things: `serve`, which answers requests for a site, and
//! `PROGRAM`, the path of the example's program.

mod browser;
mod entra;
mod folder;
mod nodes;
mod person;
mod program;
mod running;
