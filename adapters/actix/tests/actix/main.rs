//! An actix-web application with admit in it, as browsers and programs meet it.

#[cfg(test)]
mod bodies;
#[cfg(test)]
mod cookies;
#[cfg(test)]
mod endpoints;
#[cfg(test)]
mod extractors;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod guards;
#[cfg(test)]
mod support;
