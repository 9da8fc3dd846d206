//! An axum application with admit in it, as browsers and programs meet it.

mod bodies;
mod cookies;
mod endpoints;
mod extractors;
mod guards;
mod paths;
mod support;
