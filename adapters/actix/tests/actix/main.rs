//! An actix-web application with admit in it, as browsers and programs meet it.
//!
//! What every adapter has to do is in the table that [`contract`] runs; beside it is what only actix-web has.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod cookies;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod extractors;
#[cfg(test)]
mod failures;
#[cfg(test)]
#[cfg(test)]
mod guards;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tasks;
