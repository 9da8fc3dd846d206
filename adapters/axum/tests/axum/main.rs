//! An axum application with admit in it, as browsers and programs meet it.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod cookies;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod extractors;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod support;
