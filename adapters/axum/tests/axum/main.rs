//! An axum application with admit in it, as browsers and programs meet it.
//!
//! What every adapter has to do is in the table that [`contract`] runs; beside it is what only axum has.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod extractors;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod routers;
#[cfg(test)]
mod support;
